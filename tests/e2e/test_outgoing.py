"""What agents send besides text: buttons, places, files, voice messages; and what customers notice of them."""

import base64
from pathlib import Path

import requests
from harness import wait_until, wait_until_equal

RECORDED = Path(__file__).parents[2] / "addons/whatsapp_base/tests/recorded.webm"
BUTTONS = {"body": "Shall we *deliver*?", "buttons": [{"id": "yes", "title": "Yes"}, {"id": "no", "title": "No"}]}


def send(stack, customer, kind, values, **options):
    """Call `send_message` as the message builder does; returns the id of the chat message."""
    return stack.admin.call("whatsapp.conversation", "send_message", [customer.conversation()["id"]], kind, values, **options)["id"]


def marks(stack, customer):
    """Read marks of a customer's messages that Meta has got: [(wamid, whether typing)]."""
    known = {row["wamid"] for row in customer.messages("inbound")}
    found = [entry["body"] for entry in stack.sim.get("requests", path="/messages")["requests"]]
    return [(b["message_id"], "typing_indicator" in b) for b in found if b.get("status") == "read" and b["message_id"] in known]


def upload(stack, customer, name, data, mimetype, **fields):
    """Upload a file into a thread as the composer does; returns its id."""
    stack.admin._log_in()
    token = stack.admin._session.get(f"{stack.admin.url}/web").text.split('csrf_token: "')[1].split('"')[0]
    channel = customer.conversation()["discuss_channel_id"]
    response = stack.admin._session.post(
        f"{stack.admin.url}/mail/attachment/upload", timeout=30, files={"ufile": (name, data, mimetype)},
        data={"thread_id": channel, "thread_model": "discuss.channel", "is_pending": "true", "csrf_token": token, **fields},
    )  # fmt: skip
    return response.json()["data"]["attachment_id"]


def test_buttons_lists_places_and_people_arrive_and_the_answer_comes_back(stack):
    ana = stack.acquaintance("Ana")
    for kind, values in (
        ("buttons", BUTTONS),
        ("list", {"body": "Pick", "button": "See", "sections": [{"rows": [{"id": "slot:1", "title": "10:00"}]}]}),
        ("location", {"latitude": 40.4, "longitude": -3.7, "name": "Shop"}),
        ("contacts", {"cards": [{"name": "Bo Li", "phones": ["+34 600 111 222"]}]}),
        ("location_request", {"body": "Where are you?"}),
        ("catalog", {"body": "All we have"}),
    ):
        stack.wait_for_state(send(stack, ana, kind, values), "read")
    kinds = [message["type"] for message in ana.received()]
    assert kinds == ["interactive", "interactive", "location", "contacts", "interactive", "interactive"]
    ana.taps(ana.received()[0], "Yes")
    wait_until(lambda: ana.messages("inbound")[-1]["button_payload"] == "yes", "the answer")


def test_items_cards_and_requests_arrive(stack):
    ana = stack.acquaintance("Ana")
    card = {"link": "https://shop.test/a.jpg", "label": "Buy", "url": "https://shop.test/a", "body": "Model A"}
    items = {"title": "Shoes", "retailer_ids": ["SKU-1", "SKU-2"]}
    for kind, values in (
        ("product", {"retailer_id": "SKU-1", "body": "Look", "catalog_id": "555"}),
        ("products", {"header": "New", "body": "Our picks", "catalog_id": "555", "sections": [items]}),
        ("carousel", {"body": "New arrivals", "cards": [card, {**card, "body": "Model B"}]}),
        ("contact_request", {"body": "May we have your number?"}),
        ("call", {"body": "Need help?", "label": "Call us"}),
        ("call_permission", {"body": "May we call you?"}),
        ("link", {"body": "Track it", "label": "Track", "url": "https://shop.test/t/9"}),
    ):
        stack.wait_for_state(send(stack, ana, kind, values), "read")
    kinds = [message["content"]["type"] for message in ana.received()]
    assert kinds == [
        "product", "product_list", "carousel", "request_contact_info", "voice_call", "call_permission_request", "cta_url",
    ]


