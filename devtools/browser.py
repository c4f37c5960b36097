"""A Chromium for browser tests: the machine's, or one from its package manager."""

import os
import shutil
import subprocess
from collections.abc import Mapping
from pathlib import Path

from . import processes
from .ui import Problem, Ui

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome")
VARIABLES = ("CHROMIUM", "CHROME_BIN", "CHROME_PATH")
MAC = (
    "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
    "/Applications/Chromium.app/Contents/MacOS/Chromium",
)
MANAGERS = (
    (
        "apt-get",
        (("apt-get", "-q", "update"), ("apt-get", "-q", "-y", "--no-install-recommends", "install", "chromium")),
    ),
    ("dnf", (("dnf", "-y", "install", "chromium"),)),
    ("apk", (("apk", "add", "chromium"),)),
    ("pacman", (("pacman", "-Sy", "--noconfirm", "chromium"),)),
)
REMEDY = (
    "Install Chromium or Chrome, for example: apt install chromium (Debian), dnf install chromium (Fedora),\n"
    "or point the variable CHROMIUM at one. Without a browser: ./dev test --fast"
)


def find(environ: Mapping[str, str] = os.environ) -> str | None:
    """The path of a browser that starts, or None. A variable that names one which does not exist is a Problem."""
    for variable in VARIABLES:
        wanted = environ.get(variable, "").strip()
        if wanted:
            path = shutil.which(wanted)
            if path is None:
                raise Problem(f"{variable} is {wanted}, which is no program.", "Correct it or unset it.")
            return path
    for name in (*NAMES, *MAC):
        path = shutil.which(name, path=environ.get("PATH"))
        if path and _starts(path):
            return path
    return None


def ensure(ui: Ui, logs: Path) -> str:
    """The path of a browser, installed by the package manager where that is allowed; else a Problem."""
    path = find()
    if path:
        return path
    prefix = _privilege()
    for manager, commands in MANAGERS:
        if prefix is not None and shutil.which(manager):
            log = logs / "chromium-install.log"
            log.unlink(missing_ok=True)
            env = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
            with ui.step(f"Installing Chromium by {manager}"):
                for command in commands:
                    processes.run([*prefix, *command], log, "Installing Chromium", f"{REMEDY}\nThe log: {log}", env=env)
            path = find()
            if path:
                return path
    raise Problem("The browser tests need Chromium or Chrome, and there is none.", REMEDY)


def link(path: str, folder: Path) -> Path:
    """A folder to put on the PATH in which Odoo's tests find the browser under a name that they look for."""
    folder.mkdir(parents=True, exist_ok=True)
    target = folder / "chromium"
    if target.is_symlink() or target.exists():
        target.unlink()
    target.symlink_to(path)
    return folder


def _starts(path: str) -> bool:
    """Whether the program runs at all (Ubuntu's chromium-browser may be an empty shell that asks for a snap)."""
    try:
        return subprocess.run([path, "--version"], capture_output=True, timeout=30).returncode == 0
    except (OSError, subprocess.TimeoutExpired):
        return False


def _privilege() -> list[str] | None:
    """What to put before a command to run it as root; None where we may not."""
    if os.geteuid() == 0:
        return []
    if shutil.which("sudo") and subprocess.run(["sudo", "-n", "true"], capture_output=True).returncode == 0:
        return ["sudo", "-n"]
    return None
