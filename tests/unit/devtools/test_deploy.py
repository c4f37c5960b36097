"""docker-compose.yml is accepted by Compose, and does not start without its secrets."""

import os
import shutil
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[3]
SECRETS = {"POSTGRES_PASSWORD": "x", "WHATSAPP_SECRET_KEY": "y" * 32}


def compose_client() -> list[str] | None:
    """The command of a Compose client, as plugin or by itself; None where there is none."""
    for command in (["docker", "compose"], ["docker-compose"]):
        if shutil.which(command[0]) and subprocess.run([*command, "version"], capture_output=True).returncode == 0:
            return command
    return None


@pytest.fixture
def compose(tmp_path):
    """Run Compose with these variables and no .env file. Returns the finished process."""
    client = compose_client()
    if client is None:
        pytest.skip("no Compose client on this machine (`docker compose`): docker-compose.yml was not validated")
    empty = tmp_path / "empty.env"
    empty.write_text("")

    def run(*args: str, **variables: str) -> subprocess.CompletedProcess:
        environ = {name: value for name, value in os.environ.items() if name not in SECRETS}
        command = [*client, "--env-file", str(empty), "-f", str(ROOT / "docker-compose.yml"), *args]
        return subprocess.run(command, capture_output=True, text=True, env={**environ, **variables})

    return run


def test_compose_accepts_the_file(compose):
    done = compose("config", "--services", **SECRETS)
    assert done.returncode == 0, done.stderr
    assert set(done.stdout.split()) == {"db", "setup", "odoo", "worker", "proxy"}


def test_the_demo_profile_adds_the_simulator(compose):
    done = compose("--profile", "demo", "config", "--services", **SECRETS)
    assert done.returncode == 0, done.stderr
    assert "simulator" in done.stdout.split()


@pytest.mark.parametrize("missing", sorted(SECRETS))
def test_a_missing_secret_is_named_and_nothing_starts(compose, missing):
    done = compose("config", "-q", **{name: value for name, value in SECRETS.items() if name != missing})
    assert done.returncode != 0
    assert missing in done.stderr and "example.env" in done.stderr


def test_the_files_that_the_containers_mount_and_copy_exist():
    text = (ROOT / "docker-compose.yml").read_text() + (ROOT / "deploy/Dockerfile").read_text()
    text += (ROOT / "deploy/simulator.Dockerfile").read_text()
    for name in ("odoo.conf", "deploy/nginx.conf", "deploy/simulator-link.conf", "deploy/setup.sh", "deploy/demo_webhook.py"):
        assert name in text
        assert (ROOT / name).is_file()


def test_the_proxy_routes_the_websocket_to_the_event_process():
    text = (ROOT / "deploy/nginx.conf").read_text()
    assert "server odoo:8072;" in text
    block = text[text.index("location /websocket") :].split("}", 1)[0]
    assert "Upgrade $http_upgrade" in block and "odoo-websocket" in block


def test_production_settings_are_safe():
    conf = (ROOT / "odoo.conf").read_text()
    for line in ("list_db = False", "proxy_mode = True", "gevent_port = 8072", "db_name = odoo"):
        assert f"\n{line}\n" in conf
    secrets = [line for line in conf.splitlines() if line.startswith(("db_password", "admin_passwd", "whatsapp_secret_key"))]
    assert secrets == []
