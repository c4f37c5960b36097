from unittest.mock import patch

from odoo.fields import Command

from odoo.addons.whatsapp_base.tests.common import WhatsappCommon


class TestSaleSend(WhatsappCommon):
    """Quotations and orders by WhatsApp."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls._set_up_people()
        cls.agent.group_ids += cls.env.ref("sales_team.group_sale_salesman_all_leads")
        cls.ana = cls.env["res.partner"].create({"name": "Ana", "phone": "+34600900111"})
        product = cls.env["product.product"].create({"name": "Lamp", "list_price": 20, "taxes_id": [Command.clear()]})
        cls.order = cls.env["sale.order"].create(
            {"partner_id": cls.ana.id, "user_id": cls.agent.id, "order_line": [Command.create({"product_id": product.id})]}
        )
        plain = [{"type": "BODY", "text": "Your quotation is ready"}]
        cls.quotation = cls._template("quotation_ready", components=plain)
        cls.confirmation = cls._template("order_confirmation", components=plain)

    def composer(self):
        action = self.order.with_user(self.agent).action_whatsapp_send()
        return self.env[action["res_model"]].with_user(self.agent).with_context(**action["context"]).create({})

    def test_a_sent_quotation_is_no_draft(self):
        composer = self.composer()
        self.assertEqual(composer.template_id, self.quotation)
        composer.action_send()
        row = self.Message.search([("res_model", "=", "sale.order"), ("res_id", "=", self.order.id)])
        self.assertEqual((row.contact_id.partner_id, self.order.state), (self.ana, "sent"))
        self.assertIn(row.record_message_id, self.order.message_ids)

    def test_an_order_is_confirmed_with_its_own_template(self):
        self.order.action_confirm()
        self.assertEqual(self.composer().template_id, self.confirmation)

    def test_the_pdf_follows_what_the_order_says(self):
        report = self.env.ref("sale.action_report_saleorder")
        made = []
        with patch.object(
            type(report), "_render_qweb_pdf", lambda _self, _report, res_ids=None, data=None: (made.append(1), (b"%PDF", "pdf"))[1]
        ):
            first = self.order._whatsapp_document(report)
            self.assertEqual(self.order._whatsapp_document(report), first)
            self.env.cr.execute(
                "UPDATE sale_order_line SET write_date = write_date + interval '1 hour' WHERE order_id = %s", [self.order.id]
            )
            self.env.invalidate_all()
            self.assertNotEqual(self.order._whatsapp_document(report), first)
        self.assertEqual(len(made), 2)
