"""./dev bench NAME: run one of benchmarks/*.py. Figures come as JSON on the last line."""

import argparse
import subprocess

from . import odoo, venv
from .paths import Paths
from .ui import Problem, Ui


def names() -> list[str]:
    """The benchmarks there are."""
    folder = Paths.of().root / "benchmarks"
    return sorted(path.stem for path in folder.glob("[a-z]*.py") if "def main(" in path.read_text(encoding="utf-8"))


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Options of ./dev bench."""
    parser.add_argument("name", help=f"one of: {', '.join(names()) or 'none yet'}")
    parser.add_argument("arguments", nargs=argparse.REMAINDER, help="handed to the benchmark")


def run(args: argparse.Namespace, ui: Ui) -> int:
    """Run a benchmark on the environment's Python; it prepares its own servers by devtools.env."""
    if args.name not in names():
        raise Problem(f"There is no benchmark {args.name!r}.", f"One of: {', '.join(names()) or 'none yet'}")
    paths = Paths.of()
    paths.make()
    python = venv.ensure(paths, ui)
    odoo.ensure(paths, ui)
    command = [str(python), "-m", f"benchmarks.{args.name}", *args.arguments]
    process = subprocess.Popen(command, cwd=paths.root)
    while True:
        try:
            return process.wait()
        except KeyboardInterrupt:  # it got it as well, and stops its servers
            continue
