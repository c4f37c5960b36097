"""The part of `./dev bench inbox` with two real browsers: an agent's and that of the team's supervisor.

An Odoo of its own serves them (web client and websocket on one port, as a reverse proxy would have it); notifications go to
the Odoo with HTTP workers and are handled by the lane worker. A message is on the screen when its text is in the page.
"""

import os
import time

from playwright.sync_api import Page, sync_playwright
from playwright.sync_api import TimeoutError as PlaywrightTimeout

from devtools import browser

from .figures import ms, percentiles, quantile, say
from .stack import Stack

PATIENCE = 60_000  # milliseconds
LIST, THREAD = ".o-whatsapp-Inbox-list", ".o-whatsapp-Inbox-thread"
COMPOSER = f"{THREAD} .o-mail-Composer-input"
# polled at each frame: what people see, when they see it
HAS_TEXT = "([place, text]) => document.querySelector(place)?.textContent.includes(text)"
PAUSE = 0.4  # seconds between messages: one after the other, as people read


def measure(stack: Stack, desk: dict, count: int) -> dict:
    """Return times from a customer's message to the agent's screen, and from an answer to the colleague's."""
    odoo = stack.env.start_odoo(stack.db, workers=0, cron_threads=0, log=f"{stack.db}-screen.log", extra_args=["--log-level=warn"])
    try:
        with sync_playwright() as manager:
            chromium = manager.chromium.launch(
                executable_path=os.environ.get("CHROMIUM") or browser.find(), args=["--no-sandbox", "--disable-gpu"]
            )
            agent = _log_in(chromium, odoo.url, desk["agents"][0]["login"])
            leader = _log_in(chromium, odoo.url, desk["supervisors"][0])
            figures = _loads(agent, odoo.url)
            try:
                figures |= _messages(stack, desk["agents"][0], agent, leader, odoo.url, count)
            except PlaywrightTimeout as error:  # the other figures are worth having
                say(f"the screens: {error}")
                figures["screen_error"] = str(error).splitlines()[0]
                for name, page in (("agent", agent), ("leader", leader)):
                    page.screenshot(path=stack.env.paths.logs / f"{stack.db}-{name}.png")
            chromium.close()
            return figures
    finally:
        odoo.stop()


def _log_in(chromium, url: str, login: str) -> Page:
    """Return a page of its own session with the web client open."""
    page = chromium.new_context(viewport={"width": 1440, "height": 900}, locale="en-US").new_page()
    page.set_default_timeout(PATIENCE)
    page.goto(f"{url}/web/login")
    page.fill("input[name=login]", login)
    page.fill("input[name=password]", login)
    page.click("button[type=submit]")
    page.wait_for_selector(".o_main_navbar")
    return page


def _loads(page: Page, url: str) -> dict:
    """How long the inbox takes: as the first page of the day, and from the menu of an open web client."""
    rows = f"{LIST} [role=option]"
    page.goto(f"{url}/odoo/whatsapp-inbox")  # scripts and styles are compiled and cached
    page.wait_for_selector(rows)
    pages, actions = [], []
    for _turn in range(5):
        start = time.perf_counter()
        page.goto(f"{url}/odoo/whatsapp-inbox", wait_until="commit")
        page.wait_for_selector(rows)
        pages.append(time.perf_counter() - start)
        page.goto(f"{url}/odoo/discuss")
        page.wait_for_selector(".o-mail-Discuss")
        start = time.perf_counter()
        page.evaluate("() => odoo.__WOWL_DEBUG__.root.env.services.action.doAction('whatsapp_base.inbox')")
        page.wait_for_selector(rows)
        actions.append(time.perf_counter() - start)
    say(f"inbox: {ms(quantile(pages, 0.5))} ms as a page, {ms(quantile(actions, 0.5))} ms as an action")
    return {"inbox_load_ms": ms(quantile(actions, 0.5)), "inbox_page_load_ms": ms(quantile(pages, 0.5))}


def _messages(stack: Stack, who: dict, agent: Page, leader: Page, url: str, count: int) -> dict:
    """Messages of a customer of the agent's, seen in the list and in the thread; answers, seen by the supervisor."""
    talk, phone = stack.sql(
        """SELECT v.id, c.wa_id FROM whatsapp_conversation v JOIN whatsapp_contact c ON c.id = v.contact_id
            WHERE v.user_id = %s AND v.state = 'open' AND v.snoozed_until IS NULL ORDER BY v.last_message_at DESC LIMIT 1""",
        [who["user"]])[0]
    for page in (agent, leader):
        page.goto(f"{url}/odoo/whatsapp-inbox/{talk}")
        page.wait_for_selector(COMPOSER)
    run = f"{time.time():.0f}"  # the database may have been measured before
    stack.simulator.post("inbound", **{"from": phone}, text=f"Ready {run}", phone_number_id=_number(stack))
    for page in (agent, leader):
        page.wait_for_function(HAS_TEXT, arg=[THREAD, f"Ready {run}"], polling="raf")
    times = {"list": [], "thread": [], "colleague": []}
    for turn in range(count):
        mark = f"in-{run}-{turn}."
        start = time.perf_counter()
        stack.simulator.post("inbound", **{"from": phone}, text=f"Hello {mark}", phone_number_id=_number(stack))
        for place, name in ((THREAD, "thread"), (LIST, "list")):
            agent.wait_for_function(HAS_TEXT, arg=[place, mark], polling="raf")
            times[name].append(time.perf_counter() - start)
        time.sleep(PAUSE)
    for turn in range(count):
        mark = f"out-{run}-{turn}."
        agent.fill(COMPOSER, f"Good morning {mark}")
        start = time.perf_counter()
        agent.press(COMPOSER, "Enter")
        leader.wait_for_function(HAS_TEXT, arg=[THREAD, mark], polling="raf")
        times["colleague"].append(time.perf_counter() - start)
        time.sleep(PAUSE)
    everything = times["list"] + times["colleague"]
    return {
        "message_to_screen_p95_ms": ms(quantile(everything, 0.95)), "screen_messages": len(everything),
        **{name: value for kind in times for name, value in percentiles(times[kind], f"screen_{kind}").items() if "p99" not in name},
    }


def _number(stack: Stack) -> str:
    return stack.one("SELECT phone_number_id FROM whatsapp_channel WHERE id = %s", [stack.channel_id])
