"""A note of what a long-running command has started, so that the next one can tell, and tidy up after a crash."""

import json
import os
import signal
import subprocess
import time
from collections.abc import Sequence
from pathlib import Path

from .processes import Process


class Note:
    """The file .dev/run/<name>.json: which ./dev runs, which process groups are its own, and where they answer."""

    def __init__(self, path: Path):
        self.path = path

    def write(self, processes: Sequence[Process], **facts: object) -> None:
        """Note ourselves and these processes."""
        groups = [[process.pid, birth(process.pid)] for process in processes]
        content = {"pid": os.getpid(), "birth": birth(os.getpid()), "groups": groups, **facts}
        self.path.write_text(json.dumps(content), encoding="utf-8")

    def read(self) -> dict:
        """What is noted; empty when nothing is."""
        try:
            return json.loads(self.path.read_text(encoding="utf-8"))
        except (OSError, ValueError):
            return {}

    def remove(self) -> None:
        """Forget it."""
        self.path.unlink(missing_ok=True)

    def owner_alive(self) -> bool:
        """Whether the ./dev that wrote the note still runs."""
        note = self.read()
        return bool(note) and same_process(note.get("pid"), note.get("birth"))

    def end_orphans(self) -> int:
        """End what a ./dev that was killed has left behind. Returns how many process groups that were."""
        note = self.read()
        if not note or self.owner_alive():
            return 0
        ended = 0
        for pid, born in note.get("groups", []):
            if same_process(pid, born):
                ended += 1
                end_group(pid)
        self.remove()
        return ended


def end_group(pid: int, patience: float = 10.0) -> None:
    """End a process group politely, then by force."""
    for number in (signal.SIGTERM, signal.SIGKILL):
        try:
            os.killpg(pid, number)
        except (ProcessLookupError, PermissionError):
            return
        deadline = time.monotonic() + patience
        while time.monotonic() < deadline and birth(pid):
            time.sleep(0.1)


def birth(pid: int) -> str:
    """Something that tells a process from a later one with the same id; empty when there is no such process."""
    try:
        text = Path(f"/proc/{pid}/stat").read_text()
        fields = text.rsplit(")", 1)[1].split()
        return "" if fields[0] == "Z" else fields[19]  # start time in clock ticks; a zombie is as good as gone
    except (OSError, IndexError):
        if os.path.isdir("/proc/self"):
            return ""
    try:
        return subprocess.run(["ps", "-o", "lstart=", "-p", str(pid)], capture_output=True, text=True).stdout.strip()
    except OSError:
        return ""


def same_process(pid: object, born: object) -> bool:
    """Whether the process noted as (pid, birth) still runs."""
    return isinstance(pid, int) and bool(born) and birth(pid) == born
