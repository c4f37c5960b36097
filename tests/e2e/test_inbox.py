"""The team inbox in real browsers: what agents do all day, each with what customer and colleagues notice of it."""

import pytest
from browsers import log_in
from harness import wait_until, wait_until_equal
from playwright.sync_api import expect

LIST, THREAD, PANEL = ".o-whatsapp-Inbox-list", ".o-whatsapp-Inbox-thread", ".o-whatsapp-Inbox-panel"
COMPOSER = f"{THREAD} .o-mail-Composer-input"
PALETTE = ".o_command_palette"
ROW = f"{LIST} [role=option]"


@pytest.fixture(scope="module")
def team(running):
    """Two agents of the number's team, as (login, user id): their passwords are their logins."""
    running.heal()
    call = running.admin.call
    [[_module, group]] = [call("ir.model.data", "check_object_reference", "whatsapp_base", "group_whatsapp_agent")]
    people = call("res.users", "create", [
        {"name": name, "login": name.lower(), "password": name.lower(), "group_ids": [(4, group)]} for name in ("Ines", "Olga")])
    [team] = call("whatsapp.team", "create", [{"name": "Front desk", "member_ids": [(6, 0, people)], "is_shared": True}])
    before = running.value("SELECT team_id FROM whatsapp_channel WHERE id = %s", running.channel_id)
    call("whatsapp.channel", "write", [running.channel_id], {"team_id": team})
    yield list(zip(("ines", "olga"), people, strict=True))
    call("whatsapp.channel", "write", [running.channel_id], {"team_id": before or False})


@pytest.fixture
def inbox(web, tabs, team):
    """Opens the inbox as one of the agents: inbox(0), inbox(1, width=400, talk=7)."""
    def open_inbox(number=0, width=1440, talk=None):
        page = tabs(width, 900)
        log_in(page, web.url, team[number][0], team[number][0])
        page.goto(f"{web.url}/odoo/whatsapp-inbox{f'/{talk}' if talk else ''}")
        page.wait_for_selector(".o-whatsapp-Inbox")
        return page

    return open_inbox


def show(page, view):
    """Show a view of the list by its tab, or from the menu of the others."""
    tab = page.locator(f"{LIST} [data-view={view}]")
    if not tab.count():
        page.click(".o-whatsapp-InboxHeader-more")
        tab = page.locator(f".o-whatsapp-InboxHeader-menu [data-view={view}]")
    tab.click()


def row_of(page, customer):
    """The customer's line in the list."""
    return page.locator(f"{LIST} [role=option]", has_text=customer.name)


def choose(page, key, words):
    """Press a shortcut of the list and choose from what it asks."""
    page.keyboard.press(key)
    page.fill(f"{PALETTE} input", words)
    page.locator(f"{PALETTE} .o_command", has_text=words).first.click()
    expect(page.locator(".modal")).to_have_count(0)


def conversation(customer, *names):
    """Values of the customer's conversation in the database."""
    row = customer.conversation()
    return tuple(row[name] for name in names)


@pytest.mark.browser
def test_a_new_customer_comes_up_and_is_answered_without_a_reload(stack, inbox, team):
    page = inbox()
    show(page, "unassigned")
    maria = stack.acquaintance("Maria Newcomer")
    expect(row_of(page, maria)).to_have_count(1)
    row_of(page, maria).click()
    expect(page.locator(f"{THREAD} .o-mail-Message", has_text="Hello")).to_have_count(1)
    page.fill(COMPOSER, "Good morning, Maria!")
    page.press(COMPOSER, "Enter")
    wait_until_equal(maria.received_texts, ["Good morning, Maria!"], "the answer on the phone")
    assert conversation(maria, "user_id", "waiting_since") == (team[0][1], None), "who answers has it"
    show(page, "mine")
    expect(row_of(page, maria)).to_have_count(1)
    maria.writes("Thank you, that was quick")
    expect(row_of(page, maria)).to_contain_text("that was quick")


@pytest.mark.browser
def test_a_note_stays_inside(stack, inbox, team):
    maria = stack.acquaintance("Maria Noted")
    page = inbox(talk=maria.conversation()["id"])
    page.click(f"{THREAD} [data-mode=note]")
    page.fill(COMPOSER, "She prefers to be called in the morning")
    page.press(COMPOSER, "Enter")
    expect(page.locator(f"{THREAD} .o-mail-Message", has_text="called in the morning")).to_have_count(1)
    stack.wait_until_quiet()
    assert stack.sim.requests(maria.phone) == []
    assert conversation(maria, "waiting_since")[0], "a note is no answer"


@pytest.mark.browser
def test_a_conversation_is_given_to_a_colleague_who_sees_it_come(stack, inbox, team):
    maria = stack.acquaintance("Maria Passed On")
    page, other = inbox(talk=maria.conversation()["id"]), inbox(1)
    show(other, "mine")
    page.wait_for_selector(COMPOSER)
    page.locator(f"{THREAD} h2").first.click()  # shortcuts do not work while somebody types
    choose(page, "a", "Olga")
    wait_until_equal(lambda: conversation(maria, "user_id"), (team[1][1],), "the assignment")
    expect(row_of(other, maria)).to_have_count(1)


@pytest.mark.browser
def test_a_snoozed_conversation_is_away_until_the_customer_writes(stack, inbox, team):
    maria = stack.acquaintance("Maria Asleep")
    stack.admin.call("whatsapp.conversation", "write", [maria.conversation()["id"]], {"user_id": team[0][1]})
    page = inbox(talk=maria.conversation()["id"])
    show(page, "mine")
    page.wait_for_selector(COMPOSER)
    page.locator(f"{THREAD} h2").first.click()
    choose(page, "s", "In four hours")
    wait_until(lambda: conversation(maria, "snoozed_until")[0], "the snooze")
    expect(row_of(page, maria)).to_have_count(0)
    show(page, "snoozed")
    expect(row_of(page, maria)).to_have_count(1)
    show(page, "mine")
    maria.writes("One more thing")
    expect(row_of(page, maria)).to_have_count(1)
    wait_until_equal(lambda: conversation(maria, "snoozed_until"), (None,), "the end of the snooze")


