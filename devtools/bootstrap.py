"""Find a Python that Odoo 19 runs on (3.10 to 3.13) and hand over to it.

Runs before anything else, possibly on a very old Python: keep the syntax old (no f-strings, no annotations).
"""

from __future__ import print_function

import os
import subprocess
import sys

OLDEST = (3, 10)
NEWEST = (3, 13)
# Best first: what the project is tested on most, then its neighbours.
PREFERRED = ("3.12", "3.11", "3.13", "3.10")
GUARD = "WHATSAPP_DEV_REEXEC"
# A usable Python can make a virtual environment with pip and speak TLS; Debian splits the first two off.
PROBE = (
    "import sys\n"
    "ok = 1\n"
    "try:\n"
    "    import ssl, venv, ensurepip, ctypes\n"
    "except ImportError:\n"
    "    ok = 0\n"
    "print('%d.%d %d %s' % (sys.version_info[0], sys.version_info[1], ok, sys.executable))\n"
)


class Candidate(object):
    """One Python found on the machine: path, version (major, minor), can_venv (bool)."""

    def __init__(self, path, version, can_venv):
        self.path = path
        self.version = version
        self.can_venv = can_venv

    @property
    def suitable(self):
        """Whether Odoo 19 runs on it."""
        return is_suitable(self.version)


def is_suitable(version):
    """Whether a (major, minor) version is one that Odoo 19 runs on."""
    return OLDEST <= tuple(version[:2]) <= NEWEST


def probe(path):
    """Run a Python and return its Candidate, or None if it does not run (pyenv shims may exist and still fail)."""
    try:
        process = subprocess.Popen(
            [path, "-c", PROBE], stdout=subprocess.PIPE, stderr=subprocess.PIPE, stdin=subprocess.PIPE, cwd="/"
        )
        out = process.communicate()[0]
    except OSError:
        return None
    words = out.decode("utf-8", "replace").strip().split(" ", 2)
    if process.returncode != 0 or len(words) != 3:
        return None
    try:
        version = tuple(int(part) for part in words[0].split("."))
    except ValueError:
        return None
    return Candidate(words[2] or path, version, words[1] == "1")


def search_paths(environ):
    """Every place where a Python may be: the PATH in order, then pyenv's own versions. Returns a list of paths."""
    folders = [folder for folder in environ.get("PATH", "").split(os.pathsep) if folder]
    for extra in ("/usr/local/bin", "/usr/bin", "/opt/homebrew/bin"):
        if extra not in folders:
            folders.append(extra)
    pyenv = environ.get("PYENV_ROOT") or os.path.join(environ.get("HOME", "/"), ".pyenv")
    versions = os.path.join(pyenv, "versions")
    names = []
    if os.path.isdir(versions):
        names = sorted(os.listdir(versions), reverse=True)
    found = []
    for wanted in PREFERRED:
        for folder in folders:
            found.append(os.path.join(folder, "python" + wanted))
        for name in names:
            if name.startswith(wanted + "."):
                found.append(os.path.join(versions, name, "bin", "python"))
    for folder in folders:
        found.append(os.path.join(folder, "python3"))
    return [path for path in found if os.path.isfile(path) and os.access(path, os.X_OK)]


def find_python(environ, ask=probe):
    """The best Candidate on the machine, or None: one that can make environments wins over one that cannot."""
    fallback = None
    for path in search_paths(environ):
        candidate = ask(path)
        if candidate is None or not candidate.suitable:
            continue
        if candidate.can_venv:
            return candidate
        fallback = fallback or candidate
    return fallback


def explain(version):
    """What to tell somebody whose machine has no suitable Python. Returns text."""
    return (
        "This needs Python 3.10, 3.11, 3.12 or 3.13 (what Odoo 19 runs on), and found only %d.%d.\n"
        "  What to do: install one of them and run the command again, for example\n"
        "    Debian, Ubuntu:  apt install python3.11 python3.11-venv   (or the version your system has)\n"
        "    Fedora:          dnf install python3.12\n"
        "    macOS:           brew install python@3.12\n"
        "    anywhere:        pyenv install 3.12\n"
        "  It need not be the default python3: every pythonX.Y on the PATH is looked at."
    ) % (version[0], version[1])


def reexec_if_needed(script, args):
    """Continue on a suitable Python; exits with an explanation where there is none."""
    if is_suitable(sys.version_info) and can_make_environments():
        return
    if os.environ.get(GUARD):
        return  # the best there is, chosen by us a moment ago; the set-up says what is missing
    best = find_python(os.environ)
    if best is None or (is_suitable(sys.version_info) and not best.can_venv):
        if is_suitable(sys.version_info):
            return
        print(explain(sys.version_info), file=sys.stderr)
        sys.exit(2)
    environment = dict(os.environ)
    environment[GUARD] = "1"
    sys.stdout.flush()
    os.execve(best.path, [best.path, script] + list(args), environment)


def can_make_environments():
    """Whether this Python has what `python -m venv` needs (Debian ships it apart, as python3-venv)."""
    try:
        import ctypes  # noqa: F401
        import ensurepip  # noqa: F401
        import ssl  # noqa: F401
        import venv  # noqa: F401
    except ImportError:
        return False
    return True
