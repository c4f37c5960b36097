"""Start, watch and end processes, each with all of its children."""

import os
import signal
import socket
import subprocess
import time
import urllib.error
import urllib.request
from collections.abc import Mapping, Sequence
from pathlib import Path

from .ui import Problem, Step, tail


class Process:
    """A running program in its own process group, with its output in a log file.

    name: for messages. log: Path of its output. pid, port (int or None), url (str or None).
    """

    def __init__(
        self,
        name: str,
        command: Sequence[str],
        log: Path,
        env: Mapping[str, str] | None = None,
        cwd: Path | None = None,
        port: int | None = None,
    ):
        self.name = name
        self.command = [str(part) for part in command]
        self.log = Path(log)
        self.port = port
        self.log.parent.mkdir(parents=True, exist_ok=True)
        with open(self.log, "ab") as output:
            self.popen = subprocess.Popen(
                self.command,
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                env=dict(env) if env is not None else None,
                cwd=str(cwd) if cwd else None,
                start_new_session=True,
            )

    @property
    def pid(self) -> int:
        """Process id, which is also the id of its process group."""
        return self.popen.pid

    @property
    def url(self) -> str | None:
        """http address on loopback, when it has a port."""
        return f"http://127.0.0.1:{self.port}" if self.port else None

    def alive(self) -> bool:
        """Whether the program itself still runs."""
        return self.popen.poll() is None

    def signal(self, number: int) -> None:
        """Send a signal to the whole group; a group that is gone is no error."""
        try:
            os.killpg(self.pid, number)
        except (ProcessLookupError, PermissionError):
            pass

    def kill(self) -> None:
        """kill -9 of the program and all of its children, as a power cut would."""
        self.signal(signal.SIGKILL)
        self.popen.wait()

    def stop(self, timeout: float = 10.0) -> None:
        """End it politely, then by force after `timeout` seconds; children that survive their parent end too."""
        if self.alive():
            self.signal(signal.SIGTERM)
            try:
                self.popen.wait(timeout)
            except subprocess.TimeoutExpired:
                pass
        self.kill()

    def wait_until_it_answers(self, path: str = "/", timeout: float = 120.0, step: Step | None = None) -> None:
        """Wait until an HTTP GET of `path` answers below 500; raises Problem when it dies or takes too long."""
        deadline = time.monotonic() + timeout
        while time.monotonic() < deadline:
            if not self.alive():
                raise self.died()
            if http_answers(f"{self.url}{path}"):
                return
            time.sleep(0.1)
        raise Problem(
            f"{self.name} did not answer on {self.url}{path} within {timeout:.0f} s.",
            f"Its log is {self.log}.",
            tail(self.log),
        )

    def wait_for_line(self, text: str, timeout: float = 60.0) -> None:
        """Wait until `text` is in the log; raises Problem when the program dies or takes too long."""
        deadline = time.monotonic() + timeout
        while time.monotonic() < deadline:
            if text in self.log.read_text(encoding="utf-8", errors="replace"):
                return
            if not self.alive():
                raise self.died()
            time.sleep(0.05)
        raise Problem(f"{self.name} did not say {text!r} within {timeout:.0f} s.", f"Its log is {self.log}.")

    def died(self) -> Problem:
        """The problem to raise when it ended by itself."""
        return Problem(
            f"{self.name} ended by itself with code {self.popen.poll()}.",
            f"The reason should be in the lines above; the whole log is {self.log}.",
            tail(self.log),
        )

    def __enter__(self) -> "Process":
        return self

    def __exit__(self, *_error) -> None:
        self.stop()


def run(
    command: Sequence[str],
    log: Path,
    what: str,
    remedy: str = "",
    env: Mapping[str, str] | None = None,
    cwd: Path | None = None,
    check: bool = True,
) -> int:
    """Run a program to its end with its output in `log`. Returns its exit code.

    what: completes "... failed" in the Problem raised on a bad exit code when `check` is set.
    """
    log.parent.mkdir(parents=True, exist_ok=True)
    with open(log, "ab") as output:
        try:
            popen = subprocess.Popen(
                [str(part) for part in command],
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                env=dict(env) if env is not None else None,
                cwd=str(cwd) if cwd else None,
                start_new_session=True,
            )
        except FileNotFoundError as error:
            raise Problem(f"{what} failed: {command[0]} is not installed.", remedy) from error
        try:
            code = popen.wait()
        except BaseException:
            try:
                os.killpg(popen.pid, signal.SIGTERM)
                popen.wait(5)
            except (ProcessLookupError, PermissionError, subprocess.TimeoutExpired):
                pass
            try:
                os.killpg(popen.pid, signal.SIGKILL)
            except (ProcessLookupError, PermissionError):
                pass
            raise
    if check and code:
        raise Problem(f"{what} failed (exit code {code}).", remedy or f"The whole log is {log}.", tail(log))
    return code


def http_answers(url: str, timeout: float = 5.0) -> bool:
    """Whether a GET of the address answers with a status below 500."""
    try:
        opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
        with opener.open(url, timeout=timeout) as answer:
            return answer.status < 500
    except urllib.error.HTTPError as error:
        return error.code < 500
    except (OSError, ValueError):
        return False


def port_is_free(port: int, host: str = "127.0.0.1") -> bool:
    """Whether nobody listens on the port and we may."""
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError:
            return False
    return True


def free_port() -> int:
    """A port that is free now."""
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def require_port(port: int, what: str, option: str) -> None:
    """Raise a Problem that names the port and the option to choose another, unless it is free."""
    if not 1 <= port <= 65535:
        raise Problem(f"Port {port} for {what} is not between 1 and 65535.", f"Choose another: {option} N")
    if not port_is_free(port):
        other = port + 1
        while other < 65535 and not port_is_free(other):
            other += 1
        raise Problem(
            f"Port {port}, wanted for {what}, is taken by another program.",
            f"Choose another, for example: ./dev demo {option} {other}\nTo see who has it: ss -ltnp 'sport = :{port}'",
        )
