"""What customers send beyond texts, over HTTP: changes in any order, files that come late, crashes in between."""

import time

from harness import wait_until, wait_until_equal


def change(original, body=None):
    """The content of an edit, or of a deletion."""
    if body is None:
        return {"type": "revoke", "revoke": {"original_message_id": original}}
    return {"type": "edit", "edit": {"original_message_id": original, "message": {"type": "text", "text": {"body": body}}}}


def test_edits_and_deletions_find_their_message_in_any_order(stack):
    ana = stack.acquaintance("Ana")
    early, now = f"wamid.EARLY{time.time()}", int(time.time())
    ana.stack.sim.inbound(**change(early, "*Red* please"), timestamp=now, **ana.sender())
    wait_until(lambda: stack.value("SELECT 1 FROM whatsapp_chat_message WHERE is_waiting AND reply_to_wamid = %s", early), "it to wait")
    stack.sim.inbound(text="Blue please", wamid=early, timestamp=now - 60, **ana.sender())
    wait_until(lambda: "Red please" in ana.discuss_texts(), "the edit to be applied")
    secret = stack.sim.inbound(text="My PIN is 1234", timestamp=now - 30, **ana.sender())
    wait_until(lambda: "My PIN is 1234" in ana.discuss_texts(), "the message")
    stack.sim.inbound(**change(secret), timestamp=now, **ana.sender())
    wait_until(lambda: not any("1234" in text for text in ana.discuss_texts()), "the deletion")
    stack.wait_until_quiet()
    assert not any("Blue" in text or "1234" in text for text in ana.discuss_texts())
    assert not stack.rows("SELECT id FROM whatsapp_chat_message WHERE is_waiting AND reply_to_wamid IN (%s, %s)", early, secret)


def test_several_files_come_at_once_while_meta_is_slow(stack):
    ana = stack.acquaintance("Ana")
    stack.sim.post("fail", kind="latency", delay_ms=1500, times=None, match={"method": "GET"})
    try:
        begin = time.monotonic()
        for number in range(6):
            stack.sim.inbound(type="image", image={"caption": f"photo {number}"}, **ana.sender())
        wait_until_equal(lambda: [row["media_state"] for row in ana.messages("inbound")[1:]], ["done"] * 6, "the files", 30)
        took = time.monotonic() - begin
    finally:
        stack.sim.stop_failing()
    # one after the other they would take twice 1.5 seconds each
    assert took < 12, f"six files took {took:.1f} s"


def test_a_file_under_way_when_everything_is_killed_is_fetched_after_it_once(stack):
    ana = stack.acquaintance("Ana")
    stack.sim.post("fail", kind="latency", delay_ms=20_000, times=1, match={"method": "GET"})
    stack.sim.inbound(type="document", document={"filename": "bill.pdf"}, **ana.sender())
    claimed = "SELECT claimed_by FROM whatsapp_chat_message WHERE media_state = 'pending' AND claimed_by IS NOT NULL"
    wait_until(lambda: stack.value(claimed), "the file to be claimed")
    stack.kill_odoo()
    stack.sim.stop_failing()
    stack.start_odoo()
    stack.run_cron()
    wait_until(lambda: ana.messages("inbound")[-1]["media_state"] == "done", "the file after the restart", 30)
    files = """SELECT a.name FROM ir_attachment a JOIN whatsapp_chat_message_attachment_rel r ON r.ir_attachment_id = a.id
                WHERE r.whatsapp_chat_message_id = %s"""
    assert [row["name"] for row in stack.rows(files, ana.messages("inbound")[-1]["id"])] == ["bill.pdf"]


def test_a_file_that_meta_has_lost_says_so_and_is_fetched_again_on_request(stack):
    ana = stack.acquaintance("Ana")
    stack.sim.post("fail", kind="error", code=100, times=1, match={"method": "GET"})
    stack.sim.post("fail", kind="http", status=404, times=1, match={"method": "GET"})
    stack.sim.inbound(type="image", **ana.sender())

    def row():
        return ana.messages("inbound")[-1]

    wait_until(lambda: row()["media_state"] == "failed" or row()["media_next_try_at"], "a try that failed")
    stack.execute("UPDATE whatsapp_chat_message SET media_next_try_at = NULL WHERE id = %s AND media_state = 'pending'", row()["id"])
    stack.execute("NOTIFY whatsapp_lane_media")
    wait_until(lambda: row()["media_state"] == "failed", "the file to be given up")
    stack.admin.call("whatsapp.chat.message", "action_fetch_again", [row()["id"]])
    wait_until(lambda: row()["media_state"] == "done", "the file to be fetched again")


def test_answers_carts_and_an_ad_arrive_as_what_they_are(stack):
    ana = stack.customer("Ana")
    stack.sim.inbound(
        text="Hi", referral={"source_id": "1203", "source_type": "ad", "headline": "Sale", "ctwa_clid": "Click01"}, **ana.sender()
    )
    wait_until(ana.messages, "the first message")
    item = {"product_retailer_id": "SKU-1", "quantity": 2, "item_price": 9.5, "currency": "EUR"}
    stack.sim.inbound(type="order", order={"catalog_id": "5", "text": "", "product_items": [item]}, **ana.sender())
    reply = {"name": "flow", "body": "Sent", "response_json": '{"flow_token": "t", "city": "Dhaka"}'}
    stack.sim.inbound(type="interactive", interactive={"type": "nfm_reply", "nfm_reply": reply}, **ana.sender())
    stack.sim.inbound(type="unsupported", unsupported={"type": "poll"}, **ana.sender())
    stack.sim.inbound(type="system", system={"type": "customer_identity_changed", "body": ""}, **ana.sender())
    wait_until(lambda: len(ana.messages("inbound")) == 5, "all of them")
    stack.wait_until_quiet()
    assert sorted(row["type"] for row in ana.messages("inbound")) == ["flow", "order", "system", "text", "unsupported"]
    conversation = ana.conversation()
    assert (conversation["referral_source_id"], conversation["referral_ctwa_clid"]) == ("1203", "Click01")
    texts = " ".join(ana.discuss_texts())
    assert "SKU-1" in texts and "Dhaka" in texts and "poll" in texts and "flow_token" not in texts
    data = stack.admin._rpc("/discuss/channel/messages", {"channel_id": conversation["discuss_channel_id"]})
    contents = {m["whatsapp_content"]["kind"]: m["whatsapp_content"] for m in data["data"]["mail.message"] if m.get("whatsapp_content")}
    assert contents["order"]["card"]["total"] == 19
    assert contents["flow"]["card"]["rows"] == [{"label": "City", "value": "Dhaka"}]
