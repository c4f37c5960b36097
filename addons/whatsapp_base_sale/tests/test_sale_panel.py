from odoo.fields import Command
from odoo.tests import tagged

from odoo.addons.whatsapp_base.tests.common import WhatsappCommon
from odoo.addons.whatsapp_base.tests.panel_common import PanelData


@tagged("post_install", "-at_install")
class TestSalePanel(PanelData, WhatsappCommon):
    """Quotations and orders beside the conversation."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls._set_up_people()
        cls.agent.group_ids += cls.env.ref("sales_team.group_sale_salesman_all_leads")
        cls.talk = cls._conversation("34600900611")
        cls.lamp = cls.env["product.product"].create({"name": "Lamp", "list_price": 20, "taxes_id": [Command.clear()]})
        cls.quotation = cls._order()

    @classmethod
    def _order(cls, partner=None, **values):
        lines = [Command.create({"product_id": cls.lamp.id})]
        return cls.env["sale.order"].create({"partner_id": (partner or cls.talk.partner_id).id, "order_line": lines, **values})

    def test_quotations_with_their_total_and_orders_apart(self):
        order = self._order()
        order.action_confirm()
        self._order().action_cancel()
        self._order()
        quotations, orders = self.section(self.talk, "Quotations"), self.section(self.talk, "Orders")
        self.assertEqual(quotations["count"], 2)
        self.assertIn("40.00", quotations["total"])
        self.assertIn("20.00", quotations["documents"][0]["amount"])
        self.assertEqual(quotations["documents"][0]["state"]["label"], "Quotation")
        self.assertEqual([document["title"] for document in orders["documents"]], [order.name])
        self.assertEqual(orders["documents"][0]["state"], {"label": "To Invoice", "color": "warning"})
        self.assertFalse(orders["create_context"])

    def test_each_currency_has_its_own_total(self):
        euro = self.env.ref("base.EUR") if self.company.currency_id != self.env.ref("base.EUR") else self.env.ref("base.USD")
        euro.active = True
        pricelist = self.env["product.pricelist"].create({"name": "Other", "currency_id": euro.id})
        self._order(pricelist_id=pricelist.id)
        total = self.section(self.talk, "Quotations")["total"]
        self.assertIn(" + ", total)
        self.assertIn(euro.symbol, total)
        self.assertIn(self.company.currency_id.symbol, total)

    def test_who_may_not_read_orders_does_not_see_them(self):
        self.assertIsNone(self.section(self.talk, "Quotations", self.supervisor))

    def test_what_a_seller_may_not_see_is_not_counted(self):
        self.agent.group_ids -= self.env.ref("sales_team.group_sale_salesman_all_leads")
        self.agent.group_ids += self.env.ref("sales_team.group_sale_salesman")
        self.quotation.user_id = self.supervisor
        section = self.section(self.talk, "Quotations")
        self.assertEqual((section["documents"], section["count"], section["total"]), ([], 0, False))

    def test_a_new_quotation_knows_its_customer(self):
        context = self.section(self.talk, "Quotations")["create_context"]
        self.assertEqual(context, {"default_partner_id": self.talk.partner_id.id})

    def test_all_quotations_open_with_sales_own_views(self):
        section = self.env.ref("whatsapp_base_sale.panel_section_quotations")
        action = section.with_user(self.agent).open_all(self.talk.id)
        self.assertEqual(action["id"], self.env.ref("sale.action_quotations_with_onboarding").id)
        self.assertEqual(self.env["sale.order"].search(action["domain"]), self.quotation)

    def test_more_orders_cost_no_more_queries(self):
        few = self.queries(lambda: self.panel(self.talk))
        for _number in range(6):
            self._order()
        self.assertEqual(self.queries(lambda: self.panel(self.talk)), few)

    def test_changes_are_told_at_once(self):
        stranger = self.env["res.partner"].create({"name": "Stranger"})
        for work, told in (
            (self._order, {self.talk.id}),
            (self.quotation.action_confirm, {self.talk.id}),
            (lambda: self.quotation.write({"order_line": [Command.create({"product_id": self.lamp.id})]}), {self.talk.id}),
            (lambda: self.quotation.write({"client_order_ref": "x"}), set()),
            (lambda: self._order(stranger), set()),
        ):
            self.forget()
            work()
            self.assertEqual(self.told(), told)
