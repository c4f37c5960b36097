"""Processes end with all of their children, and messages about ports help."""

import json
import os
import signal
import socket
import sys
import time

import pytest

from devtools import processes
from devtools.processes import Process
from devtools.running import Note, birth, same_process
from devtools.ui import Problem

# Starts a child that ignores SIGTERM, says its number, and sleeps.
PARENT = """
import subprocess, sys, time
child = subprocess.Popen([sys.executable, "-c",
    "import signal, time; signal.signal(signal.SIGTERM, signal.SIG_IGN); print('child ready', flush=True); time.sleep(60)"])
print("child", child.pid, flush=True)
time.sleep(60)
"""


def python(tmp_path, code, **options) -> Process:
    return Process("The program", [sys.executable, "-c", code], tmp_path / "log", **options)


def child_of(process: Process) -> int:
    process.wait_for_line("child ready", 20)
    line = next(line for line in process.log.read_text().splitlines() if line.startswith("child ") and line[6:].isdigit())
    return int(line.split()[1])


def gone(pid: int) -> bool:
    deadline = time.monotonic() + 5
    while time.monotonic() < deadline:
        if not birth(pid):
            return True
        time.sleep(0.05)
    return False


def test_stop_ends_children_that_ignore_the_polite_signal(tmp_path):
    process = python(tmp_path, PARENT)
    child = child_of(process)
    process.stop(timeout=1)
    assert gone(process.pid) and gone(child)


def test_children_end_also_when_their_parent_died_first(tmp_path):
    process = python(tmp_path, PARENT)
    child = child_of(process)
    os.kill(process.pid, signal.SIGKILL)
    process.popen.wait()
    assert birth(child)
    process.stop()
    assert gone(child)


def test_a_program_that_dies_is_reported_with_the_end_of_its_log(tmp_path):
    process = python(tmp_path, "import sys; print('no such table'); sys.exit(3)", port=processes.free_port())
    with pytest.raises(Problem) as caught:
        process.wait_until_it_answers(timeout=10)
    assert "code 3" in caught.value.message and "no such table" in caught.value.detail


def test_a_program_that_never_answers_is_given_up(tmp_path):
    with python(tmp_path, "import time; time.sleep(60)", port=processes.free_port()) as process:
        with pytest.raises(Problem) as caught:
            process.wait_until_it_answers(timeout=0.5)
    assert "did not answer" in caught.value.message


def test_run_says_what_failed_and_shows_the_log(tmp_path):
    with pytest.raises(Problem) as caught:
        processes.run([sys.executable, "-c", "print('disk full'); exit(4)"], tmp_path / "log", "Unpacking", "Free some space.")
    assert caught.value.message == "Unpacking failed (exit code 4)."
    assert caught.value.remedy == "Free some space." and "disk full" in caught.value.detail


def test_run_of_a_missing_program_is_no_traceback(tmp_path):
    with pytest.raises(Problem) as caught:
        processes.run(["no-such-program-here"], tmp_path / "log", "Unpacking", "Install it.")
    assert "not installed" in caught.value.message


def test_a_taken_port_is_named_with_a_free_one_to_use_instead():
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        with pytest.raises(Problem) as caught:
            processes.require_port(port, "Odoo", "--port")
    assert str(port) in caught.value.message and "Odoo" in caught.value.message
    assert "--port " in caught.value.remedy
    processes.require_port(processes.free_port(), "Odoo", "--port")


@pytest.mark.parametrize("port", [0, -1, 70000])
def test_a_port_that_cannot_be_is_refused(port):
    with pytest.raises(Problem):
        processes.require_port(port, "Odoo", "--port")


def test_what_a_killed_dev_left_behind_is_ended(tmp_path):
    process = python(tmp_path, PARENT)
    child = child_of(process)
    note = Note(tmp_path / "note.json")
    note.write([process], odoo="http://x")
    assert note.owner_alive() and note.end_orphans() == 0  # we still run
    facts = note.path.read_text().replace(f'"pid": {os.getpid()}', '"pid": 999999999')
    note.path.write_text(facts)
    assert not note.owner_alive()
    assert note.end_orphans() == 1
    process.popen.wait()
    assert gone(child) and not note.read()


def test_a_process_number_that_was_given_to_somebody_else_is_not_ours(tmp_path):
    assert same_process(os.getpid(), birth(os.getpid()))
    assert not same_process(os.getpid(), "1")
    assert not same_process(None, "1")
    note = Note(tmp_path / "note.json")
    note.path.write_text(json.dumps({"pid": 999999999, "birth": "1", "groups": [[os.getpid(), "1"]]}))
    assert note.end_orphans() == 0
