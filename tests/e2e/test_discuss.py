"""Two browser tabs: an agent in Discuss and a customer on the phone page, both live.

With SAVE_SCREENSHOTS set, the two pages are saved to docs/images/.
"""

import os

import pytest
from browsers import log_in
from harness import wait_until
from playwright.sync_api import expect
from shop import WISH, Shop
from simulator_client import PNID


@pytest.fixture(scope="module")
def agent(running):
    """Login and password of an agent, who is neither supervisor nor administrator."""
    running.heal()
    [[_module, group]] = [running.admin.call("ir.model.data", "check_object_reference", "whatsapp_base", "group_whatsapp_agent")]
    login = "anna"
    values = {"name": "Anna Agent", "login": login, "password": "anna-password", "group_ids": [(4, group)]}
    running.admin.call("res.users", "create", [values])
    return login, values["password"]


def screenshot(stack, page, name):
    """Save a picture for the documentation, if it is wanted."""
    if os.environ.get("SAVE_SCREENSHOTS"):
        folder = stack.env.paths.root / "docs" / "images"
        folder.mkdir(parents=True, exist_ok=True)
        page.screenshot(path=folder / f"{name}.png")


@pytest.mark.browser
def test_customer_and_agent_see_each_other_live_up_to_the_blue_ticks(stack, web, tabs, agent):
    maria = stack.acquaintance("Maria Lopez")
    channel = maria.conversation()["discuss_channel_id"]
    discuss, phone = tabs(1440, 900), tabs(1100, 860)
    log_in(discuss, web.url, *agent)
    discuss.goto(f"{web.url}/odoo/discuss?active_id=discuss.channel_{channel}")
    bubble = discuss.locator(".o-mail-Message")
    expect(bubble.filter(has_text="Hello")).to_have_count(1)

    phone.goto(f"{stack.sim.url}/?me={maria.phone}&to={PNID}")
    phone.fill("textarea", "Do you deliver to *Dhaka*? 🚚")
    phone.keyboard.press("Enter")
    expect(bubble.filter(has_text="Do you deliver to Dhaka? 🚚")).to_have_count(1)  # live: nothing was reloaded
    expect(bubble.filter(has_text="Do you deliver to").locator("strong, b")).to_have_text("Dhaka")

    phone.goto(f"{stack.sim.url}/?me={maria.phone}")  # Maria looks away from the chat
    composer = discuss.locator(".o-mail-Composer-input")
    composer.fill("Yes, within two days.")
    composer.press("Enter")
    answer = bubble.filter(has_text="Yes, within two days.")
    expect(answer.locator(".o-whatsapp-Ticks[data-state=delivered]")).to_have_count(1)

    phone.goto(f"{stack.sim.url}/?me={maria.phone}&to={PNID}")  # and back
    expect(phone.locator(".row.theirs").filter(has_text="Yes, within two days.")).to_have_count(1)
    expect(answer.locator(".o-whatsapp-Ticks[data-state=read]")).to_have_count(1)
    assert [row["state"] for row in maria.messages("outbound")] == ["read"]


@pytest.mark.browser
def test_the_story_of_an_order_on_two_phones_and_in_discuss(stack, web, tabs, agent, service):
    shop = Shop(stack, service)
    shop.john.writes("Good morning")
    wait_until(shop.john.messages, "the greeting")
    discuss, phone, seller = tabs(1440, 900), tabs(1100, 860), tabs(1100, 860)
    log_in(discuss, web.url, *agent)
    discuss.goto(f"{web.url}/odoo/discuss?active_id=discuss.channel_{shop.john.conversation()['discuss_channel_id']}")
    bubble = discuss.locator(".o-mail-Message")
    expect(bubble.filter(has_text="Good morning")).to_have_count(1)
    phone.goto(f"{stack.sim.url}/?me={shop.john.phone}&to={PNID}")
    phone.fill("textarea", WISH)
    phone.keyboard.press("Enter")
    expect(phone.locator(".row.theirs").filter(has_text="We have received your order")).to_have_count(1)
    expect(bubble.filter(has_text="We have received your order")).to_have_count(1)
    seller.goto(f"{stack.sim.url}/?me={shop.rahim.phone}&to={PNID}")
    expect(seller.locator(".row.theirs").filter(has_text="NID Service").first).to_be_visible()
    seller.click(".action:has-text('Accept')")
    expect(seller.locator(".row.theirs").filter(has_text="You have accepted")).to_have_count(1)
    expect(phone.locator(".row.theirs").filter(has_text="Rahim Uddin has accepted your order")).to_have_count(1)
    news = bubble.filter(has_text="Rahim Uddin has accepted your order")
    expect(news.locator(".o-whatsapp-Ticks[data-state=read]")).to_have_count(1)
    assert shop.order()["state"] == "accepted"
    screenshot(stack, discuss, "inbox")
    screenshot(stack, phone, "phone-customer")
    screenshot(stack, seller, "phone")


@pytest.mark.browser
def test_an_internal_note_stays_inside_and_is_shown_apart(stack, web, tabs, agent):
    maria = stack.acquaintance("Maria Lopez")
    stack.admin.call(
        "discuss.channel", "message_post", [maria.conversation()["discuss_channel_id"]],
        body="She is a difficult customer", message_type="comment", subtype_xmlid="mail.mt_note",
    )  # fmt: skip
    discuss = tabs(1440, 900)
    log_in(discuss, web.url, *agent)
    discuss.goto(f"{web.url}/odoo/discuss?active_id=discuss.channel_{maria.conversation()['discuss_channel_id']}")
    note = discuss.locator(".o-mail-Message").filter(has_text="difficult customer")
    expect(note).to_have_count(1)
    expect(note.locator(".o-whatsapp-Ticks")).to_have_count(0)
    wait_until(lambda: stack.sim.stats()["webhooks"]["waiting"] == 0, "everything to be delivered")
    assert stack.sim.requests(maria.phone) == []


