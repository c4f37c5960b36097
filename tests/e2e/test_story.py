"""From a customer's message to a confirmed order, with the seller answering from WhatsApp."""

import pytest
from harness import HOLD_INTAKE, wait_until, wait_until_equal
from shop import WISH, Shop


@pytest.fixture
def shop(stack, service):
    return Shop(stack, service)


def check_accepted(stack, shop, seller):
    """Everything that must be true once a seller has accepted."""
    order = shop.wait_for_state("accepted")
    assert order["seller_id"][1] == seller.name
    wait_until_equal(lambda: len(shop.john.received()), 2, "the customer to be told")
    news = shop.john.received_texts()[1]
    assert order["name"] in news and seller.name in news
    wait_until(lambda: [text for text in seller.received_texts() if order["name"] in text], "the seller to be told")
    stack.wait_until_quiet()
    order = shop.order()
    [sale] = stack.admin.call(
        "sale.order", "read", [order["sale_order_id"][0]],
        ["state", "amount_untaxed", "origin", "whatsapp_order_ids", "partner_id"],
    )  # fmt: skip
    assert sale["state"] == "sale"
    assert sale["amount_untaxed"] == 500
    assert sale["origin"] == order["name"]
    # chat, order and sale order lead to each other
    assert sale["whatsapp_order_ids"] == [order["id"]]
    assert sale["partner_id"] == order["partner_id"]
    assert order["conversation_id"][0] == shop.john.conversation()["id"]
    [conversation] = stack.admin.call(
        "whatsapp.conversation", "read", [order["conversation_id"][0]], ["whatsapp_order_ids"]
    )
    assert conversation["whatsapp_order_ids"] == [order["id"]]
    about = {row["wamid"] for row in stack.rows("SELECT wamid FROM whatsapp_chat_message WHERE id = ANY(%s)", order["chat_message_ids"])}
    assert {message["wamid"] for message in shop.john.received()} <= about
    assert shop.john.messages("inbound")[0]["wamid"] in about
    return order


def check_ordered(shop):
    """What follows from the customer's message, up to the offer; returns (order, offer)."""
    john = shop.john
    order = shop.wait_for_state("offered")
    assert order["name"].startswith("ORD-")
    assert order["details_text"] == "Name: John Doe\nNID: 1234567890"
    assert order["price"] == 500
    assert order["customer_text"] == WISH
    wait_until(john.received, "the confirmation")
    [confirmation] = john.received_texts()
    for fact in (order["name"], "NID Service", "500", "1234567890"):
        assert fact in confirmation, f"{fact} is not in the confirmation"
    offer = shop.offer_to(shop.rahim)
    content = str(offer["content"])
    for fact in (order["name"], "John Doe", "NID Service", "500"):
        assert fact in content, f"{fact} is not in the offer"
    assert shop.karim.received() == []
    return order, offer


def test_the_story_with_the_answer_as_text(stack, shop):
    shop.john.writes(WISH)
    order, _offer = check_ordered(shop)
    shop.rahim.writes(f"ACCEPT {order['name']}")
    check_accepted(stack, shop, shop.rahim)


def test_the_story_with_the_button_of_the_template(stack, shop):
    shop.john.writes(WISH)
    _order, offer = check_ordered(shop)
    assert offer["type"] == "template", "a seller who never wrote can only be sent a template"
    shop.rahim.taps(offer, "Accept")
    check_accepted(stack, shop, shop.rahim)


def test_the_story_with_the_button_of_a_message(stack, shop):
    shop.rahim.writes("Good morning")
    wait_until(shop.rahim.messages, "the seller's message")
    shop.john.writes(WISH)
    _order, offer = check_ordered(shop)
    assert offer["type"] == "interactive"
    assert [button["reply"]["title"] for button in offer["content"]["action"]["buttons"]] == ["Accept", "Reject"]
    shop.rahim.taps(offer, "Accept")
    check_accepted(stack, shop, shop.rahim)


def test_a_rejected_order_goes_to_the_next_seller(stack, shop):
    shop.john.writes(WISH)
    order, offer = check_ordered(shop)
    shop.rahim.taps(offer, "Reject")
    offer = shop.offer_to(shop.karim)
    assert order["name"] in str(offer["content"])
    shop.rahim.writes(f"ACCEPT {order['name']}")  # too late
    wait_until(lambda: len(shop.rahim.messages("inbound")) == 2, "the late answer")
    stack.wait_until_quiet()
    assert shop.order()["state"] == "offered"
    shop.karim.taps(offer, "Accept")
    check_accepted(stack, shop, shop.karim)


def test_a_strangers_accept_does_nothing(stack, shop):
    shop.john.writes(WISH)
    order, offer = check_ordered(shop)
    stranger = stack.customer("Stranger")
    stranger.writes(f"ACCEPT {order['name']}")
    stranger.taps(offer, "Accept")
    shop.karim.writes(f"ACCEPT {order['name']}")  # a seller, but not the one whom it was offered to
    shop.john.writes(f"ACCEPT {order['name']}")
    wait_until(lambda: len(stranger.messages("inbound")) == 2 and shop.karim.messages("inbound"), "the messages")
    stack.wait_until_quiet()
    unchanged = shop.order()
    assert (unchanged["state"], unchanged["seller_id"][1]) == ("offered", "Rahim Uddin")
    assert stranger.received() == []


def test_a_customer_without_a_phone_number_orders_too(stack, service):
    shop = Shop(stack, service, hidden=True)
    shop.john.writes(WISH)
    order, _offer = check_ordered(shop)
    shop.rahim.writes(f"ACCEPT {order['name']}")
    check_accepted(stack, shop, shop.rahim)
    assert stack.value("SELECT wa_id FROM whatsapp_contact WHERE bsuid = %s", shop.john.user_id) is None


def test_an_accept_that_comes_ten_times_tells_everybody_once(stack, shop):
    stack.sim.config(webhook={"duplicate": 3})
    shop.john.writes(WISH)
    order, offer = check_ordered(shop)
    shop.rahim.taps(offer, "Accept")
    check_accepted(stack, shop, shop.rahim)
    assert len(shop.john.received()) == 2
    assert len([text for text in shop.rahim.received_texts() if order["name"] in text]) == 1


def test_a_crash_while_the_order_is_made_makes_it_once(stack, shop):
    with stack.hold("LOCK TABLE sale_order IN SHARE MODE"):
        shop.john.writes(WISH)
        stack.wait_until_blocked('INSERT INTO "sale_order"')
        stack.kill_odoo()
    stack.start_odoo()
    stack.run_cron()
    order, _offer = check_ordered(shop)
    shop.rahim.writes(f"ACCEPT {order['name']}")
    check_accepted(stack, shop, shop.rahim)


def test_a_crash_while_the_order_is_accepted_confirms_it_once(stack, shop):
    shop.john.writes(WISH)
    _order, offer = check_ordered(shop)
    stack.wait_until_quiet()
    with stack.hold(HOLD_INTAKE):
        for _turn in range(3):  # an impatient seller
            shop.rahim.taps(offer, "Accept")
        wait_until_equal(lambda: stack.journal("pending"), 3, "the answers to be stored")
        stack.kill_odoo()
    stack.start_odoo()
    stack.run_cron()
    check_accepted(stack, shop, shop.rahim)
    assert len(shop.john.received()) == 2
