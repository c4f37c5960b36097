"""Find an Odoo 19, or get one: what the user has comes first and is never changed."""

import os
import re
import shutil
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from .apt import Apt, unpack
from .paths import Paths, require_space
from .ui import Problem, Ui

MAJOR = 19
HOME_VARIABLE = "ODOO_HOME"
SPACE_MB = 2300  # 1300 unpacked, 200 downloaded, 150 package lists, and air
PACKAGE = "odoo-19"
COMPANIONS = (
    # The package links JavaScript and fonts to these; without libjs-* the web client answers 500.
    "libjs-jquery",
    "libjs-jquery-form",
    "libjs-underscore",
    "fonts-font-awesome",  # must be a 4.7 build: stable's, not unstable's 6
    "fonts-roboto-unhinted",
    "fonts-montserrat",
    "fonts-inconsolata",
    "fonts-ocr-b",
)
ALTERNATIVES = (
    f"Other ways to an Odoo {MAJOR}:\n"
    f"- one that you have: {HOME_VARIABLE}=/path/to/odoo ./dev ... (a checkout, an unpacked archive or package)\n"
    "- containers: docker compose --profile demo up\n"
    f"- Odoo's nightly source archive, or the {MAJOR}.0 branch of its repository, with {HOME_VARIABLE} set to it."
)
LAUNCHER = '''"""Starts Odoo (written by ./dev). A file of its own: with --workers, Odoo runs sys.argv[0] again."""
import odoo.cli

if __name__ == "__main__":
    odoo.cli.main()
'''


@dataclass(frozen=True)
class Odoo:
    """An Odoo to run.

    package: folder that holds release.py. import_path: folder to put on PYTHONPATH.
    addons: its own addons folders. version: (19, 0). origin: where it came from, for people.
    """

    package: Path
    import_path: Path
    addons: tuple[Path, ...]
    version: tuple[int, int]
    origin: str
    launcher: Path = Path()

    @property
    def identity(self) -> str:
        """Text that changes when another Odoo is used; part of the templates' hash."""
        release = self.package / "release.py"
        return f"{self.version} {self.package} {release.stat().st_mtime_ns}"


def read_version(release: Path) -> tuple[int, int] | None:
    """(major, minor) from an Odoo's release.py, without importing it; None when it is not one."""
    try:
        text = release.read_text(encoding="utf-8")
    except OSError:
        return None
    match = re.search(r"^version_info\s*=\s*\(\s*'?(?:saas[~-])?(\d+)'?\s*,\s*(\d+)", text, re.MULTILINE)
    return (int(match[1]), int(match[2])) if match else None


def inspect(home: Path) -> Odoo | None:
    """The Odoo in a folder: a source checkout, an installed `odoo` package, or an unpacked Debian package."""
    for package in (home / "odoo", home, home / "usr/lib/python3/dist-packages/odoo"):
        version = read_version(package / "release.py")
        if version and package.name == "odoo":
            addons = [folder for folder in (package.parent / "addons", package / "addons") if _has_modules(folder)]
            return Odoo(package, package.parent, tuple(addons), version, str(home))
    return None


def find_existing(paths: Paths, environ: Mapping[str, str] = os.environ) -> Odoo | None:
    """An Odoo 19 that the user has: ODOO_HOME (must then be right), or an importable one."""
    home = environ.get(HOME_VARIABLE, "").strip()
    if home:
        found = inspect(Path(home).expanduser().resolve())
        if found is None:
            raise Problem(
                f"{HOME_VARIABLE} is {home}, but there is no Odoo in it.",
                "Point it at the folder that holds odoo-bin, or at the `odoo` package (the one with release.py).",
            )
        if found.version[0] != MAJOR:
            raise Problem(
                f"{HOME_VARIABLE} is {home}, an Odoo {found.version[0]}.{found.version[1]}; this needs {MAJOR}.0.",
                f"Point it at an Odoo {MAJOR}, or unset it to have one fetched.",
            )
        return found
    for python in _pythons(environ):
        package = _importable(python)
        if package and paths.cache not in package.parents:  # our own, seen from inside the environment
            found = inspect(package)
            if found and found.version[0] == MAJOR:
                return _isolated(found, paths)
    return None