@pytest.mark.browser
def test_an_agent_asks_with_buttons_and_answers_with_the_voice(stack, web, tabs, agent):
    maria = stack.acquaintance("Maria Lopez")
    discuss, phone = tabs(1440, 900), tabs(1100, 860)
    log_in(discuss, web.url, *agent)
    discuss.goto(f"{web.url}/odoo/discuss?active_id=discuss.channel_{maria.conversation()['discuss_channel_id']}")
    bubble = discuss.locator(".o-mail-Message")
    discuss.click("[data-action=builder]")
    builder = discuss.locator(".o-whatsapp-MessageBuilder")
    builder.locator("textarea").fill("Shall we *deliver* today?")
    builder.locator(".o-whatsapp-MessageBuilder-buttons input").fill("Yes, please")
    expect(builder.locator(".o-whatsapp-Phone-button")).to_have_text("Yes, please")
    builder.locator(".o-whatsapp-MessageBuilder-send").click()
    expect(builder).to_have_count(0)
    expect(bubble.locator(".o-whatsapp-sent-button").filter(has_text="Yes, please")).to_have_count(1)

    phone.goto(f"{stack.sim.url}/?me={maria.phone}&to={PNID}")
    phone.click(".action:has-text('Yes, please')")
    expect(bubble.filter(has_text="Yes, please").last.locator(".o-whatsapp-sent-button")).to_have_count(0)
    wait_until(lambda: maria.messages("inbound")[-1]["button_payload"] == "Yes, please", "the answer")

    discuss.click("button[title='More Actions']")
    discuss.click("[name=voice-start]")
    recorder = discuss.locator(".o-mail-VoiceRecorder")
    expect(recorder.filter(has_text="00 : 01")).to_have_count(1)
    recorder.click()
    expect(discuss.locator(".o-mail-Composer .o-mail-VoicePlayer")).to_have_count(1)
    discuss.click(".o-mail-Composer-mainActions [name=send-message]")
    wait_until(lambda: [row["state"] for row in maria.messages("outbound")] == ["read", "read"], "the voice message to be read")
    assert maria.received()[-1]["content"]["voice"] is True  # and the simulator has checked that it is Ogg with Opus


@pytest.mark.browser
def test_places_files_and_changes_arrive_live_as_what_they_are(stack, web, tabs, agent):
    maria = stack.acquaintance("Maria Lopez")
    discuss, phone = tabs(1440, 1400), tabs(1100, 860)
    log_in(discuss, web.url, *agent)
    discuss.goto(f"{web.url}/odoo/discuss?active_id=discuss.channel_{maria.conversation()['discuss_channel_id']}")
    bubble = discuss.locator(".o-mail-Message")
    expect(bubble.filter(has_text="Hello")).to_have_count(1)

    place = {"latitude": 23.78, "longitude": 90.41, "name": "Gulshan Circle"}
    stack.sim.inbound(type="location", location=place, **maria.sender())
    expect(discuss.locator("a.o-whatsapp-Location").filter(has_text="Gulshan Circle")).to_have_count(1)

    stack.sim.post("fail", kind="latency", delay_ms=3000, times=1, match={"method": "GET"})
    stack.sim.inbound(type="image", image={}, **maria.sender())
    expect(discuss.locator(".o-whatsapp-Media").filter(has_text="Loading photo")).to_have_count(1)
    expect(bubble.locator(".o-mail-AttachmentImage")).to_have_count(1)  # live: nothing was reloaded
    expect(discuss.locator(".o-whatsapp-Media")).to_have_count(0)

    card = {"name": {"formatted_name": "Bob Baker"}, "phones": [{"phone": "+34600700800"}]}
    stack.sim.inbound(type="contacts", contacts=[card], **maria.sender())
    discuss.locator(".o-whatsapp-People button", has_text="Create customer").click()
    expect(discuss.locator(".o_form_view").filter(has_text="Bob Baker")).to_have_count(1)
    discuss.goto(f"{web.url}/odoo/discuss?active_id=discuss.channel_{maria.conversation()['discuss_channel_id']}")

    phone.goto(f"{stack.sim.url}/?me={maria.phone}&to={PNID}")
    phone.fill("textarea", "Blue, please")
    phone.keyboard.press("Enter")
    expect(bubble.filter(has_text="Blue, please")).to_have_count(1)
    mine = phone.locator(".row.mine").filter(has_text="Blue, please")
    mine.hover()
    mine.locator("button.react").click()
    phone.locator(".menu-item", has_text="Edit").click()
    phone.locator("form.form input[name=text]").fill("Red, please")
    phone.locator("form.form button[type=submit]").click()
    expect(bubble.filter(has_text="Red, please").locator(".o-whatsapp-Edited")).to_have_count(1)
    expect(bubble.filter(has_text="Blue, please")).to_have_count(0)
    mine = phone.locator(".row.mine").filter(has_text="Red, please")
    mine.hover()
    mine.locator("button.react").click()
    phone.locator(".menu-item", has_text="Delete for everyone").click()
    expect(discuss.locator(".o-whatsapp-Deleted")).to_have_text("Deleted by the customer")
    expect(bubble.filter(has_text="Red, please")).to_have_count(0)
