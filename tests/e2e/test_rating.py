"""After the resolution: one question on the customer's phone, and an answer that disturbs nobody; and a desk that is killed."""

from harness import wait_until, wait_until_equal


def ask_for_ratings(stack):
    """Let a new team, which everybody belongs to, answer the number, and ask for ratings."""
    stack.execute("UPDATE whatsapp_team SET asks_rating = TRUE, rating_style = 'buttons', rating_asks_comment = TRUE")
    stack.admin.call("whatsapp.team", "create", [{"name": "Ratings", "asks_rating": True}])
    stack.execute("UPDATE whatsapp_channel SET team_id = (SELECT max(id) FROM whatsapp_team)")


def resolve(stack, customer):
    stack.admin.call("whatsapp.conversation", "action_resolve", [customer.conversation()["id"]])


def cycles(stack, customer):
    return stack.rows(
        "SELECT * FROM whatsapp_conversation_cycle WHERE conversation_id = %s ORDER BY id", customer.conversation()["id"]
    )


def questions(customer):
    return [message for message in customer.received() if message["type"] == "interactive"]


def test_a_customer_rates_with_a_button_and_the_conversation_stays_closed(stack):
    ask_for_ratings(stack)
    ana = stack.customer("Ana")
    ana.writes("Where is my parcel?")
    wait_until_equal(lambda: len(ana.discuss_texts()), 1, "the text in Discuss")
    stack.admin.writes_to(ana, "With you tomorrow")
    wait_until(lambda: ana.received_texts(), "the answer on the phone")
    resolve(stack, ana)
    wait_until_equal(lambda: len(questions(ana)), 1, "the question on the phone")
    [cycle] = cycles(stack, ana)
    assert cycle["first_response_seconds"] is not None and cycle["resolved_at"]
    title = questions(ana)[0]["content"]["action"]["buttons"][0]["reply"]["title"]
    ana.taps(questions(ana)[0], title)
    wait_until_equal(lambda: cycles(stack, ana)[0]["rating_value"], 5.0, "the rating")
    wait_until_equal(lambda: len(ana.received_texts()), 2, "the thanks")
    ana.writes("Very friendly")
    wait_until_equal(
        lambda: stack.value("SELECT feedback FROM rating_rating WHERE whatsapp_cycle_id = %s", cycle["id"]), "Very friendly", "the comment"
    )
    conversation = ana.conversation()
    assert (conversation["state"], conversation["waiting_since"], conversation["unanswered_count"]) == ("resolved", None, 0)
    ana.writes("One more thing: do you ship to Peru?")
    wait_until_equal(lambda: ana.conversation()["state"], "open", "the conversation to be open again")
    wait_until_equal(lambda: [row["is_reopened"] for row in cycles(stack, ana)], [True], "the same case to go on")


def test_a_killed_desk_counts_each_message_once_and_asks_once(stack):
    ask_for_ratings(stack)
    leo = stack.customer("Leo")
    leo.writes("Hello")
    leo.writes("Anybody there?")
    wait_until_equal(lambda: len(leo.discuss_texts()), 2, "the texts in Discuss")
    wait_until(lambda: cycles(stack, leo) and not leo.conversation()["desk_due"], "the desk to count the texts")
    with stack.hold("LOCK TABLE whatsapp_conversation_wait IN SHARE MODE"):  # the answer can be stored, but not counted
        stack.admin.writes_to(leo, "Here I am")
        stack.wait_until_blocked("whatsapp_conversation_wait")
        stack.kill_odoo()
    stack.start_odoo()
    stack.run_cron()
    wait_until(lambda: any(row["first_response_at"] for row in cycles(stack, leo)), "the desk to count after the restart")
    resolve(stack, leo)
    wait_until_equal(lambda: len(questions(leo)), 1, "the question on the phone")
    [cycle] = cycles(stack, leo)
    assert (cycle["inbound_count"], cycle["outbound_count"]) == (2, 1)
    waits = stack.rows("SELECT * FROM whatsapp_conversation_wait WHERE conversation_id = %s", leo.conversation()["id"])
    assert len(waits) == 1 and waits[0]["answered_at"]
