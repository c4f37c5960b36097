"""Download Debian packages without installing anything: a private apt state, signatures checked as always."""

import os
import re
import shutil
import subprocess
import threading
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from . import processes
from .paths import size_of
from .ui import Problem, Step, megabytes

UNSTABLE = {"debian": "sid", "ubuntu": "devel"}
COMPONENTS = {"debian": "main", "ubuntu": "main universe"}


@dataclass(frozen=True)
class System:
    """What /etc/os-release says: id ("debian"), codename ("bookworm", may be empty), like (related ids)."""

    id: str
    codename: str
    like: tuple[str, ...] = ()

    @property
    def family(self) -> str | None:
        """ "debian" or "ubuntu" where apt's archive of that name is in use, else None."""
        for name in (self.id, *self.like):
            if name in UNSTABLE:
                return name
        return None


def read_system(text: str) -> System:
    """Parse the text of /etc/os-release."""
    values = dict(re.findall(r'^(\w+)="?([^"\n]*)"?$', text, re.MULTILINE))
    return System(
        values.get("ID", "").lower(), values.get("VERSION_CODENAME", ""), tuple(values.get("ID_LIKE", "").split())
    )


def this_system() -> System:
    """The machine's own System; all empty where there is no os-release."""
    try:
        return read_system(Path("/etc/os-release").read_text(encoding="utf-8"))
    except OSError:
        return System("", "")


@dataclass(frozen=True)
class Target:
    """One line of `apt-get indextargets`: mirror address, codename, component, keyring (a path, or empty)."""

    uri: str
    codename: str
    component: str
    signed_by: str = ""


TARGET_FORMAT = "$(REPO_URI)|$(CODENAME)|$(COMPONENT)|$(SIGNED_BY)"


def parse_targets(text: str) -> list[Target]:
    """Parse the output of indextargets in TARGET_FORMAT; what apt does not know stays as "$(NAME)"."""
    targets = []
    for line in text.splitlines():
        words = ["" if word.startswith("$(") else word.strip() for word in line.split("|")]
        if len(words) == 4 and words[0]:
            targets.append(Target(*words))
    return targets


def choose(targets: Sequence[Target], codename: str) -> Target | None:
    """The entry of the machine's main archive: of its own release where known, never updates, security or backports."""
    main = [
        target
        for target in targets
        if target.component == "main"
        and not re.search(r"-(updates|security|backports)|^(stable|sid)-", target.codename)
    ]
    own = [target for target in main if target.codename == codename]
    return next(iter(own or main), None)


def stable_suite(system: System) -> str:
    """The suite for what must be stable: the machine's own release, or Debian's current one on unstable or testing."""
    return "stable" if system.codename in ("", "sid", "unstable", "forky") else system.codename


def sources_list(target: Target, system: System) -> str:
    """The private sources list: the machine's mirror with its own release and the unstable one."""
    family = system.family or "debian"
    stable = stable_suite(system)
    options = f" [signed-by={target.signed_by}]" if os.path.isfile(target.signed_by) else ""
    return "".join(f"deb{options} {target.uri} {suite} {COMPONENTS[family]}\n" for suite in (stable, UNSTABLE[family]))


