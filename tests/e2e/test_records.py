"""Messages of records: sent from anything, in bulk across a crash, answered on the record, by mail when they fail."""

from harness import wait_until

BATCH = 120
CHUNK = 50  # whatsapp_send_batch.CHUNK


def partner_of(stack, customer, **values):
    """The id of a contact in Odoo with the phone of a customer."""
    return stack.admin.call("res.partner", "create", [{"name": customer.name, "phone": f"+{customer.phone}", **values}])[0]


def notes(stack, partner_id, author_id=None, kind="comment"):
    """Bodies of the notes in the chatter of a contact, oldest first."""
    rows = stack.rows(
        """SELECT body FROM mail_message WHERE model = 'res.partner' AND res_id = %s AND message_type = %s
              AND (%s IS NULL OR author_id = %s) ORDER BY id""",
        partner_id, kind, author_id, author_id,
    )  # fmt: skip
    return [row["body"] for row in rows]


def greet(stack, ids, **values):
    return stack.admin.call("res.partner", "whatsapp_send", ids, template="hello_world", **values)


def test_a_message_of_a_record_is_followed_and_answered_on_the_record(stack):
    ana = stack.customer("Ana")
    partner_id = partner_of(stack, ana)
    [result] = greet(stack, [partner_id], once="welcome")
    [again] = greet(stack, [partner_id], once="welcome")
    assert again["message_id"] == result["message_id"]
    row = stack.wait_for_state(result["message_id"], "read")
    assert (row["res_model"], row["res_id"]) == ("res.partner", partner_id)
    [received] = ana.received()
    assert received["type"] == "template"
    [note] = notes(stack, partner_id)
    assert "Hello World" in note
    ana.writes("Thank you", reply_to=received["wamid"])
    wait_until(lambda: notes(stack, partner_id, partner_id), "the answer in the chatter")
    stack.wait_until_quiet()
    [answer] = notes(stack, partner_id, partner_id)
    assert "Thank you" in answer
    assert not stack.value("SELECT count(*) FROM mail_notification n JOIN mail_message m ON m.id = n.mail_message_id"
                           " WHERE m.model = 'res.partner' AND m.res_id = %s", partner_id)


def test_what_fails_for_good_is_mailed_once(stack):
    ben = stack.customer("Ben")
    partner_id = partner_of(stack, ben, email="ben@example.com")
    stack.sim.fail("failed_status", code=131026, to=ben.phone)
    [result] = greet(stack, [partner_id], fallback="email")
    stack.wait_for_state(result["message_id"], "failed")
    wait_until(lambda: stack.message(result["message_id"])["fallback_state"] == "done", "the mail", timeout=70)
    stack.run_cron("ir_cron_whatsapp_fallback")
    mails = stack.value(
        """SELECT count(*) FROM mail_notification n JOIN mail_message m ON m.id = n.mail_message_id
            WHERE m.model = 'res.partner' AND m.res_id = %s AND n.notification_type = 'email'""",
        partner_id,
    )
    assert mails == 1
    assert any("Sent by e-mail to ben@example.com instead" in note for note in notes(stack, partner_id, kind="notification"))


def test_what_fails_for_good_goes_out_as_one_sms(stack):
    eva = stack.customer("Eva")
    partner_id = partner_of(stack, eva)
    stack.sim.fail("failed_status", code=131026, to=eva.phone)
    [result] = greet(stack, [partner_id], fallback="sms")
    stack.wait_for_state(result["message_id"], "failed")
    wait_until(lambda: stack.message(result["message_id"])["fallback_state"] == "done", "the SMS", timeout=70)
    stack.run_cron("ir_cron_whatsapp_fallback")
    sent = stack.rows(
        """SELECT n.sms_number FROM mail_notification n JOIN mail_message m ON m.id = n.mail_message_id
            WHERE m.model = 'res.partner' AND m.res_id = %s AND n.notification_type = 'sms'""",
        partner_id,
    )
    assert sent == [{"sms_number": f"+{eva.phone}"}]
    assert any("Hello World" in note for note in notes(stack, partner_id, kind="sms"))
    assert any(f"Sent by SMS to +{eva.phone} instead" in note for note in notes(stack, partner_id, kind="notification"))


def test_a_crash_in_the_middle_of_a_bulk_sending_forgets_none_and_repeats_none(stack):
    known = stack.acquaintance("Known")
    strangers = [stack.customer(f"Bulk {number}") for number in range(BATCH - 1)]
    ids = stack.admin.call("res.partner", "create", [{"name": who.name, "phone": f"+{who.phone}"} for who in strangers])
    ids.insert(CHUNK + 10, known.conversation()["partner_id"])  # in the second chunk
    template = stack.value("SELECT id FROM whatsapp_message_template WHERE name = 'hello_world'")
    context = {"active_model": "res.partner", "active_ids": ids}
    composer = stack.admin.call("whatsapp.compose.message", "create", [{"template_id": template}], context=context)
    with stack.hold("SELECT 1 FROM whatsapp_conversation WHERE id = %s FOR NO KEY UPDATE", known.conversation()["id"]):
        batch = stack.admin.call("whatsapp.compose.message", "action_send", composer)["res_id"]
        stack.wait_until_blocked("UPDATE whatsapp_conversation", timeout=70)
        assert lines(stack, batch, "queued") == CHUNK, "the first chunk is done, the second is under way"
        stack.kill_odoo()
    stack.start_odoo()
    stack.run_cron("ir_cron_whatsapp_send_batch")
    wait_until(
        lambda: stack.value("SELECT state FROM whatsapp_send_batch WHERE id = %s", batch) == "done", "the sending to end", 60
    )
    assert (lines(stack, batch, "queued"), lines(stack, batch, "waiting")) == (BATCH, 0)
    stack.run_cron()
    stack.wait_until_quiet(60)
    taken = [len(stack.sim.requests(who.phone)) for who in [known, *strangers]]
    assert max(taken) == 1, "sent twice"
    states = stack.rows(
        """SELECT m.state, count(*) FROM whatsapp_chat_message m JOIN whatsapp_send_batch_line l ON l.message_id = m.id
            WHERE l.batch_id = %s GROUP BY 1""",
        batch,
    )
    assert {row["state"] for row in states} <= {"read", "uncertain"}, states  # unclear: a sender died as well
    assert sum(taken) >= BATCH - CHUNK


def lines(stack, batch, state):
    """How many records of a bulk sending are in a state."""
    return stack.value("SELECT count(*) FROM whatsapp_send_batch_line WHERE batch_id = %s AND state = %s", batch, state)
