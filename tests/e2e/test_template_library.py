"""A ready-made template, from the library to the customer's phone: installed, checked, approved, filled in and read."""

import itertools
import time

import pytest
from harness import wait_until_equal
from people import RpcError

TEMPLATE, TRANSLATION = "whatsapp.message.template", "whatsapp.message.template.translation"
_serial = itertools.count(int(time.time()))


def install(stack, key):
    """An administrator installs it in English and Spanish, under a name that no other run uses; returns its ID."""
    [entry] = stack.admin.call("whatsapp.library.template", "search", [("key", "=", key)])
    languages = {code: {"label": code, "checked": code in ("en", "es")} for code in ("en", "es", "fr")}
    [wizard] = stack.admin.call("whatsapp.library.install", "create", [
        {"library_ids": [entry], "account_id": stack.account_id, "languages": languages}])
    template = stack.admin.call("whatsapp.library.install", "action_install", [wizard])["res_id"]
    stack.admin.call(TEMPLATE, "write", [template], {"name": f"{key}_{next(_serial)}"})
    return template


def test_a_ready_made_template_reaches_the_phone_in_the_customers_language(stack):
    stack.sim.config(template_approval_ms=200)
    company = stack.value("SELECT name FROM res_company ORDER BY id LIMIT 1")
    template = install(stack, "welcome")

    # what Meta would refuse never reaches Meta, and the form says why
    [english] = stack.admin.call(TRANSLATION, "search", [("template_id", "=", template), ("language", "=", "en")])
    [before] = stack.admin.call(TRANSLATION, "read", [english], ["body_text"])
    stack.admin.call(TRANSLATION, "write", [english], {"body_text": "{{customer}} and {{company}}"})
    with pytest.raises(RpcError, match="begins with a variable"):
        stack.admin.call(TEMPLATE, "action_submit", [template])
    assert not [r for r in stack.sim.get("requests", path="message_templates")["requests"] if r["method"] == "POST"]
    [shown] = stack.admin.call(TRANSLATION, "read", [english], ["findings", "phone"])
    assert {finding["place"] for finding in shown["findings"]} == {"body_text"}
    assert shown["phone"]["body"].endswith(f"and {company}")

    stack.admin.call(TRANSLATION, "write", [english], {"body_text": before["body_text"]})
    stack.admin.call(TEMPLATE, "action_submit", [template])
    wait_until_equal(lambda: stack.value("SELECT state FROM whatsapp_message_template WHERE id = %s", template), "approved",
                     "Meta's approval of both languages")

    [spanish] = stack.admin.call("res.lang", "search", [("code", "=", "es_ES"), ("active", "in", [True, False])])
    stack.admin.call("res.lang", "action_unarchive", [spanish])
    ana = stack.acquaintance("Ana")
    partner = stack.value("SELECT partner_id FROM whatsapp_contact WHERE wa_id = %s", ana.phone)
    stack.admin.call("res.partner", "write", [partner], {"name": "Ana Ruiz", "lang": "es_ES"})
    [answer] = stack.admin.call("res.partner", "whatsapp_send", [partner], template=template)
    row = stack.wait_for_state(answer["message_id"], "read")
    assert f"Hola, Ana Ruiz: le damos la bienvenida a {company}" in row["body"]
    sent = stack.sim.requests(ana.phone)[-1]["body"]["template"]
    assert sent["language"]["code"] == "es"
    assert [parameter["text"] for parameter in sent["components"][0]["parameters"]] == ["Ana Ruiz", company]
