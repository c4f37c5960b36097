from datetime import datetime

from odoo.exceptions import UserError
from odoo.fields import Command

from odoo.addons.whatsapp_base.tests.common import WhatsappCommon
from odoo.addons.whatsapp_base.tools import field_paths


class TestSaleTemplateValues(WhatsappCommon):
    """Templates about orders: amounts, dates, and the link to the page of the order."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls._set_up_people()
        cls.agent.group_ids += cls.env.ref("sales_team.group_sale_salesman_all_leads")
        cls.admin.group_ids += cls.env.ref("sales_team.group_sale_salesman_all_leads")
        for code in ("fr_FR", "es_ES"):
            cls.env["res.lang"]._activate_lang(code)
        product = cls.env["product.product"].create({"name": "Lamp", "list_price": 1234.5, "taxes_id": [Command.clear()]})
        euro = cls.env.ref("base.EUR")
        euro.active = True
        pricelist = cls.env["product.pricelist"].create({"name": "Euro", "currency_id": euro.id})
        people = cls.env["res.partner"].create([
            {"name": "Ana", "lang": "en_US", "phone": "+34600900111"}, {"name": "Luc", "lang": "fr_FR", "phone": "+33612345678"}])
        cls.orders = cls.env["sale.order"].create([
            {"partner_id": partner.id, "pricelist_id": pricelist.id, "date_order": datetime(2026, 3, 1, 12),
             "order_line": [Command.create({"product_id": product.id, "price_unit": 1234.5})]} for partner in people])
        cls.template = cls.env.ref("whatsapp_base.library_order_confirmation").with_user(cls.admin)._install(cls.account, ["en", "fr"])

    def test_amounts_are_written_as_the_customer_writes_them(self):
        values = self.template.with_user(self.agent)._values_for(self.orders)
        english, french = (values[order.id]["body"] for order in self.orders)
        self.assertEqual(english, {"customer": "Ana", "order": self.orders[0].name, "amount": "1,234.50 €"})
        self.assertEqual(french["amount"].replace("\u202f", " "), "1 234,50 €")

    def test_the_button_leads_to_the_page_of_the_order_without_logging_in(self):
        order = self.orders[0]
        row = self.template.with_user(self.agent)._values_for(order)[order.id]
        self.assertEqual(row["buttons"], [f"my/orders/{order.id}?access_token={order.access_token}"])
        self.assertEqual(self.template.translation_ids[0].button_ids.url, f"{order.get_base_url()}/{{{{1}}}}")
        self.assertIn(order.access_token, self.template._preview_values(self.template.translation_ids[0], order)["buttons"][0])

    def test_a_button_of_another_address_is_explained(self):
        self.template.translation_ids.button_ids.url = "https://other.example/{{1}}"
        with self.assertRaisesRegex(UserError, "begins with https://other.example/"):
            self.template.with_user(self.agent)._values_for(self.orders)

    def test_states_and_dates(self):
        read = field_paths.readable
        french = self.orders[1].with_context(lang="fr_FR")
        self.assertEqual(read(self.orders[0], "state"), "Quotation")
        self.assertEqual(read(french, "date_order", "Europe/Paris"), "1 mars 2026, 13:00")
        self.assertEqual(read(self.orders[0], "currency_id"), "EUR")
        values = field_paths.values(self.orders, "order_line.product_id.name")
        self.assertEqual(set(values.values()), {"Lamp"})

    def test_tokens_are_never_offered(self):
        variable = self.template.variable_ids[0]
        with self.assertRaisesRegex(UserError, "never sent"):
            variable.write({"source": "field", "field_path": "access_token"})

    def test_many_orders_cost_no_more_queries_than_two(self):
        orders = self.env["sale.order"].create([
            {"partner_id": self.orders[n % 2].partner_id.id, "pricelist_id": self.orders.pricelist_id.id} for n in range(30)])
        template = self.template.with_user(self.agent)

        def queries(some):
            self.env.flush_all()
            self.env.invalidate_all()
            before = self.env.cr.sql_log_count
            template._try_values_for(some.with_user(self.agent))
            self.env.flush_all()
            return self.env.cr.sql_log_count - before

        queries(orders)
        self.assertEqual(queries(orders), queries(orders[:2]))