def test_a_picture_stands_above_the_buttons(stack):
    ana = stack.acquaintance("Ana")
    pixel = "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=="
    values = {"name": "shop.png", "datas": pixel, "res_model": "whatsapp.conversation", "res_id": ana.conversation()["id"]}
    [picture] = stack.admin.call("ir.attachment", "create", [values])
    stack.wait_for_state(send(stack, ana, "buttons", {**BUTTONS, "header": {"attachment_id": picture}}), "read")
    [sent] = ana.received()
    assert sent["content"]["header"]["type"] == "image" and sent["content"]["header"]["image"]["id"]


def test_uploaded_pictures_stand_on_the_cards_each_on_its_own(stack):
    ana = stack.acquaintance("Ana")
    pixel = "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=="
    other = "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR4nGNgYGD4DwABBAEAX+XDSwAAAABJRU5ErkJggg=="
    where = {"res_model": "whatsapp.conversation", "res_id": ana.conversation()["id"]}
    first, second = stack.admin.call("ir.attachment", "create", [
        {"name": f"{number}.png", "datas": data, **where} for number, data in enumerate((pixel, other))])
    cards = [{"attachment_id": file, "label": "Look", "url": "https://x.test"} for file in (second, first)]
    stack.wait_for_state(send(stack, ana, "carousel", {"body": "Two lamps", "cards": cards}), "read")
    [sent] = ana.received()
    shown = [card["header"]["image"]["id"] for card in sent["content"]["action"]["cards"]]
    files = [requests.get(f"{stack.sim.url}/_sim/file/{media}", timeout=20).content for media in shown]
    assert files == [base64.b64decode(other), base64.b64decode(pixel)]


def test_a_browsers_recording_arrives_as_a_voice_message(stack):
    ana = stack.acquaintance("Ana")
    attachment = upload(stack, ana, "Voice-1.webm", RECORDED.read_bytes(), "audio/webm", voice="true")
    post = {"body": "", "message_type": "comment", "subtype_xmlid": "mail.mt_comment", "attachment_ids": [attachment]}
    channel = ana.conversation()["discuss_channel_id"]
    params = {"thread_model": "discuss.channel", "thread_id": channel, "post_data": post}
    message = stack.admin._rpc("/mail/message/post", params)["message_id"]
    row = stack.value("SELECT id FROM whatsapp_chat_message WHERE mail_message_id = %s", message)
    stack.wait_for_state(row, "read")  # the simulator fails voice messages that are not Ogg with Opus of one channel
    [sent] = ana.received()
    assert sent["type"] == "audio" and sent["content"]["voice"] is True


def test_reading_and_typing_are_told_once_and_only_for_who_takes_part(stack):
    ana = stack.acquaintance("Ana")
    channel = ana.conversation()["discuss_channel_id"]
    last = stack.value("SELECT max(id) FROM mail_message WHERE model = 'discuss.channel' AND res_id = %s", channel)
    looking = {"channel_id": channel, "last_message_id": last}
    stack.admin._log_in()
    stack.admin._rpc("/discuss/channel/messages", {"channel_id": channel})
    stack.admin.call("whatsapp.conversation", "action_assign_to_me", [ana.conversation()["id"]])
    assert marks(stack, ana) == []
    stack.admin._rpc("/discuss/channel/mark_as_read", looking)
    wamid = ana.messages("inbound")[0]["wamid"]
    wait_until_equal(lambda: marks(stack, ana), [(wamid, False)], "the read mark")
    stack.admin._rpc("/discuss/channel/mark_as_read", looking)
    stack.admin._rpc("/discuss/channel/notify_typing", {"channel_id": channel, "is_typing": True})
    wait_until_equal(lambda: marks(stack, ana), [(wamid, False), (wamid, True)], "the typing sign")
    stack.admin._rpc("/discuss/channel/notify_typing", {"channel_id": channel, "is_typing": True})
    stack.wait_for_state(stack.admin.writes_to(ana, "Here I am"), "read")
    assert marks(stack, ana) == [(wamid, False), (wamid, True)]
