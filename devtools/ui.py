"""What a person sees: progress of long steps, and problems that say what to do."""

import os
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager

PLAIN_EVERY = 15.0  # seconds between "still at it" lines where there is no terminal
DETAIL_WIDTH = 240
SPINNER = "|/-\\"


class Problem(Exception):
    """A failure that a person can act on: what happened, and what to do about it."""

    def __init__(self, message: str, remedy: str = "", detail: str = ""):
        super().__init__(message)
        self.message = message
        self.remedy = remedy
        self.detail = detail

    def text(self) -> str:
        """The whole explanation, ready to print."""
        lines = []
        if self.detail:
            lines += [line[:DETAIL_WIDTH] for line in self.detail.rstrip().splitlines()] + [""]
        lines.append(f"Problem: {self.message}")
        if self.remedy:
            first, *rest = self.remedy.strip().splitlines()
            lines.append(f"  What to do: {first}")
            lines += [f"    {line.strip()}" for line in rest]
        return "\n".join(lines)


class Step:
    """A long step in progress; `detail` shows how far it is ("64 of 131 MB")."""

    def __init__(self, title: str):
        self.title = title
        self.started = time.monotonic()
        self.said = self.started
        self._detail = ""

    @property
    def seconds(self) -> float:
        """Seconds since the step began."""
        return time.monotonic() - self.started

    def detail(self, text: str) -> None:
        """Say how far the step is, in a few words."""
        self._detail = text

    def line(self) -> str:
        """One line for this step: title, detail, elapsed seconds."""
        detail = f", {self._detail}" if self._detail else ""
        return f"{self.title}{detail} ({self.seconds:.0f} s)"


class Ui:
    """Shows steps: one live line on a terminal, plain lines in a log. Several steps may run at once."""

    def __init__(self, stream=None, live: bool | None = None):
        self.stream = stream or sys.stderr
        self.live = self.stream.isatty() and os.environ.get("TERM") != "dumb" if live is None else live
        self._steps: list[Step] = []
        self._lock = threading.RLock()
        self._ticker: threading.Thread | None = None
        self._painted = False

    def say(self, text: str = "") -> None:
        """Print text without disturbing the live line."""
        with self._lock:
            self._wipe()
            print(text, file=self.stream, flush=True)

    @contextmanager
    def step(self, title: str) -> Iterator[Step]:
        """Show a long step while the block runs; ends in a line with its duration, or with what went wrong."""
        step = Step(title)
        with self._lock:
            self._steps.append(step)
            if not self.live:
                print(f"... {title}", file=self.stream, flush=True)
            if self._ticker is None or not self._ticker.is_alive():
                self._ticker = threading.Thread(target=self._tick, daemon=True)
                self._ticker.start()
        mark = "failed:"
        try:
            yield step
            mark = "done:"
        finally:
            with self._lock:
                self._steps.remove(step)
                self._wipe()
                print(f"{mark:<8}{step.line()}", file=self.stream, flush=True)

    def _tick(self) -> None:
        beat = 0
        while True:
            time.sleep(0.2)
            beat += 1
            with self._lock:
                if not self._steps:
                    self._ticker = None
                    return
                if self.live:
                    self._paint(beat)
                else:
                    self._remind()

    def _paint(self, beat: int) -> None:
        width = max(20, _terminal_width() - 4)
        text = " | ".join(step.line() for step in self._steps)[:width]
        print(f"\r\033[K{SPINNER[beat % 4]} {text}", end="", file=self.stream, flush=True)
        self._painted = True

    def _remind(self) -> None:
        now = time.monotonic()
        for step in self._steps:
            if now - step.said >= PLAIN_EVERY:
                step.said = now
                print(f"    still: {step.line()}", file=self.stream, flush=True)

    def _wipe(self) -> None:
        if self._painted:
            print("\r\033[K", end="", file=self.stream, flush=True)
            self._painted = False


def _terminal_width() -> int:
    try:
        return os.get_terminal_size(sys.stderr.fileno()).columns
    except (OSError, ValueError):
        return 80


def megabytes(count: int) -> str:
    """A byte count in whole megabytes, as text without the unit."""
    return f"{count / 1_000_000:.0f}"


def tail(path, lines: int = 20) -> str:
    """The last lines of a log, for showing in a problem. Empty when there is none."""
    try:
        with open(path, encoding="utf-8", errors="replace") as log:
            return "".join(log.readlines()[-lines:])
    except OSError:
        return ""