@pytest.mark.browser
def test_resolved_with_one_key_and_taken_back_with_one_click(stack, inbox, team):
    maria = stack.acquaintance("Maria Done")
    stack.admin.call("whatsapp.conversation", "write", [maria.conversation()["id"]], {"user_id": team[0][1]})
    page = inbox(talk=maria.conversation()["id"])
    show(page, "mine")
    page.wait_for_selector(COMPOSER)
    page.locator(f"{THREAD} h2").first.click()
    page.keyboard.press("e")
    wait_until_equal(lambda: conversation(maria, "state"), ("resolved",), "the resolution")
    expect(row_of(page, maria)).to_have_count(0)
    page.locator(".o_notification", has_text="Resolved").get_by_role("button", name="Undo").click()
    wait_until_equal(lambda: conversation(maria, "state", "user_id"), ("open", team[0][1]), "the undo")


@pytest.mark.browser
def test_on_a_phone_the_list_then_the_thread_then_the_customer(stack, inbox, team):
    maria = stack.acquaintance("Maria Pocket")
    page = inbox(width=400)
    show(page, "unassigned")
    row_of(page, maria).click()
    expect(page.locator(LIST)).to_be_hidden()
    page.fill(COMPOSER, "From my phone")
    page.press(COMPOSER, "Enter")
    wait_until_equal(maria.received_texts, ["From my phone"], "the answer on the phone")
    page.locator(THREAD).get_by_role("button", name="Customer").click()
    expect(page.locator(PANEL)).to_contain_text(maria.name)
    assert page.evaluate("() => document.documentElement.scrollWidth <= window.innerWidth"), "nothing is wider than the screen"
    page.wait_for_url("**panel=1**")
    page.go_back()
    expect(page.locator(COMPOSER)).to_be_visible()
    expect(page.locator(PANEL)).to_be_hidden()
    page.go_back()
    expect(page.locator(LIST)).to_be_visible()


@pytest.mark.browser
def test_two_agents_in_one_conversation_see_each_other(stack, inbox, team):
    maria = stack.acquaintance("Maria Twice")
    talk = maria.conversation()["id"]
    ines, olga = inbox(0, talk=talk), inbox(1, talk=talk)
    for page in (ines, olga):
        page.wait_for_selector(COMPOSER)
    ines.fill(COMPOSER, "I am on it")
    ines.press(COMPOSER, "Enter")
    expect(olga.locator(".o-whatsapp-PresenceLine")).to_contain_text("Ines")
    expect(olga.locator(f"{THREAD} .o-mail-Message", has_text="I am on it")).to_have_count(1)
    wait_until_equal(maria.received_texts, ["I am on it"], "one answer on the phone")


@pytest.mark.browser
def test_outside_the_window_the_composer_is_one_for_templates(stack, inbox, team):
    maria = stack.acquaintance("Maria Later")
    stack.wait_until_quiet()
    wait_until(lambda: not maria.conversation()["desk_due"], "the desk, which tells browsers how things stand")
    stack.sim.post("window", **{"from": maria.phone}, hours_ago=30)
    stack.execute(
        "UPDATE whatsapp_conversation SET window_expires_at = now() AT TIME ZONE 'utc' - interval '6 hours' WHERE id = %s",
        maria.conversation()["id"],
    )
    stack.execute("DELETE FROM bus_bus")  # a new websocket gets the last minute's news, in which the window was open
    page = inbox(talk=maria.conversation()["id"])
    expect(page.locator(f"{THREAD} .o-whatsapp-ComposerArea[data-mode=template]")).to_have_count(1)
    page.fill(f"{THREAD} .o-whatsapp-TemplatePicker input[type=search]", "hello")  # and chosen before the search is done
    page.locator(f"{THREAD} .o-whatsapp-TemplatePicker-choice", has_text="Hello World").click()
    page.click(f"{THREAD} .o-whatsapp-TemplatePicker-send")
    wait_until_equal(lambda: [message["type"] for message in maria.received()], ["template"], "the template on the phone")
    maria.writes("Now I have time")
    expect(page.locator(f"{THREAD} .o-whatsapp-ComposerArea[data-mode=reply]")).to_have_count(1)


@pytest.mark.browser
def test_the_customer_rates_what_was_resolved(stack, inbox, team):
    stack.execute("UPDATE whatsapp_team SET asks_rating = TRUE WHERE name->>'en_US' = 'Front desk'")
    maria = stack.acquaintance("Maria Rates")
    stack.wait_for_state(stack.admin.writes_to(maria, "Done!"), "read")
    talk = maria.conversation()["id"]
    stack.admin.call("whatsapp.conversation", "write", [talk], {"user_id": team[0][1]})
    page = inbox(talk=talk)
    show(page, "mine")
    page.wait_for_selector(COMPOSER)
    page.locator(f"{THREAD} h2").first.click()
    page.keyboard.press("e")
    question = wait_until(lambda: [m for m in maria.received() if m["type"] == "interactive"], "the question on the phone")[0]
    best = question["content"]["action"]["buttons"][0]["reply"]["title"]
    maria.taps(question, best)
    rating = "SELECT max(rating_value) FROM whatsapp_conversation_cycle WHERE conversation_id = %s"
    wait_until(lambda: (stack.value(rating, talk) or 0) > 0, "the rating")
    assert conversation(maria, "state") == ("resolved",), "a rating opens nothing"
