"""Words for tests in a real browser: tabs with a session of their own, logging in by the form."""

import contextlib
from collections.abc import Callable, Iterator

from playwright.sync_api import Page, sync_playwright

ARGUMENTS = ["--no-sandbox", "--disable-gpu", "--disable-background-networking"]
MICROPHONE = ["--use-fake-device-for-media-stream", "--use-fake-ui-for-media-stream"]  # it beeps
PATIENCE = 30_000  # milliseconds: the first page compiles the web client's assets where the template has none


@contextlib.contextmanager
def opened(chromium: str) -> Iterator[Callable[[int, int], Page]]:
    """Open tabs of their own sessions: tabs(width, height). Every script error fails at the end."""
    problems = []
    with sync_playwright() as manager:
        browser = manager.chromium.launch(executable_path=chromium, args=[*ARGUMENTS, *MICROPHONE])

        def open_tab(width: int, height: int) -> Page:
            page = browser.new_context(viewport={"width": width, "height": height}, locale="en-US").new_page()
            page.set_default_timeout(PATIENCE)
            page.on("pageerror", lambda error: problems.append(str(error)))
            return page

        yield open_tab
        browser.close()
    assert problems == []


def log_in(page: Page, url: str, login: str, password: str) -> None:
    """Log in by the form, as people do."""
    page.goto(f"{url}/web/login")
    page.fill("input[name=login]", login)
    page.fill("input[name=password]", password)
    page.click("button[type=submit]")
    page.wait_for_selector(".o_main_navbar")
