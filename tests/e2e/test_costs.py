"""What messages cost, from an agent's reply to the report: rates over HTTP, statuses from the simulator, Meta's own figures."""

import base64

import pytest
from harness import wait_until
from people import RpcError

CRON = "SELECT res_id FROM ir_model_data WHERE module = 'whatsapp_base' AND name = 'ir_cron_whatsapp_costs'"


@pytest.fixture
def priced(stack):
    """A rate card is imported, and no reply is free."""
    stack.admin.call("ir.config_parameter", "set_param", "whatsapp_base.free_service_messages", "0")
    places = ("Other", "North America", "Rest of Asia Pacific", "Bangladesh", "United Kingdom")
    card = "Market,Currency,Marketing,Utility\n" + "".join(f"{place},USD,0.06,0.02\n" for place in places)
    usd = stack.value("SELECT id FROM res_currency WHERE name = 'USD'")
    values = {"file": base64.b64encode(card.encode()).decode(), "file_name": "card.csv", "currency_id": usd, "valid_from": "2026-01-01"}
    [number] = stack.admin.call("whatsapp.rate.import", "create", [values])
    assert stack.admin.call("whatsapp.rate.import", "read", [number], ["problem_count"])[0]["problem_count"] == 0
    stack.admin.call("whatsapp.rate.import", "action_import", [number])
    yield number
    stack.admin.call("whatsapp.rate.import", "action_undo", [number])
    stack.admin.call("ir.config_parameter", "set_param", "whatsapp_base.free_service_messages", "1")


def settle(stack):
    """Let the scheduled action run, as it does every five minutes."""
    stack.admin.call("ir.cron", "method_direct_trigger", [stack.value(CRON)])


def test_a_reply_is_expected_charged_once_and_compared_with_meta(stack, priced):
    ana = stack.acquaintance("Ana")
    stack.sim.config(webhook={"duplicate": 1})
    message = stack.admin.writes_to(ana, "Your parcel is ready")
    row = stack.wait_for_state(message, "read")
    assert (row["cost_state"], float(row["cost"]), row["cost_category"]) == ("estimated", 0.02, "service")
    stack.execute("UPDATE whatsapp_chat_message SET pricing_type = 'regular' WHERE id = %s", row["id"])
    settle(stack)
    settle(stack)
    row = stack.message(row["id"])
    assert (row["cost_state"], float(row["cost"]), row["cost_reason"]) == ("final", 0.02, "charged")
    groups = stack.admin.call(
        "whatsapp.cost.report", "formatted_read_group", [["message_id", "=", row["id"]]], ["category"], ["cost:sum", "__count"])
    assert [(group["category"], round(group["cost:sum"], 4), group["__count"]) for group in groups] == [("service", 0.02, 1)]
    account = stack.value("SELECT id FROM whatsapp_business_account WHERE waba_id = '200000000000001'")
    [wizard] = stack.admin.call("whatsapp.cost.compare", "create", [{"account_id": account}])
    stack.admin.call("whatsapp.cost.compare", "action_compare", [wizard])
    [totals] = stack.admin.call("whatsapp.cost.compare", "read", [wizard], ["our_count", "meta_count", "line_ids"])
    assert totals["meta_count"] >= 1
    assert totals["our_count"] >= 1


def test_what_failed_costs_nothing(stack, priced):
    ana = stack.acquaintance("Ana")
    stack.sim.fail("failed_status", to=ana.phone)
    row = stack.wait_for_state(stack.admin.writes_to(ana, "Hello"), "failed")
    settle(stack)
    row = wait_until(lambda: (r := stack.message(row["id"]))["cost_state"] == "free" and r, "the cost to be settled")
    assert (float(row["cost"]), row["cost_reason"]) == (0.0, "not_delivered")


def test_a_refusal_of_meta_is_told_in_words(stack, priced):
    account = stack.value("SELECT id FROM whatsapp_business_account WHERE waba_id = '200000000000001'")
    [wizard] = stack.admin.call("whatsapp.cost.compare", "create", [{"account_id": account, "month": "2020-01-01"}])
    with pytest.raises(RpcError, match="last year"):
        stack.admin.call("whatsapp.cost.compare", "action_compare", [wizard])
