"""An agent's browser over a day: what was shown before is let go."""

import pytest
from browsers import log_in
from people import ADMIN
from playwright.sync_api import expect
from test_inbox import COMPOSER, THREAD, row_of, show

TALKS, ROUNDS = 6, 4


def elements(session):
    """Return how many nodes of the page are in memory, shown or not, once the garbage is collected."""
    session.send("HeapProfiler.collectGarbage")
    figures = session.send("Performance.getMetrics")["metrics"]
    return next(figure["value"] for figure in figures if figure["name"] == "Nodes")


@pytest.mark.browser
def test_conversations_that_were_left_do_not_stay_in_memory(stack, web, tabs):
    customers = [stack.acquaintance(f"Guest {number}") for number in range(TALKS)]
    page = tabs(1440, 900)
    log_in(page, web.url, *ADMIN)
    page.goto(f"{web.url}/odoo/whatsapp-inbox")
    page.wait_for_selector(".o-whatsapp-Inbox")
    show(page, "all")
    session = page.context.new_cdp_session(page)
    session.send("Performance.enable")
    counts = []
    for _round in range(ROUNDS):
        for customer in customers:
            row_of(page, customer).click()
            expect(page.locator(f"{THREAD} h2")).to_have_text(customer.name)
            expect(page.locator(f"{THREAD} .o-mail-Message")).not_to_have_count(0)
            page.fill(COMPOSER, "A thought")  # who writes is told about, and told off, when they leave
            page.fill(COMPOSER, "")
        page.wait_for_timeout(500)
        counts.append(elements(session))
    # the first rounds fill caches; each thread that stayed would add several hundreds
    assert counts[-1] - counts[1] < TALKS * 50, counts
