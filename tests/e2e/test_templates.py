"""Templates, their whole life: written in Odoo, reviewed, sent, paused, released, refused and deleted by Meta."""

import base64
import itertools
import time

import pytest
from harness import wait_until, wait_until_equal
from people import RpcError

TEMPLATE, TRANSLATION = "whatsapp.message.template", "whatsapp.message.template.translation"
PNG = "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR4nGNgYGD4DwABBAEAX+XDSwAAAABJRU5ErkJggg=="
_serial = itertools.count(int(time.time()))


@pytest.fixture
def meta(stack):
    """A Meta that reviews at once. After the test, Odoo has again what Meta has."""
    stack.sim.config(template_approval_ms=200)
    yield stack
    stack.admin.call("whatsapp.business.account", "action_test_connection", [stack.account_id])


def write(stack, **values):
    """An administrator writes a template in English; returns (template id, translation id, name)."""
    name = f"parcel_{next(_serial)}"
    [template] = stack.admin.call(TEMPLATE, "create", [{"name": name, "account_id": stack.account_id, "category": "UTILITY"}])
    [translation] = stack.admin.call(TRANSLATION, "create", [{
        "template_id": template, "language": "en", "body_text": f"Hi {{{{1}}}}, parcel {name} is on its way.", "body_examples": "Ana",
        "footer_text": "Acme", **values,
    }])
    return template, translation, name


def state_of(stack, translation):
    return stack.value("SELECT state FROM whatsapp_message_template_translation WHERE id = %s", translation)


def send(stack, customer, name, **values):
    """An agent's program sends it; returns the message's id."""
    answer = stack.admin.call("whatsapp.conversation", "send_template", [customer.conversation()["id"]], name, **values)
    return answer["id"]


def test_a_template_from_the_first_word_to_its_end(meta):
    stack, ana = meta, meta.acquaintance("Ana")
    template, translation, name = write(
        stack, header_format="IMAGE", header_file=PNG, header_filename="a.png",
        button_ids=[(0, 0, {"type": "URL", "text": "Track", "url": "https://x.test/{{1}}", "example": "https://x.test/a"})],
    )
    stack.admin.call(TEMPLATE, "action_submit", [template])
    wait_until_equal(lambda: state_of(stack, translation), "approved", "Meta's approval")

    values = {"header": {"type": "image", "image": {"link": f"{stack.sim.url}/static/icon.svg"}}, "body": ["Ana"], "buttons": ["S77"]}
    stack.wait_for_state(send(stack, ana, name, **values), "read")

    stack.sim.post("templates", name=name, status="PAUSED")
    wait_until_equal(lambda: state_of(stack, translation), "paused", "the pause")
    with pytest.raises(RpcError, match="Paused"):
        send(stack, ana, name, **values)
    stack.sim.post("templates", name=name, status="APPROVED")
    wait_until_equal(lambda: state_of(stack, translation), "approved", "the end of the pause")

    stack.admin.call(TRANSLATION, "write", [translation], {"body_text": f"Dear {{{{1}}}}, parcel {name} has left."})
    stack.admin.call(TRANSLATION, "action_submit", [translation])
    wait_until_equal(lambda: state_of(stack, translation), "approved", "the approval of the new text")
    row = stack.message(send(stack, ana, name, **values))
    assert row["body"].splitlines()[1].startswith("Dear Ana")
    stack.wait_for_state(row["id"], "read")
    versions = stack.rows(
        "SELECT origin FROM whatsapp_message_template_version WHERE translation_id = %s ORDER BY number", translation
    )
    assert [version["origin"] for version in versions] == ["submitted", "submitted"]

    [wizard] = stack.admin.call("whatsapp.delete.template", "create", [{"template_id": template}])
    stack.admin.call("whatsapp.delete.template", "action_delete", [wizard])
    assert state_of(stack, translation) == "deleted"
    with pytest.raises(RpcError, match="no template|Deleted"):
        send(stack, ana, name, **values)


def test_what_waits_for_a_paused_template_does_not_go_to_meta(meta):
    stack, ana = meta, meta.acquaintance("Ana")
    stack.sim.config(latency_ms=0)
    stack.execute("UPDATE whatsapp_channel SET paused_until = now() AT TIME ZONE 'utc' + interval '1 hour'")
    message = send(stack, ana, "order_accepted", body=["Ana", "O-1", "NID", "Rahim"])
    stack.sim.post("templates", name="order_accepted", status="PAUSED")
    row = stack.wait_for_state(message, "held")
    assert row["error_title"] and row["error_remedy"]
    stack.execute("UPDATE whatsapp_channel SET paused_until = NULL")
    later = stack.admin.writes_to(ana, "A text does not wait for it")
    stack.wait_for_state(later, "read")
    assert [request["body"]["type"] for request in stack.sim.requests(ana.phone)] == ["text"]
    stack.sim.post("templates", name="order_accepted", status="APPROVED")
    stack.wait_for_state(message, "read")
    assert len(ana.received()) == 2


