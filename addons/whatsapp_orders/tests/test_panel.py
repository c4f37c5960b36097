from odoo.tests import tagged

from odoo.addons.whatsapp_base.tests.panel_common import PanelData

from .common import OrdersCommon


@tagged("post_install", "-at_install")
class TestOrdersPanel(PanelData, OrdersCommon):
    """The customer's WhatsApp orders beside the conversation."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls._set_up_people()
        cls.talk = cls._conversation("34600900641")
        cls.order = cls.Order.create({"type_id": cls.service.id, "partner_id": cls.talk.partner_id.id, "price": 500})

    def test_orders_with_price_and_status(self):
        section = self.section(self.talk, "WhatsApp Orders")
        [order] = section["documents"]
        self.assertEqual((order["id"], order["subtitle"]), (self.order.id, "NID Service"))
        self.assertIn("500.00", order["amount"])
        self.assertEqual(order["state"]["label"], dict(self.Order._fields["state"].selection)[self.order.state])

    def test_a_new_order_knows_the_customer_and_the_conversation(self):
        context = self.section(self.talk, "WhatsApp Orders")["create_context"]
        self.assertEqual(context, {"default_partner_id": self.talk.partner_id.id, "default_conversation_id": self.talk.id})

    def test_changes_are_told_at_once(self):
        self.forget()
        self.order.write({"price": 400})
        self.assertEqual(self.told(), {self.talk.id})
        self.forget()
        self.order.note = "x"
        self.assertEqual(self.told(), set())
