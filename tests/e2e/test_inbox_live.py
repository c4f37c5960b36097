"""Several browsers at one conversation: what one does, every other one shows at once, and who may see it no longer is told."""

import pytest
from browsers import log_in
from playwright.sync_api import expect
from test_inbox import COMPOSER, THREAD, row_of, show

NOTIFICATION = ".o_notification"
NOTICE = f"{THREAD} .o-whatsapp-ComposerNotice"


@pytest.fixture(scope="module")
def people(running):
    """User IDs by login: two agents of the number's team, who see only their own; one of no team; a supervisor."""
    running.heal()
    call = running.admin.call
    ids = {}
    for name, role in (("Iris", "agent"), ("Opal", "agent"), ("Nora", "agent"), ("Vera", "supervisor")):
        [[_module, group]] = [call("ir.model.data", "check_object_reference", "whatsapp_base", f"group_whatsapp_{role}")]
        person = {"name": name, "login": name.lower(), "password": name.lower(), "group_ids": [(4, group)]}
        [ids[name.lower()]] = call("res.users", "create", [person])
    [team, other] = call("whatsapp.team", "create", [
        {"name": "Day desk", "member_ids": [(6, 0, [ids["iris"], ids["opal"]])]}, {"name": "Night desk"}])  # fmt: skip
    before = running.value("SELECT team_id FROM whatsapp_channel WHERE id = %s", running.channel_id)
    call("whatsapp.channel", "write", [running.channel_id], {"team_id": team})
    yield {**ids, "day": team, "night": other}
    call("whatsapp.channel", "write", [running.channel_id], {"team_id": before or False})


@pytest.fixture
def inbox(web, tabs, people):
    """Opens the inbox in a browser of its own: inbox("iris", talk=7, watch=True)."""
    def open_inbox(login, talk=None, watch=False):
        page = tabs(1440, 900)
        log_in(page, web.url, login, login)
        if watch:
            page.evaluate("id => sessionStorage.setItem('whatsapp_base.inbox.watched', id)", talk)
        page.goto(f"{web.url}/odoo/whatsapp-inbox{f'/{talk}' if talk else ''}")
        page.wait_for_selector(".o-whatsapp-Inbox")
        return page

    return open_inbox


@pytest.mark.browser
def test_what_a_colleague_takes_closes_for_who_had_it_open(stack, inbox, people):
    maria, next_one = stack.acquaintance("Maria Wanted"), stack.acquaintance("Nadia Next")
    talk = maria.conversation()["id"]
    iris, opal = inbox("iris", talk=talk), inbox("opal", talk=talk)
    show(iris, "unassigned")
    iris.fill(COMPOSER, "Half an answer")
    opal.wait_for_selector(COMPOSER)
    presence = opal.locator(".o-whatsapp-PresenceLine")
    expect(presence).to_contain_text("Iris")
    opal.locator(THREAD).get_by_role("button", name="Take").first.click()
    expect(iris.locator(NOTIFICATION)).to_contain_text("Opal takes care of this conversation now.")
    expect(iris.locator(NOTIFICATION)).to_contain_text("Half an answer")
    expect(presence).to_have_count(0)
    expect(iris.locator(THREAD)).to_contain_text("No conversation is open")
    expect(row_of(iris, maria)).to_have_count(0)
    expect(row_of(iris, next_one)).to_have_count(1)
    expect(opal.locator(f"{THREAD} h2")).to_have_text(maria.name)
    # who gives it away to the other team closes it as well, and hears where it went
    stack.admin.call("whatsapp.conversation", "write", [talk], {"user_id": False, "team_id": people["night"]})
    expect(opal.locator(NOTIFICATION)).to_contain_text("This conversation went to another team.")


@pytest.mark.browser
def test_what_is_shared_comes_and_lives_and_goes(stack, inbox, people):
    maria = stack.acquaintance("Maria Shared")
    talk = maria.conversation()["id"]
    stack.admin.call("whatsapp.conversation", "write", [talk], {"user_id": people["iris"]})
    nora = inbox("nora")
    show(nora, "all")
    expect(row_of(nora, maria)).to_have_count(0)
    stack.admin.call("whatsapp.conversation", "write", [talk], {"shared_user_ids": [(4, people["nora"])]})
    expect(row_of(nora, maria)).to_have_count(1)
    maria.writes("Is anybody there?")
    expect(row_of(nora, maria)).to_contain_text("anybody there")
    row_of(nora, maria).click()
    expect(nora.locator(NOTICE)).to_contain_text("Iris takes care of this conversation.")
    maria.writes("It is urgent")
    expect(nora.locator(f"{THREAD} .o-mail-Message", has_text="It is urgent")).to_have_count(1)
    stack.admin.call("whatsapp.conversation", "action_unassign", [talk])
    expect(nora.locator(NOTICE)).to_contain_text("Nobody has taken this conversation.")
    stack.admin.call("whatsapp.conversation", "write", [talk], {"shared_user_ids": [(3, people["nora"])]})
    expect(nora.locator(NOTIFICATION)).to_contain_text("This conversation is no longer shared with you.")
    expect(row_of(nora, maria)).to_have_count(0)
    expect(nora.locator(THREAD)).to_contain_text("No conversation is open")


@pytest.mark.browser
def test_a_second_tab_and_a_supervisor_who_watches_follow(stack, inbox, people):
    maria = stack.acquaintance("Maria Watched")
    talk = maria.conversation()["id"]
    iris, again, vera = inbox("iris", talk=talk), inbox("iris", talk=talk), inbox("vera", talk=talk, watch=True)
    expect(vera.locator(f"{THREAD} .o-whatsapp-WatchBar")).to_contain_text("your colleagues")
    expect(again.locator(THREAD).get_by_role("button", name="Take").first).to_be_visible()
    iris.locator(THREAD).get_by_role("button", name="Take").first.click()
    expect(again.locator(THREAD).get_by_role("button", name="Take")).to_have_count(0)
    expect(vera.locator(f"{THREAD} .o-whatsapp-WatchBar")).to_contain_text("nor Iris can see it")
    maria.writes("Hello again")
    for page in (again, vera):
        expect(page.locator(f"{THREAD} .o-mail-Message", has_text="Hello again")).to_have_count(1)
    iris.locator(THREAD).get_by_role("button", name="Resolve").first.click()
    for page in (again, vera):
        expect(page.locator(THREAD).get_by_role("button", name="Open this conversation again")).to_be_visible()
    assert vera.locator(f"{THREAD} .o-whatsapp-WatchBar").count() == 1
