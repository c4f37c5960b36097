"""Make the payloads beside the tests importable; a server in Meta's place and a client that speaks to it."""

import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).resolve().parent))

from meta_server import TOKEN, MetaServer  # noqa: E402

from cloud_api.client import CloudClient  # noqa: E402


@pytest.fixture
def server():
    """Return a running server whose answers the test chooses."""
    found = MetaServer()
    yield found
    found.close()


@pytest.fixture
def client(server):
    """Return a client with short time-outs."""
    found = CloudClient(server.url, "v25.0", TOKEN, timeout=(1, 0.5))
    yield found
    found.close()
