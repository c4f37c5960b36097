"""The simulator's phone page in a real browser. Needs no Odoo: a receiver of its own stands in for the business."""

import os
import pathlib
import sys

import pytest
from playwright.sync_api import sync_playwright

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "unit" / "simulator"))

from simulator_helpers import JOHN, PNID, servers, wait  # noqa: E402

QUESTION = {"type": "button", "body": {"text": "Well?"}, "action": {"buttons": [
    {"type": "reply", "reply": {"id": "yes", "title": "Yes"}}, {"type": "reply", "reply": {"id": "no", "title": "No"}}]}}


@pytest.fixture(scope="module")
def simulator():
    with servers() as running:
        yield running


@pytest.fixture
def hooked(simulator):
    simulator.fresh()
    simulator.register()
    return simulator


@pytest.fixture(scope="module")
def browser(chromium):
    arguments = ["--no-sandbox", "--disable-gpu", "--disable-background-networking",
                 "--use-fake-device-for-media-stream", "--use-fake-ui-for-media-stream"]
    with sync_playwright() as manager:
        started = manager.chromium.launch(executable_path=chromium, args=arguments)
        yield started
        started.close()


@pytest.fixture
def page(browser, hooked):
    context = browser.new_context(viewport={"width": 1200, "height": 900}, permissions=["microphone"])
    opened = context.new_page()
    opened.set_default_timeout(8000)
    problems = []
    opened.on("pageerror", lambda error: problems.append(str(error)))
    yield opened
    context.close()
    assert problems == []


@pytest.mark.browser
def test_a_chat_in_a_real_browser(page, hooked):
    hooked.inbound("Earlier")
    page.goto(f"{hooked.base}/?me={JOHN}&to={PNID}")
    page.wait_for_selector(".row.mine")
    page.fill("textarea", "I need *help* <b>now</b>")
    page.keyboard.press("Enter")
    page.wait_for_selector(".row.mine .text strong:text('help')")
    assert page.locator(".row.mine .text b").count() == 0
    page.wait_for_selector(".row.mine >> nth=1 >> .ticks.delivered")
    hooked.send(type_="interactive", content=QUESTION)
    page.click(".action:has-text('Yes')")
    page.wait_for_selector(".row.mine .quote:has-text('Well?')")
    assert page.locator(".action:has-text('No')").is_disabled()
    page.click("button[aria-label=Attach]")
    page.click(".attach-entry:has-text('Location')")
    page.click(".sheet .primary")
    page.wait_for_selector(".row.mine .place")
    page.click("button[aria-label=Attach]")
    page.click(".attach-entry:has-text('Contact')")
    page.click(".sheet .option >> nth=1")
    page.click(".sheet .primary")
    page.wait_for_selector(".row.mine .card")
    page.locator(".row.theirs").last.click(button="right")
    page.click(".quick button >> nth=0")
    page.wait_for_selector(".row.theirs .reactions:has-text('👍')")
    kinds = [message["type"] for message in wait(
        lambda: len(hooked.receiver.messages()) == 6 and hooked.receiver.messages())]
    assert kinds == ["text", "text", "interactive", "location", "contacts", "reaction"]


@pytest.mark.browser
def test_files_and_voice_in_a_real_browser(page, hooked, tmp_path):
    picture = tmp_path / "p.png"
    picture.write_bytes(bytes.fromhex(
        "89504e470d0a1a0a0000000d4948445200000001000000010802000000907753de0000000c4944415408d763f8cfc0000003010100"
        "18dd8db00000000049454e44ae426082"))
    page.goto(f"{hooked.base}/?me={JOHN}&to={PNID}")
    for entry, file in (("Photo", picture), ("Document", tmp_path / "b.txt")):
        if entry == "Document":
            file.write_text("hello")
        page.click("button[aria-label=Attach]")
        with page.expect_file_chooser() as chooser:
            page.click(f".attach-entry:has-text('{entry}')")
        chooser.value.set_files(os.fspath(file))
        page.fill(".sheet input[name=caption]", f"my {entry}")
        page.click(".sheet .primary")
        page.wait_for_selector(f".row.mine .text:has-text('my {entry}')")
    page.click("button[aria-label='Record a voice message']")
    page.wait_for_selector(".record-clock")
    page.wait_for_timeout(900)
    page.click(".recording .send")
    page.wait_for_selector(".row.mine .player.voice")
    image, document, voice = wait(lambda: len(hooked.receiver.messages()) == 3 and hooked.receiver.messages())
    assert image["image"]["mime_type"] == "image/png" and image["image"]["caption"] == "my Photo"
    assert document["document"]["filename"] == "b.txt"
    assert voice["audio"]["voice"] is True and voice["audio"]["mime_type"].startswith("audio/ogg")
    sound = hooked.http.get(voice["audio"]["url"]).content
    assert sound[:4] == b"OggS" and b"OpusHead" in sound[:100]
    seconds = page.evaluate("""async (url) => {
        const bytes = await (await fetch(url)).arrayBuffer();
        return (await new OfflineAudioContext(1, 48000, 48000).decodeAudioData(bytes)).duration;
    }""", f"/_sim/file/{voice['audio']['id']}")
    assert 0.4 < seconds < 5


@pytest.mark.browser
def test_a_new_person_is_added_on_a_narrow_screen(page, hooked):
    page.set_viewport_size({"width": 400, "height": 800})
    page.goto(hooked.base)
    page.click(".add-person")
    page.fill(".form input[name=username]", "salma.k")
    page.click(".sheet .primary")
    page.click(".chat-entry >> nth=0")
    page.fill("textarea", "Hello")
    page.keyboard.press("Enter")
    message = wait(hooked.receiver.messages)[0]
    assert "from" not in message
    assert hooked.receiver.values()[0]["contacts"][0]["profile"] == {"username": "salma.k"}
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
