"""Databases by copy: building one with 60 modules takes half a minute, copying it a second.

Two layers, each rebuilt only when its hash changes: Odoo's modules that ours depend on, and on a copy of that ours.
A template appears under its name only when it is complete. Filestores travel with their database, as hard links.
"""

import hashlib
import os
import shutil
from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path

from .modules import Addon, closure, database_hash, external
from .postgres import Server
from .ui import Ui

PREFIX = "wa_tpl_"
LAYOUT = "4"  # raise to rebuild everybody's templates after a change in how they are made
# In every database: what a developer expects to have, whatever the addon under test depends on.
ALWAYS = ("web",)

# (database, modules to install, with demo data, whether databases will be copied from this one)
Installer = Callable[[str, Sequence[str], bool, bool], None]


def _hash(*parts: str) -> str:
    return hashlib.sha256("\n".join(parts).encode()).hexdigest()


class Templates:
    """The templates on one server.

    install: runs Odoo to install modules into a database. filestores: folder of all filestores.
    identity: text that stands for the Odoo in use. donors: other servers that may have the same templates already,
    each with its folder of filestores.
    """

    def __init__(
        self,
        server: Server,
        install: Installer,
        filestores: Path,
        addons: Mapping[str, Addon],
        identity: str,
        ui: Ui,
        scope: str = "",
        donors: Sequence[tuple[Server, Path]] = (),
    ):
        self.server = server
        self.install = install
        self.filestores = filestores
        self.addons = addons
        self.identity = identity
        self.ui = ui
        self.prefix = f"{PREFIX}{scope}"
        self.donors = donors

    def names(self, modules: Iterable[str], demo: bool) -> tuple[str, str]:
        """Names of the two layers for a set of modules: (Odoo's modules only, with ours)."""
        wanted = list(modules)
        ours = closure(wanted, self.addons)
        foreign = self._foreign(wanted)
        kind = "demo" if demo else "bare"
        base = self._base_name(foreign, kind)
        our_set = _hash(LAYOUT, kind, *foreign, "ours", *sorted(ours))[:6]
        content = [f"{name} {database_hash(self.addons[name])}" for name in sorted(ours)]
        full = f"{self.prefix}{our_set}_{_hash(base, *content)[:10]}"
        return base, (full if ours else base)

    def _foreign(self, wanted: Sequence[str]) -> list[str]:
        """Odoo's own modules that these and what they bring in need, sorted."""
        ours = closure(wanted, self.addons)
        return sorted(external(ours, self.addons) | {name for name in wanted if name not in self.addons} | set(ALWAYS))

    def _base_name(self, foreign: Sequence[str], kind: str) -> str:
        base_set = _hash(LAYOUT, kind, *foreign)[:6]
        return f"{self.prefix}{base_set}_{_hash(LAYOUT, self.identity, kind, *foreign)[:10]}"

    def _smaller(self, ours: Sequence[str], foreign: Sequence[str], demo: bool) -> str | None:
        """The largest first layer that exists and holds a part of `foreign` and nothing else: a head start."""
        sets = [self._foreign([name]) for name in ours]
        sets = sorted((part for part in sets if set(part) < set(foreign)), key=len, reverse=True)
        names = [self._base_name(part, "demo" if demo else "bare") for part in sets]
        return next((name for name in names if self.server.exists(name)), None)

    def ensure(self, modules: Iterable[str], demo: bool = False) -> str:
        """Build what is missing. Returns the name of the template that holds all of the modules."""
        wanted = list(modules)
        base, full = self.names(wanted, demo)
        if self.server.exists(full):
            return full
        if self._receive(full):
            return full
        ours = closure(wanted, self.addons)
        if not self.server.exists(base) and not self._receive(base):
            foreign = self._foreign(wanted)
            label = "with demo data" if demo else "without demo data"
            with self.ui.step(f"Installing Odoo's modules {label}: {', '.join(foreign)}"):
                self._build(base, self._smaller(ours, foreign, demo), foreign, demo, last=full == base)
        if full != base:
            with self.ui.step(f"Installing our addons: {', '.join(ours)}"):
                self._build(full, base, ours, demo, last=True)
        return full

    def copy(self, template: str, name: str) -> None:
        """Make database `name` (replaced if it exists) a copy of a template, filestore included."""
        self.drop(name)
        self.server.createdb(name, template)
        self._copy_filestore(self.filestores / template, self.filestores / name)

    def drop(self, name: str) -> None:
        """Drop a database and its filestore."""
        self.server.dropdb(name)
        shutil.rmtree(self.filestores / name, ignore_errors=True)

    def drop_all(self) -> None:
        """Drop every template."""
        for name in self.server.databases(self.prefix):
            self.drop(name)

    def _build(self, name: str, source: str | None, modules: Sequence[str], demo: bool, last: bool) -> None:
        """Build a template under a temporary name, replace outdated ones of the same set, then give it its name."""
        partial = f"{name}_new"
        self.drop(partial)
        if source:
            self.copy(source, partial)
        else:
            self.server.createdb(partial)
        try:
            self.install(partial, modules, demo, last)
        except BaseException:
            self.drop(partial)
            raise
        self._publish(partial, name)

    def _receive(self, name: str) -> bool:
        """Copy a template from a donor that has it. Returns whether one had."""
        for donor, filestores in self.donors:
            if donor.exists(name):
                partial = f"{name}_new"
                self.drop(partial)
                with self.ui.step("Copying a template database from another PostgreSQL"):
                    donor.transfer(name, self.server, partial)
                    self._copy_filestore(filestores / name, self.filestores / partial)
                    self._publish(partial, name)
                return True
        return False

    def _publish(self, partial: str, name: str) -> None:
        """Give a finished template its name, and drop outdated ones of the same set."""
        for outdated in self.server.databases(name.rsplit("_", 1)[0] + "_"):
            if outdated != partial:
                self.drop(outdated)
        self.server.renamedb(partial, name)
        shutil.rmtree(self.filestores / name, ignore_errors=True)
        if (self.filestores / partial).is_dir():
            os.replace(self.filestores / partial, self.filestores / name)

    @staticmethod
    def _copy_filestore(source: Path, target: Path) -> None:
        if source.is_dir():
            # Files are named by their content and never change, so links are as good as copies.
            shutil.copytree(source, target, copy_function=_link)


def _link(source: str, target: str) -> None:
    try:
        os.link(source, target)
    except OSError:
        shutil.copy2(source, target)
