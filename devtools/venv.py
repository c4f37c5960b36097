"""The virtual environment with Odoo's, our own and the tests' Python packages."""

import hashlib
import shutil
import subprocess
import sys
from pathlib import Path

from . import processes
from .paths import Paths, require_space
from .ui import Problem, Ui, tail

# One file a purpose: what Odoo needs, what our addons need, what developers need. All pinned by constraints.txt.
REQUIREMENTS = ("requirements-odoo.txt", "requirements.txt", "requirements-dev.txt", "simulator/requirements.txt")
CONSTRAINTS = "constraints.txt"
COMPLETE = ".complete"
SPACE_MB = 900


def fingerprint(root: Path, version: tuple[int, int]) -> str:
    """A short hash of everything that decides what the environment holds."""
    digest = hashlib.sha256(f"{version[0]}.{version[1]} {sys.platform}".encode())
    for name in (*REQUIREMENTS, CONSTRAINTS):
        path = root / name
        digest.update(name.encode())
        if path.is_file():
            digest.update(path.read_bytes())
    return digest.hexdigest()[:8]


def folder(paths: Paths) -> Path:
    """Where the environment for this Python and these requirements belongs."""
    version = sys.version_info[:2]
    return paths.cache / f"venv-{version[0]}.{version[1]}-{fingerprint(paths.root, version)}"


def python_of(environment: Path) -> Path:
    """The interpreter inside an environment."""
    return environment / ("Scripts/python.exe" if sys.platform == "win32" else "bin/python")


def ensure(paths: Paths, ui: Ui) -> Path:
    """Create the environment where it is missing or outdated. Returns its interpreter."""
    target = folder(paths)
    if (target / COMPLETE).is_file() and _runs(python_of(target)):
        return python_of(target)
    with paths.lock("venv", shared=True):
        if (target / COMPLETE).is_file() and _runs(python_of(target)):
            return python_of(target)
        require_space(paths.cache, SPACE_MB, "The Python environment")
        with ui.step("Installing the Python packages") as step:
            _create(target, paths.logs / "venv.log")
            _install(target, paths, paths.logs / "pip.log", step)
            (target / COMPLETE).write_text("")
        if paths.cache == paths.state:  # a shared folder may serve clones with other requirements
            _remove_others(paths, keep=target)
    return python_of(target)


def _runs(python: Path) -> bool:
    """Whether an interpreter still works (the Python it came from may have been removed)."""
    try:
        return subprocess.run([python, "-c", "pass"], capture_output=True).returncode == 0
    except OSError:
        return False


def _create(target: Path, log: Path) -> None:
    if target.exists():
        shutil.rmtree(target)
    log.unlink(missing_ok=True)
    version = f"{sys.version_info[0]}.{sys.version_info[1]}"
    try:
        processes.run(
            [sys.executable, "-m", "venv", target],
            log,
            "Making a Python environment",
            f"On Debian and Ubuntu: apt install python{version}-venv\n"
            f"Otherwise install a complete Python (with venv and ensurepip) of version 3.10 to 3.13. Log: {log}",
        )
    except BaseException:
        shutil.rmtree(target, ignore_errors=True)
        raise


def _install(target: Path, paths: Paths, log: Path, step) -> None:
    log.unlink(missing_ok=True)
    command = [python_of(target), "-m", "pip", "install", "--disable-pip-version-check", "--prefer-binary"]
    for name in REQUIREMENTS:
        if (paths.root / name).is_file():
            command += ["-r", paths.root / name]
    tested = ["-c", paths.root / CONSTRAINTS] if (paths.root / CONSTRAINTS).is_file() else []
    step.detail("about 110 packages")
    try:
        if tested and processes.run([*command, *tested], log, "Installing the Python packages", check=False) == 0:
            return
        if tested and not versions_conflict(log.read_text(encoding="utf-8", errors="replace")):
            raise Problem("Installing the Python packages failed.", "", tail(log))
        # This Python or this package index has not all the tested versions: others are better than none.
        step.detail("not all tested versions are to be had, taking others")
        processes.run(command, log, "Installing the Python packages")
    except Problem as problem:
        raise Problem(problem.message, remedy_for(problem.detail, log), problem.detail) from problem


def versions_conflict(output: str) -> bool:
    """Whether pip failed because it found no set of versions, and not because of network, disk or a compiler."""
    signs = ("ResolutionImpossible", "No matching distribution found", "Could not find a version that satisfies")
    network = ("connection broken", "Temporary failure in name resolution", "timed out")
    return any(sign in output for sign in signs) and not any(sign in output for sign in network)


def remedy_for(output: str, log: Path) -> str:
    """What to do about a failed pip, from what it printed."""
    text = output.lower()
    if any(
        sign in text for sign in ("temporary failure in name resolution", "connection", "timed out", "proxy", "ssl")
    ):
        return (
            "The package index was not reached: check the network, the proxy (HTTPS_PROXY) or pip's own settings\n"
            "(pip config list), then run the command again. What was downloaded is kept."
        )
    if "no space left" in text:
        return "The disk is full: free some space and run the command again."
    if "no matching distribution" in text or "could not find a version" in text:
        return f"A package is not offered for this Python or platform. Try another Python of 3.10 to 3.13. Log: {log}"
    if "building wheel" in text or "gcc" in text or "metadata-generation-failed" in text:
        return (
            "A package had to be compiled, which means that there is no ready-made one for this platform.\n"
            "Use Python 3.11 or 3.12 on Linux x86-64 or arm64, or the containers: docker compose up."
        )
    return f"The whole log is {log}."


def _remove_others(paths: Paths, keep: Path) -> None:
    for other in paths.cache.glob("venv-*"):
        if other != keep and other.is_dir():
            shutil.rmtree(other, ignore_errors=True)
