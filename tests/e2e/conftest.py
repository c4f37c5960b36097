"""Fixtures of the end-to-end tests. They need nothing but this repository: devtools fetches and starts the rest."""

import os
import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent))

from browsers import opened  # noqa: E402
from harness import Stack  # noqa: E402
from shop import create_service  # noqa: E402

from devtools.env import Environment  # noqa: E402

DATABASE = "e2e"


def pytest_configure(config):
    config.addinivalue_line("markers", "browser: drives a real browser")


@pytest.fixture(scope="session")
def environment():
    """Odoo, Python packages and a PostgreSQL of our own, with fsync, that may be killed."""
    with Environment.prepare("e2e", embedded=True) as env:
        yield env


@pytest.fixture(scope="session")
def running(environment):
    """The whole system, started once; tests use `stack`."""
    for log in environment.paths.logs.glob("e2e-*.log"):
        log.unlink()
    db = environment.database(DATABASE)
    stack = Stack(environment, db)
    stack.start_odoo()
    stack.connect_account()
    return stack


@pytest.fixture
def stack(running):
    """The running system in its usual state. After each test: nothing was sent twice."""
    running.heal()
    yield running
    if running.simulator.alive():
        stats = running.sim.stats()
        assert stats["duplicates"] == 0, f"sent twice: {stats['duplicated_callbacks']}"


@pytest.fixture
def two_workers(stack):
    """Two dedicated workers on duty, and an Odoo that leaves the lanes to them."""
    stack.kill_odoo()
    workers = [stack.start_worker(), stack.start_worker()]
    stack.start_odoo()
    return workers


@pytest.fixture(scope="session")
def service(running):
    """The service that customers order: its id."""
    running.heal()
    return create_service(running)


@pytest.fixture(scope="session")
def chromium():
    """The path of the browser that ./dev test has found."""
    from devtools import browser

    path = os.environ.get("CHROMIUM") or browser.find()
    assert path, "no Chromium: ./dev test --e2e installs one, or set CHROMIUM"
    return path


@pytest.fixture(scope="module")
def tabs(chromium):
    """Opens a tab of its own session: tabs(width, height); every script error fails the test at the end."""
    with opened(chromium) as open_tab:
        yield open_tab


@pytest.fixture(scope="module")
def web(running):
    """An Odoo whose web client and websocket are on one port, beside the one that takes the webhooks."""
    running.heal()
    odoo = running.start_second_odoo()
    yield odoo
    odoo.stop()


@pytest.hookimpl(hookwrapper=True)
def pytest_runtest_makereport(item, call):
    """Add what the system knew to the report of a failed test."""
    outcome = yield
    report = outcome.get_result()
    stack = getattr(item, "funcargs", {}).get("stack")
    if report.when == "call" and report.failed and stack:
        report.sections.append(("State of the system", stack.diagnosis()))
