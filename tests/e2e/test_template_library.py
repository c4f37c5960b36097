"""Ready-made templates, from the library to the customer's phone: installed, submitted, approved, filled in and read."""

import itertools
import time

import pytest
from harness import wait_until_equal
from people import RpcError

TEMPLATE, LIBRARY = "whatsapp.message.template", "whatsapp.library.template"
_serial = itertools.count(int(time.time()))


@pytest.fixture
def installed(stack):
    """The library's greeting in English and Spanish, approved under a name of its own; yields (stack, template id)."""
    stack.sim.config(template_approval_ms=200)
    [entry] = stack.admin.call(LIBRARY, "search", [("key", "=", "welcome")])
    languages = {code: {"label": code, "checked": code in ("en", "es")} for code in ("en", "es", "fr")}
    [wizard] = stack.admin.call("whatsapp.library.install", "create", [
        {"library_ids": [entry], "account_id": stack.account_id, "languages": languages}])
    template = stack.admin.call("whatsapp.library.install", "action_install", [wizard])["res_id"]
    stack.admin.call(TEMPLATE, "write", [template], {"name": f"welcome_{next(_serial)}"})
    stack.admin.call(TEMPLATE, "action_submit", [template])
    wait_until_equal(lambda: stack.value("SELECT state FROM whatsapp_message_template WHERE id = %s", template), "approved",
                     "Meta's approval of both languages")
    yield stack, template
    stack.admin.call(TEMPLATE, "action_archive", [template])


def test_a_ready_made_template_reaches_the_phone_in_the_customers_language(installed):
    stack, template = installed
    if not stack.admin.call("res.lang", "search_count", [("code", "=", "es_ES")]):
        [spanish] = stack.admin.call("res.lang", "search", [("code", "=", "es_ES"), ("active", "=", False)])
        stack.admin.call("res.lang", "action_unarchive", [spanish])
    ana = stack.acquaintance("Ana")
    partner = stack.value("SELECT partner_id FROM whatsapp_contact WHERE wa_id = %s", ana.phone)
    stack.admin.call("res.partner", "write", [partner], {"name": "Ana Ruiz", "lang": "es_ES"})
    [answer] = stack.admin.call("res.partner", "whatsapp_send", [partner], template=template)
    row = stack.wait_for_state(answer["message_id"], "read")
    company = stack.value("SELECT name FROM res_company ORDER BY id LIMIT 1")
    assert f"Hola, Ana Ruiz: le damos la bienvenida a {company}" in row["body"]
    sent = stack.sim.sent(ana.phone)[-1]["content"]
    assert sent["language"]["code"] == "es"
    assert [p["text"] for p in sent["components"][0]["parameters"]] == ["Ana Ruiz", company]


def test_what_meta_would_refuse_never_reaches_meta(installed):
    stack, template = installed
    [translation] = stack.admin.call(f"{TEMPLATE}.translation", "search", [("template_id", "=", template), ("language", "=", "en")])
    stack.admin.call(f"{TEMPLATE}.translation", "write", [translation], {"body_text": "{{customer}} and {{company}}"})
    before = len(stack.sim.get("requests", path="message_templates")["requests"])
    with pytest.raises(RpcError, match="begins with a variable"):
        stack.admin.call(TEMPLATE, "action_submit", [template])
    assert len(stack.sim.get("requests", path="message_templates")["requests"]) == before
    [read] = stack.admin.call(f"{TEMPLATE}.translation", "read", [translation], ["findings", "phone"])
    assert {finding["place"] for finding in read["findings"]} == {"body_text"}
    assert read["phone"]["body"].endswith(stack.value("SELECT name FROM res_company ORDER BY id LIMIT 1"))
