"""What a person sees: every long step, and problems that say what to do."""

import io
import shutil
from collections import namedtuple

import pytest

from devtools import browser, demo, paths, ui, venv
from devtools.ui import Problem, Ui


def test_a_problem_shows_the_evidence_then_what_happened_then_what_to_do():
    text = Problem("It broke.", "Do this.\nOr that.", "evidence\n").text()
    assert text.splitlines() == ["evidence", "", "Problem: It broke.", "  What to do: Do this.", "    Or that."]


def test_a_step_in_a_log_is_two_plain_lines():
    stream = io.StringIO()
    with Ui(stream, live=False).step("Unpacking") as step:
        step.detail("3 of 4 MB")
    assert stream.getvalue().splitlines() == ["... Unpacking", "done:   Unpacking, 3 of 4 MB (0 s)"]


def test_a_step_that_fails_says_so():
    stream = io.StringIO()
    with pytest.raises(Problem), Ui(stream, live=False).step("Unpacking"):
        raise Problem("no")
    assert "failed: Unpacking" in stream.getvalue()


def test_a_long_step_reminds_in_a_log(monkeypatch):
    monkeypatch.setattr(ui, "PLAIN_EVERY", 0.1)
    stream = io.StringIO()
    import time

    with Ui(stream, live=False).step("Unpacking"):
        time.sleep(0.7)
    assert "still: Unpacking" in stream.getvalue()


def test_a_terminal_has_one_line_that_is_wiped(monkeypatch):
    stream = io.StringIO()
    shown = Ui(stream, live=True)
    import time

    with shown.step("First"), shown.step("Second"):
        time.sleep(0.7)
        shown.say("a message between")
    text = stream.getvalue()
    assert "First (0 s) | Second (0 s)" in text
    assert "\r\033[Ka message between\n" in text


def test_too_little_disk_names_the_folder_and_both_numbers(tmp_path, monkeypatch):
    usage = namedtuple("usage", "total used free")
    monkeypatch.setattr(shutil, "disk_usage", lambda _path: usage(1, 1, 100_000_000))
    with pytest.raises(Problem) as caught:
        paths.require_space(tmp_path, 2300, "Odoo 19")
    assert "2300 MB" in caught.value.message and "100 MB free" in caught.value.message
    assert paths.CACHE_VARIABLE in caught.value.remedy


def test_a_shared_cache_is_honoured_and_the_state_stays_in_the_checkout(tmp_path):
    found = paths.Paths.of(tmp_path, {paths.CACHE_VARIABLE: str(tmp_path / "shared")})
    assert found.cache == tmp_path / "shared" and found.state == tmp_path / ".dev"
    assert paths.Paths.of(tmp_path, {}).cache == tmp_path / ".dev"


@pytest.mark.parametrize(
    ("output", "word"),
    [
        ("Temporary failure in name resolution", "network"),
        ("Cannot connect to proxy", "network"),
        ("OSError: [Errno 28] No space left on device", "disk"),
        ("ERROR: No matching distribution found for gevent", "another Python"),
        ("error: command 'gcc' failed", "compiled"),
        ("something else", "log"),
    ],
)
def test_a_failed_pip_is_translated(tmp_path, output, word):
    assert word in venv.remedy_for(output, tmp_path / "pip.log")


@pytest.mark.parametrize(
    ("output", "conflict"),
    [
        ("ERROR: ResolutionImpossible: for help", True),
        ("ERROR: No matching distribution found for soupsieve==4.1.1", True),
        ("WARNING: Retrying after connection broken by ...\nERROR: ResolutionImpossible", False),
        ("error: command 'gcc' failed", False),
    ],
)
def test_untested_versions_are_taken_only_when_the_tested_ones_are_not_to_be_had(output, conflict):
    assert venv.versions_conflict(output) is conflict


def test_other_requirements_mean_another_environment(tmp_path):
    (tmp_path / "requirements.txt").write_text("a")
    before = venv.fingerprint(tmp_path, (3, 11))
    assert venv.fingerprint(tmp_path, (3, 11)) == before
    assert venv.fingerprint(tmp_path, (3, 12)) != before
    (tmp_path / "requirements.txt").write_text("b")
    assert venv.fingerprint(tmp_path, (3, 11)) != before


def test_a_browser_that_does_not_exist_is_refused_not_ignored():
    with pytest.raises(Problem):
        browser.find({"CHROMIUM": "/no/such/browser"})


def test_a_browser_that_does_not_start_is_none(tmp_path, monkeypatch):
    shell = tmp_path / "chromium-browser"
    shell.write_text("#!/bin/sh\necho 'please install the snap' >&2\nexit 1\n")
    shell.chmod(0o755)
    monkeypatch.setattr(browser, "MAC", ())
    assert browser.find({"PATH": str(tmp_path)}) is None


def test_without_a_browser_and_without_rights_it_says_what_to_install(tmp_path, monkeypatch):
    monkeypatch.setattr(browser, "find", lambda: None)
    monkeypatch.setattr(browser, "_privilege", lambda: None)
    with pytest.raises(Problem) as caught:
        browser.ensure(Ui(io.StringIO(), live=False), tmp_path)
    assert "apt install chromium" in caught.value.remedy


def test_the_demo_says_where_who_and_what_to_try():
    text = demo.welcome("http://o:1", "http://s:2", [("John Doe", "+880170", "Customer")], "/logs")
    for part in ("http://o:1/odoo", "http://s:2/", "login admin", "login agent", "John Doe", "+880170", "NID service", "Ctrl-C"):
        assert part in text
