"""The command line of ./dev."""

import argparse
import signal
import sys
from collections.abc import Sequence

from . import bench, clean, demo, lint, shell, test
from .env import Environment
from .ui import Problem, Ui

DESCRIPTION = """\
Everything a developer does here. The first command gets what is missing: Odoo 19, Python packages, PostgreSQL.
All of it goes into .dev/ in this checkout; nothing on the system changes.
"""
EPILOG = """\
environment:
  ODOO_HOME             an Odoo 19 that you have (otherwise an importable one, otherwise Debian's package)
  PGHOST, PGPORT, PGUSER, PGPASSWORD, or ODOO_RC
                        a PostgreSQL that you have (otherwise an embedded one)
  WHATSAPP_DEV_CACHE    a folder for downloads that several checkouts share
  CHROMIUM              the browser for the tests (otherwise the machine's, otherwise installed)

More on a command: ./dev COMMAND --help
"""
COMMANDS = (
    ("demo", demo, "start Odoo with demo data, the simulator and a phone page; Ctrl-C stops all"),
    ("test", test, "run the tests: unit, each addon's, JavaScript, end to end"),
    ("lint", lint, "check Python, XML, manifests and JavaScript"),
    ("bench", bench, "measure: ./dev bench intake"),
    ("shell", shell, "Odoo's Python shell on the demo database"),
    ("psql", shell.Psql, "PostgreSQL's shell on the demo database"),
    ("clean", clean, "remove databases, downloads and logs of this checkout"),
)


def parser() -> argparse.ArgumentParser:
    """The parser of the whole command line."""
    top = argparse.ArgumentParser(
        prog="./dev", description=DESCRIPTION, epilog=EPILOG, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    commands = top.add_subparsers(dest="command", metavar="COMMAND", title="commands")
    for name, module, summary in COMMANDS:
        sub = commands.add_parser(name, help=summary, description=f"{summary[0].upper()}{summary[1:]}.")
        module.add_arguments(sub)
        sub.set_defaults(run=module.run)
    commands.add_parser("setup", help="only get what is missing").set_defaults(run=_setup)
    return top


def _setup(_args: argparse.Namespace, ui: Ui) -> int:
    with Environment.prepare(ui=ui) as env:
        ui.say(f"Python packages: {env.python}")
        ui.say(f"Odoo {env.odoo.version[0]}.{env.odoo.version[1]}: {env.odoo.package} ({env.odoo.origin})")
        ui.say(
            f"PostgreSQL: {env.server.sql('SHOW server_version')} at {env.server.connection.host or 'the local socket'}"
        )
    return 0


def main(argv: Sequence[str]) -> int:
    """Run one command. Returns the exit code: 0 fine, 1 failed, 130 interrupted."""
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="replace")
    for number in (signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, _interrupt)  # end as with Ctrl-C: stop what was started
    top = parser()
    args = top.parse_args(list(argv))
    if not args.command:
        top.print_help()
        return 0
    ui = Ui()
    try:
        return args.run(args, ui)
    except Problem as problem:
        ui.say(problem.text())
        return 1
    except KeyboardInterrupt:
        ui.say("Interrupted.")
        return 130
    except BrokenPipeError:
        return 1


def _interrupt(_number, _frame) -> None:
    raise KeyboardInterrupt
