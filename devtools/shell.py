"""./dev shell and ./dev psql: look into the demo database."""

import argparse
import subprocess

from . import demo
from .env import Environment
from .ui import Problem, Ui


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Options of ./dev shell."""
    parser.add_argument("-d", "--database", default=demo.DATABASE, help="database (default: %(default)s)")


def run(args: argparse.Namespace, ui: Ui) -> int:
    """Odoo's Python shell. Changes are kept only after env.cr.commit()."""
    with Environment.prepare("demo", ui=ui) as env:
        _require(env, args.database)
        command = env.odoo_command("-d", args.database, "--no-http", command="shell")
        return _interactive(command, env)


class Psql:
    """./dev psql: PostgreSQL's own shell."""

    @staticmethod
    def add_arguments(parser: argparse.ArgumentParser) -> None:
        """Options of ./dev psql."""
        add_arguments(parser)
        parser.add_argument("arguments", nargs="*", help="more for psql, after --: ./dev psql -- -c 'SELECT 1'")

    @staticmethod
    def run(args: argparse.Namespace, ui: Ui) -> int:
        """Run psql in the foreground."""
        with Environment.prepare("demo", ui=ui) as env:
            _require(env, args.database)
            return _interactive([env.server.tool("psql"), "-d", args.database, *args.arguments], env)


def _require(env: Environment, database: str) -> None:
    if not env.server.exists(database):
        raise Problem(f"There is no database {database!r}.", "./dev demo makes the demo database.")


def _interactive(command: list[str], env: Environment) -> int:
    """Run a program that owns the terminal: Ctrl-C is for it, not for us."""
    process = subprocess.Popen(command, env=env.process_env(), cwd=env.paths.root)
    while True:
        try:
            return process.wait()
        except KeyboardInterrupt:
            continue