def ensure(paths: Paths, ui: Ui) -> Odoo:
    """The Odoo to use, fetched from Debian where the user has none."""
    odoo = find_existing(paths)
    if odoo is None:
        home = paths.cache / "odoo"
        odoo = inspect(home)
        if odoo is None:
            with paths.lock("odoo", shared=True):
                odoo = inspect(home) or _fetch(paths, home, ui)
    launcher = paths.state / "odoo-bin"
    if not launcher.is_file() or launcher.read_text(encoding="utf-8") != LAUNCHER:
        launcher.write_text(LAUNCHER, encoding="utf-8")
    return Odoo(odoo.package, odoo.import_path, odoo.addons, odoo.version, odoo.origin, launcher)


def _fetch(paths: Paths, home: Path, ui: Ui) -> Odoo:
    """Download and unpack Debian's package; the folder appears only when it is complete."""
    log = paths.logs / "odoo-download.log"
    log.unlink(missing_ok=True)
    apt = Apt(paths.cache / "apt", log, ALTERNATIVES)
    apt.require()
    require_space(paths.cache, SPACE_MB, f"Odoo {MAJOR}")
    with ui.step(f"Downloading Odoo {MAJOR} (Debian's package)") as step:
        debs = apt.download([PACKAGE], COMPANIONS, step)
    with ui.step(f"Unpacking Odoo {MAJOR}"):
        partial = paths.cache / "odoo.partial"
        shutil.rmtree(partial, ignore_errors=True)
        unpack(debs, partial, log)
        _complete(partial)
        found = inspect(partial)
        if found is None or found.version[0] != MAJOR:
            raise Problem(f"Debian's package does not hold an Odoo {MAJOR}.", ALTERNATIVES)
        shutil.rmtree(home, ignore_errors=True)
        os.replace(partial, home)
        shutil.rmtree(paths.cache / "apt", ignore_errors=True)  # 350 MB that nobody needs any more
    odoo = inspect(home)
    assert odoo, "just unpacked"
    return odoo


def _complete(root: Path) -> None:
    """Put an empty file where Debian left one out: background blur in calls, without which browser tests fail."""
    package = root / "usr/lib/python3/dist-packages/odoo"
    blur = package / "addons/mail/static/lib/selfie_segmentation/selfie_segmentation.js"
    if not blur.exists():
        blur.parent.mkdir(parents=True, exist_ok=True)
        blur.write_text("", encoding="utf-8")


def _has_modules(folder: Path) -> bool:
    return any(folder.glob("*/__manifest__.py"))


def _pythons(environ: Mapping[str, str]) -> list[str]:
    """Interpreters whose packages may hold an Odoo: the active environment's, ours, the system's."""
    candidates = [sys.executable, shutil.which("python3", path=environ.get("PATH")), "/usr/bin/python3"]
    if environ.get("VIRTUAL_ENV"):
        candidates.insert(0, os.path.join(environ["VIRTUAL_ENV"], "bin", "python"))
    return list(dict.fromkeys(path for path in candidates if path and os.path.exists(path)))


def _importable(python: str) -> Path | None:
    """The folder of the `odoo` package that a Python would import, without importing Odoo itself."""
    code = (
        "import importlib.util as u, os\n"
        "s = u.find_spec('odoo')\n"
        "f = [p for p in (s.submodule_search_locations or []) if os.path.exists(os.path.join(p, 'release.py'))]"
        " if s else []\n"
        "print(f[0] if f else '')\n"
    )
    try:
        done = subprocess.run([python, "-c", code], capture_output=True, text=True, cwd="/")
    except OSError:
        return None
    found = done.stdout.strip()
    return Path(found) if done.returncode == 0 and found else None


def _isolated(odoo: Odoo, paths: Paths) -> Odoo:
    """The same Odoo reached through a link of ours, so that its neighbours in site-packages stay out of the way."""
    folder = paths.state / "odoo-link"
    folder.mkdir(parents=True, exist_ok=True)
    link = folder / "odoo"
    if link.is_symlink() and link.resolve() != odoo.package.resolve():
        link.unlink()
    if not link.is_symlink():
        link.symlink_to(odoo.package, target_is_directory=True)
    return Odoo(odoo.package, folder, odoo.addons, odoo.version, odoo.origin)
