from odoo.tests import tagged

from .common import CUSTOMER, OrdersCommon

HIDDEN = {"user_id": "BD.john1", "profile": {"name": "John"}}


@tagged("post_install", "-at_install")
class TestMerge(OrdersCommon):
    """Orders and sellers stay with their person when contacts are merged."""

    def test_orders_of_both_contacts_belong_to_the_one_that_stays(self):
        order = self.order()
        hidden = self.receive(self.inbound_text("Hi", **{"from": None, "from_user_id": HIDDEN["user_id"]}), contacts=(HIDDEN,))
        other = order.copy({"conversation_id": hidden.conversation_id.id})
        order.contact_id._merge(hidden.contact_id)
        self.assertEqual((order | other).conversation_id, order.conversation_id)
        self.assertEqual((order | other).contact_id.wa_id, CUSTOMER["wa_id"])

    def test_a_seller_who_hid_the_phone_is_still_known(self):
        hidden = self.receive(self.inbound_text("Hi", **{"from": None, "from_user_id": HIDDEN["user_id"]}), contacts=(HIDDEN,))
        self.rahim.write({"number": False, "contact_id": hidden.contact_id.id})
        known = self.says(CUSTOMER, "Hello")
        known.contact_id._merge(hidden.contact_id)
        self.assertEqual(self.rahim.contact_id, known.contact_id)
        self.assertEqual(self.env["whatsapp.seller"]._of_contact(known.contact_id), self.rahim)

    def test_a_seller_is_known_by_any_spelling_of_the_number(self):
        mexican = {"wa_id": "525512345678", "profile": {"name": "Luz"}}
        seller = self._seller("Luz", {"wa_id": "5215512345678"})
        row = self.says(mexican, "Good morning")
        self.assertEqual(self.env["whatsapp.seller"]._of_contact(row.contact_id), seller)
