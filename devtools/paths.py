"""Where things live: the checkout, its private state in .dev/, and the part that clones may share."""

import os
import shutil
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from .ui import Problem

try:
    import fcntl
except ImportError:  # Windows: no advisory locks, and no embedded PostgreSQL either
    fcntl = None

CACHE_VARIABLE = "WHATSAPP_DEV_CACHE"


@dataclass(frozen=True)
class Paths:
    """Folders of one checkout. `state` is its own, `cache` (downloads, Python packages) may be shared by several."""

    root: Path
    state: Path
    cache: Path

    @classmethod
    def of(cls, root: Path | None = None, environ: Mapping[str, str] = os.environ) -> "Paths":
        """The folders of a checkout (default: the one this file is in), honouring WHATSAPP_DEV_CACHE."""
        root = (root or Path(__file__).parent.parent).resolve()
        state = root / ".dev"
        shared = environ.get(CACHE_VARIABLE, "").strip()
        return cls(root, state, Path(shared).expanduser().resolve() if shared else state)

    @property
    def addons(self) -> Path:
        """Our Odoo addons."""
        return self.root / "addons"

    @property
    def logs(self) -> Path:
        """Logs of everything that was started, newest run only."""
        return self.state / "logs"

    @property
    def data(self) -> Path:
        """Odoo's data folder: filestores and sessions."""
        return self.state / "data"

    @property
    def run(self) -> Path:
        """Notes on what is running now."""
        return self.state / "run"

    def make(self) -> None:
        """Create the folders, or say why that is impossible."""
        for folder in (self.state, self.cache, self.logs, self.data, self.run):
            try:
                folder.mkdir(parents=True, exist_ok=True)
            except OSError as error:
                raise Problem(
                    f"The folder {folder} cannot be created ({error.strerror}).",
                    f"Make it writable, or set {CACHE_VARIABLE} to a folder that is.",
                ) from error

    @contextmanager
    def lock(self, name: str, shared: bool = False) -> Iterator[None]:
        """Hold a lock file in the cache (shared=True) or the state folder, so that two commands do not collide."""
        folder = self.cache if shared else self.state
        folder.mkdir(parents=True, exist_ok=True)
        with open(folder / f".{name}.lock", "w") as handle:
            if fcntl:
                fcntl.flock(handle, fcntl.LOCK_EX)
            yield


def require_space(folder: Path, megabytes: int, purpose: str) -> None:
    """Raise a Problem unless the disk that holds `folder` has that many megabytes free."""
    free = shutil.disk_usage(folder).free // 1_000_000
    if free < megabytes:
        raise Problem(
            f"{purpose} needs {megabytes} MB of disk, and {folder} has {free} MB free.",
            f"Free some space, or set {CACHE_VARIABLE} to a folder on a larger disk.\n"
            "./dev clean --all removes everything that an earlier run put into this checkout.",
        )


def size_of(folder: Path) -> int:
    """Bytes in all files of a folder; 0 when it does not exist."""
    total = 0
    for base, _folders, files in os.walk(folder):
        for name in files:
            try:
                total += os.lstat(os.path.join(base, name)).st_size
            except OSError:
                pass  # a temporary file that went away
    return total
