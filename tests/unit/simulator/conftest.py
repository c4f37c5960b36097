"""A simulator and a webhook receiver for all tests of this folder."""

import pathlib
import sys

import pytest

_HERE = pathlib.Path(__file__).resolve()
for _path in (str(_HERE.parent), str(_HERE.parents[3])):
    if _path not in sys.path:
        sys.path.insert(0, _path)

from simulator_helpers import servers  # noqa: E402


@pytest.fixture(scope="session")
def server():
    """Both servers, started once; ``sim`` resets them for each test."""
    with servers() as running:
        yield running


@pytest.fixture
def sim(server):
    """A simulator as if just started, without a webhook URL, with quick statuses."""
    return server.fresh()


@pytest.fixture
def hooked(sim):
    """The same with webhooks going to the receiver."""
    sim.register()
    return sim
