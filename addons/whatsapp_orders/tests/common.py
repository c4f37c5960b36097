"""A service, two sellers and a customer, on top of the base addon's account and number."""

import json

from odoo.fields import Command

from odoo.addons.whatsapp_base.tests.common import WhatsappCommon

CUSTOMER = {"wa_id": "8801700000001", "profile": {"name": "John"}}
RAHIM = {"wa_id": "8801800000002", "profile": {"name": "Rahim"}}
KARIM = {"wa_id": "8801800000003", "profile": {"name": "Karim"}}
STRANGER = {"wa_id": "8801900000009", "profile": {"name": "Stranger"}}
ORDER_TEXT = "Hi, I need NID service. My name is John Doe. NID: 1234567890"


class OrdersCommon(WhatsappCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.Order = cls.env["whatsapp.order"]
        cls.product = cls.env["product.product"].create(
            {"name": "NID Service", "type": "service", "list_price": 500, "taxes_id": [Command.clear()]}
        )
        cls.service = cls.env["whatsapp.order.type"].create(
            {
                "name": "NID Service",
                "keywords": "NID service, NID card",
                "product_id": cls.product.id,
                "field_ids": [
                    Command.create({"name": "Name", "key": "name", "kind": "name", "labels": "my name is, name", "sequence": 1}),
                    Command.create(
                        {"name": "NID", "key": "nid", "kind": "digits", "lengths": "10, 13 or 17", "labels": "NID", "sequence": 2}
                    ),
                ],
            }
        )
        cls.rahim = cls._seller("Rahim Uddin", RAHIM, sequence=1)
        cls.karim = cls._seller("Karim Ahmed", KARIM, sequence=2)
        cls.offer_template = cls._template(
            "order_new_seller",
            components=[
                {"type": "BODY", "text": "{{1}}: {{2}}, {{3}}, {{4}}, {{5}}. Please accept or reject.",
                 "example": {"body_text": [["Rahim", "ORD-1", "John", "NID", "500"]]}},
                {"type": "BUTTONS", "buttons": [
                    {"type": "QUICK_REPLY", "text": "Accept"}, {"type": "QUICK_REPLY", "text": "Reject"}]},
            ],
        )

    @classmethod
    def _seller(cls, name, person, **values):
        partner = cls.env["res.partner"].create({"name": name, "phone": f"+{person['wa_id']}"})
        return cls.env["whatsapp.seller"].create({"partner_id": partner.id, "type_ids": cls.service.ids, **values})

    # ------------------------------------------------------------
    # What people do on their phones
    # ------------------------------------------------------------

    def says(self, person, text, **values):
        """Have somebody write a text; returns its row."""
        return self.receive(self.inbound_text(text, **{"from": person["wa_id"], **values}), contacts=(person,))

    def presses(self, person, payload, title="Accept"):
        """Have somebody press a reply button; returns the message's row."""
        interactive = {"type": "button_reply", "button_reply": {"id": payload, "title": title}}
        return self.receive(
            self.inbound_message("interactive", interactive=interactive, **{"from": person["wa_id"]}), contacts=(person,)
        )

    def opens_window(self, *people):
        """Have sellers write something that means nothing, so that free text may be sent to them."""
        for person in people:
            self.says(person, "Good morning")

    def order(self, text=ORDER_TEXT, person=None):
        """Have a customer order; returns the new order."""
        before = self.Order.search([])
        self.says(person or CUSTOMER, text)
        order = self.Order.search([]) - before
        self.assertEqual(len(order), 1, "one order was expected")
        return order

    # ------------------------------------------------------------
    # What they got
    # ------------------------------------------------------------

    def got(self, person):
        """Return the messages queued for somebody, oldest first."""
        return self.Message.search(
            [("direction", "=", "outbound"), ("contact_id.wa_id", "=", person["wa_id"])], order="id"
        )

    def last(self, person):
        """Return the text of the latest message to somebody."""
        return self.got(person)[-1:].body or ""

    def buttons(self, person):
        """Return the IDs of the buttons of the latest message with some: [accept, reject]."""
        for message in reversed(self.got(person)):
            payload = json.loads(message.payload)
            if message.type == "interactive":
                return [b["reply"]["id"] for b in payload["interactive"]["action"]["buttons"]]
            if message.type == "template":
                parts = payload["template"]["components"]
                return [part["parameters"][0]["payload"] for part in parts if part["type"] == "button"]
        return []
