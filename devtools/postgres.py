"""PostgreSQL: a server that the user has configured, and what is common to it and to an embedded cluster.

`Server` is the interface: databases by name, SQL through psql, and the settings that Odoo needs. A `Cluster`
(cluster.py) is one that can also be started, stopped and restarted.
"""

import configparser
import os
import shutil
import subprocess
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from .ui import Problem

# Set for programs that we start with PGHOST pointing at our own cluster, so that it is not taken for the user's choice.
EMBEDDED_VARIABLE = "WHATSAPP_DEV_EMBEDDED"
ROLE = "odoo"  # Odoo refuses to work as the user `postgres`
PORT = 5432
MINIMUM = 13  # Odoo 19


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


def quoted(name: str) -> str:
    """A name as an SQL identifier."""
    return '"' + name.replace('"', '""') + '"'


def literal(text: str) -> str:
    """Text as an SQL literal."""
    return "'" + text.replace("'", "''") + "'"