class Apt:
    """apt-get with its whole state in one folder of ours. Needs neither root nor any change to the system."""

    def __init__(self, folder: Path, log: Path, remedy: str):
        self.folder = folder
        self.log = log
        self.remedy = remedy
        self.system = this_system()

    def require(self) -> None:
        """Raise a Problem where Debian's tools are missing."""
        missing = [tool for tool in ("apt-get", "dpkg-deb") if not shutil.which(tool)]
        if missing:
            raise Problem(f"This machine has no {' and no '.join(missing)}, so Odoo cannot be fetched.", self.remedy)
        if not self.system.family:
            raise Problem("This machine is neither Debian nor Ubuntu, so Odoo cannot be fetched by apt.", self.remedy)

    def options(self, sources: Path | None) -> list[str]:
        """apt-get's options for the private state; sources=None keeps the machine's own sources."""
        options = {
            "Dir::State::Lists": self.folder / "lists",
            "Dir::State::status": self.folder / "status",
            "Dir::Cache": self.folder / "cache",
            "Dir::Etc::preferences": "/dev/null",
            "Dir::Etc::preferencesparts": "/dev/null",
            "Acquire::Retries": 4,
            "Acquire::http::Timeout": 60,
            "Acquire::https::Timeout": 60,
            "Acquire::Languages": "none",
            "APT::Update::Error-Mode": "any",
            "APT::Default-Release": stable_suite(self.system),
        }
        if os.geteuid() == 0:  # apt's own user could not write into our folder
            options["APT::Sandbox::User"] = "root"
        if sources:
            options["Dir::Etc::sourcelist"] = sources
            options["Dir::Etc::sourceparts"] = "/dev/null"
        words: list[str] = []
        for name, value in options.items():
            words += ["-o", f"{name}={value}"]
        return words

    def prepare(self) -> list[str]:
        """Make the private state and fetch the package lists. Returns the options for later calls."""
        self.require()
        for part in ("lists/partial", "cache/archives/partial", "debs"):
            (self.folder / part).mkdir(parents=True, exist_ok=True)
        (self.folder / "status").touch()
        target = choose(self._targets([]), self.system.codename)
        if target is None:  # lists never fetched, as in slim containers: fetch the machine's own, privately
            own = self.options(None)
            processes.run(
                ["apt-get", *own, "-q", "update"], self.log, "Reading apt's sources", self._remedy(), check=False
            )
            target = choose(self._targets(own), self.system.codename)
        if target is None:
            raise Problem("apt has no usable source for its main archive on this machine.", self._remedy())
        sources = self.folder / "sources.list"
        sources.write_text(sources_list(target, self.system), encoding="utf-8")
        options = self.options(sources)
        command = ["apt-get", *options, "-q", "update"]
        processes.run(command, self.log, "Fetching Debian's package lists", self._remedy())
        return options

    def download(self, unstable: Sequence[str], stable: Sequence[str], step: Step) -> list[Path]:
        """Download packages, from the unstable suite or stable where possible; a second try resumes.

        Returns the files.
        """
        step.detail("package lists")
        options = self.prepare()
        family = self.system.family or "debian"
        names = [f"{name}/{UNSTABLE[family]}" for name in unstable]
        names += stable  # APT::Default-Release prefers the stable suite, and takes the other where it has none
        debs = self.folder / "debs"
        expected = self._expected(options, names, debs)
        step.detail(f"0 of {megabytes(sum(expected.values()))} MB")
        stop = _watch(debs, sum(expected.values()), step)
        try:
            command = ["apt-get", *options, "-q", "download", *names]
            processes.run(command, self.log, "Downloading Odoo", self._remedy(), cwd=debs)
        finally:
            stop()
        files = sorted(debs.glob("*.deb"))
        for name in (*unstable, *stable):
            if not any(file.name.startswith(f"{name}_") for file in files):
                raise Problem(f"apt did not deliver the package {name}.", self._remedy())
        return files

    def _targets(self, options: Sequence[str]) -> list[Target]:
        command = ["apt-get", *options, "indextargets", "--format", TARGET_FORMAT, "Created-By: Packages"]
        return parse_targets(subprocess.run(command, capture_output=True, text=True).stdout)

    def _expected(self, options: Sequence[str], names: Sequence[str], debs: Path) -> dict[str, int]:
        """File name -> size in bytes of what apt would download; drops leftovers of other versions."""
        command = ["apt-get", *options, "-qq", "--print-uris", "download", *names]
        done = subprocess.run(command, capture_output=True, text=True, cwd=debs)
        if done.returncode:
            raise Problem("apt does not offer Odoo 19 here.", self.remedy, done.stderr)
        sizes = {name: int(size) for name, size in re.findall(r"^'[^']+' (\S+) (\d+)", done.stdout, re.MULTILINE)}
        for file in debs.glob("*.deb"):
            if sizes and file.name not in sizes:
                file.unlink()
        return sizes

    def _remedy(self) -> str:
        return (
            "Check the network and apt's own settings (does `apt-get update` work?), then run the command again:\n"
            f"what was downloaded is kept. The whole log is {self.log}.\n{self.remedy}"
        )


def unpack(debs: Sequence[Path], target: Path, log: Path) -> None:
    """Unpack Debian packages into one folder, on top of each other (dpkg-deb checks their contents)."""
    target.mkdir(parents=True, exist_ok=True)
    for deb in debs:
        processes.run(
            ["dpkg-deb", "--extract", deb, target],
            log,
            f"Unpacking {deb.name}",
            f"If the disk is full, free some space; if the file is damaged, delete {deb} and run the command again.",
        )


def _watch(folder: Path, expected: int, step: Step):
    """Show the growing size of a folder as the step's detail until the returned function is called."""
    ended = threading.Event()

    def look() -> None:
        while not ended.wait(0.5):
            step.detail(f"{megabytes(min(size_of(folder), expected))} of {megabytes(expected)} MB")

    threading.Thread(target=look, daemon=True).start()
    return ended.set
