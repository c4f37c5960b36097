"""A shop: the service that customers order, and the sellers who take the orders."""

from harness import Stack, wait_until, wait_until_equal
from people import Customer

WISH = "Hi, I need NID service. My name is John Doe. NID: 1234567890"


def create_service(running: Stack) -> int:
    """Set the service up as an administrator does, and wait until it is in use; returns its id."""
    call = running.admin.call
    product = call("product.product", "create", [{"name": "NID Service", "type": "service", "list_price": 500}])
    fields = [
        {"name": "Name", "key": "name", "kind": "name", "labels": "my name is, name is, name"},
        {"name": "NID", "key": "nid", "kind": "digits", "lengths": "10, 13 or 17", "labels": "NID"},
    ]
    values = {
        "name": "NID Service",
        "code": "NID",
        "keywords": "NID service",
        "product_id": product[0],
        "price": 500,
        "field_ids": [(0, 0, field) for field in fields],
    }
    order_type = call("whatsapp.order.type", "create", [values])[0]

    def is_in_use() -> int | None:
        """Lanes that run already see a new setting within a second."""
        somebody = running.customer("Maria Lopez")
        wamid = somebody.writes(WISH)
        wait_until(somebody.messages, "the message")
        return running.value("SELECT id FROM whatsapp_order WHERE message_wamid = %s", wamid)

    wait_until(is_in_use, "the service to be in use", 10, pause=0.3)
    return order_type


class Shop:
    """The service with two sellers of its own, and a customer."""

    def __init__(self, stack: Stack, service: int, hidden: bool = False):
        self.stack = stack
        everybody = stack.admin.call("whatsapp.seller", "search", [])
        stack.admin.call("whatsapp.seller", "write", everybody, {"availability": "away"})
        self.john = stack.customer("John Doe", hidden)
        self.rahim, self.karim = stack.customer("Rahim Uddin"), stack.customer("Karim Ahmed")
        for sequence, seller in enumerate((self.rahim, self.karim)):
            partner = {"name": seller.name, "phone": f"+{seller.phone}"}
            values = {
                "partner_id": stack.admin.call("res.partner", "create", [partner])[0],
                "number": f"+{seller.phone}",
                "type_ids": [(6, 0, [service])],
                "sequence": sequence,
            }
            stack.admin.call("whatsapp.seller", "create", [values])

    def order(self) -> dict | None:
        """The customer's only order, as a dict of its fields; None while there is none."""
        contact = self.john.messages()[:1]
        if not contact:
            return None
        fields = ["name", "state", "price", "details_text", "customer_text", "seller_id", "sale_order_id",
                  "conversation_id", "partner_id", "chat_message_ids"]  # fmt: skip
        found = self.stack.admin.call(
            "whatsapp.order", "search_read", [("contact_id", "=", contact[0]["contact_id"])], fields
        )
        assert len(found) <= 1, f"one message made {len(found)} orders"
        return found[0] if found else None

    def offer_to(self, seller: Customer) -> dict:
        """Wait for an offer on a seller's phone; returns the message."""
        return wait_until(
            lambda: next((m for m in seller.received() if m["type"] in ("interactive", "template")), None),
            f"the offer to {seller.name}",
        )

    def wait_for_state(self, state: str) -> dict:
        """Wait until the order has a state; returns the order."""
        wait_until_equal(lambda: (self.order() or {}).get("state"), state, f"the order to become {state}")
        return self.order()