def test_a_refusal_says_why(meta):
    stack = meta
    stack.sim.config(template_outcome="REJECTED")
    template, translation, _name = write(stack)
    stack.admin.call(TEMPLATE, "action_submit", [template])
    wait_until_equal(lambda: state_of(stack, translation), "rejected", "Meta's refusal")
    [read] = stack.admin.call(TRANSLATION, "read", [translation], ["rejected_help"])
    assert "The simulator was told to reject it" in read["rejected_help"] and "submit again" in read["rejected_help"]
    assert wait_until(lambda: stack.value("SELECT count(*) FROM mail_activity WHERE res_model = %s AND res_id = %s", TEMPLATE, template),
                      "an activity for the responsible")


def test_metas_refusal_of_a_submission_changes_nothing(meta):
    stack = meta
    template, translation, _name = write(stack, body_text="Hi, this one is said twice.", body_examples=False)
    stack.admin.call(TEMPLATE, "action_submit", [template])
    again, other, _name = write(stack, body_text="Hi, this one is said twice.", body_examples=False)
    with pytest.raises(RpcError, match="same body and footer"):
        stack.admin.call(TEMPLATE, "action_submit", [again])
    assert state_of(stack, other) == "draft"


def test_quality_category_and_texts_arrive_live(meta):
    stack = meta

    def known(column, table="translation"):
        return stack.value(
            f"""SELECT {table}.{column} FROM whatsapp_message_template_translation translation
                  JOIN whatsapp_message_template template ON template.id = translation.template_id
                 WHERE template.name = 'order_confirmation'"""
        )

    components = [{"type": "BODY", "text": "New words for {{1}}, {{2}}, {{3}} and {{4}} here."}]
    stack.sim.post("templates", name="order_confirmation", quality="RED", components=components, tell_components=True)
    wait_until_equal(lambda: known("quality"), "RED", "the quality")
    wait_until_equal(lambda: known("body_text"), components[0]["text"], "the new text")
    stack.sim.post("templates", name="order_confirmation", correct_category="MARKETING", in_hours=24)
    wait_until_equal(lambda: known("announced_category", "template"), "MARKETING", "the notice")
    stack.sim.post("templates", name="order_confirmation", correct_category="MARKETING")
    wait_until_equal(lambda: known("category", "template"), "MARKETING", "the new category")


PLACE = {"header.latitude": "40.4", "header.longitude": "-3.7", "header.name": "Shop", "header.address": "Main St 1"}
CARD = [
    {"type": "HEADER", "format": "IMAGE", "example": {"header_handle": ["4::x"]}},
    {"type": "BODY", "text": "Model {{1}} is here.", "example": {"body_text": [["A"]]}},
    {"type": "BUTTONS", "buttons": [{"type": "URL", "text": "Buy", "url": "https://x.test/{{1}}", "example": ["https://x.test/a"]}]},
]
SPECIAL = {
    "place": ([{"type": "HEADER", "format": "LOCATION"}, {"type": "BODY", "text": "Come and see us."}], PLACE),
    "offer": (
        [
            {"type": "LIMITED_TIME_OFFER", "limited_time_offer": {"text": "Ends soon", "has_expiration": True}},
            {"type": "BODY", "text": "Twenty percent off."},
            {"type": "BUTTONS", "buttons": [{"type": "COPY_CODE", "example": "SAVE20"}]},
        ],
        {"offer_ends": "2030-01-31 20:00:00", "button.0": "SAVE20"},
    ),
    "cards": (
        [{"type": "BODY", "text": "New arrivals for you."}, {"type": "CAROUSEL", "cards": [{"components": CARD}, {"components": CARD}]}],
        {"card.0.1": "A", "card.0.button.0": "a", "card.1.1": "B", "card.1.button.0": "b"},
    ),
}


@pytest.mark.parametrize("kind", SPECIAL)
def test_what_a_template_needs_beyond_its_texts_is_sent_from_a_record(meta, kind):
    stack, ana = meta, meta.acquaintance("Ana")
    components, free = SPECIAL[kind]
    name = f"{kind}_{next(_serial)}"
    stack.sim.post("templates", name=name, category="MARKETING", components=components)
    stack.admin.call("whatsapp.business.account", "action_test_connection", [stack.account_id])
    partner = stack.value("SELECT partner_id FROM whatsapp_contact WHERE wa_id = %s", ana.phone)
    pictures = []
    if kind == "cards":
        files = [{"name": f"{number}.png", "datas": PNG} for number in range(2)]
        pictures = stack.admin.call("ir.attachment", "create", files)
    [result] = stack.admin.call("res.partner", "whatsapp_send", [partner], template=name, free=free, attachment_ids=pictures)
    assert result["message_id"], result
    stack.wait_for_state(result["message_id"], "read")
    assert ana.received()[-1]["type"] == "template"


def test_files_are_uploaded_in_the_way_that_meta_wants(meta):
    stack = meta
    pdf = base64.b64encode(b"%PDF-1.7 " + b"x" * 5000).decode()
    template, translation, _name = write(stack, header_format="DOCUMENT", header_file=pdf, header_filename="invoice.pdf")
    stack.admin.call(TEMPLATE, "action_submit", [template])
    handle = stack.value("SELECT header_handle FROM whatsapp_message_template_translation WHERE id = %s", translation)
    assert handle.startswith("4::")
    requests = [entry["path"].split("/")[-1] for entry in stack.sim.get("requests", path="upload")["requests"]]
    assert requests[0] == "uploads" and len(requests) == 2
