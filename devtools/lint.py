"""./dev lint: ruff, pylint-odoo, our own checks of XML and manifests, ESLint and prettier, side by side."""

import argparse
import hashlib
import os
import shutil
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

from . import checks, processes, venv
from .paths import Paths
from .ui import Problem, Ui

# Of pylint itself only what finds bugs (ruff does the rest, much faster).
PYLINT_BUGS = (
    "anomalous-backslash-in-string",
    "dangerous-default-value",
    "duplicate-key",
    "method-hidden",
    "redundant-keyword-arg",
    "too-many-function-args",
    "unreachable",
)
# Of pylint-odoo everything but these.
PYLINT_NOT = {
    "manifest-required-author": "asked of OCA's own addons only",
    "missing-readme": "our documentation is in docs/",
    "category-allowed": "a list of OCA's",
    "invalid-commit": "claims are committed before Meta is called, results after; Odoo's tests refuse misplaced ones",
    "missing-return": "most of Odoo's hooks return nothing",
    "no-search-all": "accounts, numbers and teams are few, and jobs that look after all of them mean all",
    "consider-merging-classes-inherited": "a model is split over files by duty on purpose",
}
# Plain Python, for which Odoo's rules make no sense; and commands, which Odoo loads as scripts (no relative imports).
PYLINT_IGNORED_FOLDERS = ("cloud_api", "cli")
NODE_REMEDY = (
    "Install Node.js 20 or later with npm (for example: apt install nodejs npm; brew install node),\n"
    "or check everything but JavaScript: ./dev lint --no-js"
)
JS_FOLDERS = ("addons", "simulator")


@dataclass
class Outcome:
    """What one tool found. text: its complaints, empty when it is content."""

    name: str
    text: str
    seconds: float


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Options of ./dev lint."""
    parser.add_argument("--fix", action="store_true", help="correct what the tools can correct by themselves")
    parser.add_argument("--no-js", action="store_true", help="leave JavaScript out (where there is no Node.js)")


def run(args: argparse.Namespace, ui: Ui) -> int:
    """Run all checks. Returns 0 when none complains."""
    paths = Paths.of()
    paths.make()
    python = venv.ensure(paths, ui)
    tools: list[tuple[str, Callable[[], str]]] = [
        ("pylint-odoo", lambda: pylint(python, paths)),
        ("ruff", lambda: ruff(python, paths, args.fix)),
        ("XML and manifests", lambda: "\n".join(checks.all_checks(paths.root))),
    ]
    if not args.no_js:
        scripts = javascript_files(paths.root)
        if scripts:
            tools.append(("ESLint and prettier", lambda: javascript(paths, scripts, args.fix, ui)))
    with ui.step("Checking"), ThreadPoolExecutor(len(tools)) as pool:
        outcomes = list(pool.map(_timed, tools))
    for outcome in outcomes:
        if outcome.text:
            ui.say(f"\n--- {outcome.name}\n{outcome.text.rstrip()}")
    ui.say("")
    for outcome in outcomes:
        verdict = f"{len(outcome.text.strip().splitlines())} lines of complaints" if outcome.text else "fine"
        ui.say(f"{outcome.name}: {verdict} ({outcome.seconds:.0f} s)")
    return 1 if any(outcome.text for outcome in outcomes) else 0


def _timed(tool: tuple[str, Callable[[], str]]) -> Outcome:
    name, check = tool
    begin = time.monotonic()
    try:
        text = check()
    except Problem as problem:
        text = problem.text()
    return Outcome(name, text, time.monotonic() - begin)


def _output(command: Sequence[object], cwd: Path, env: dict[str, str] | None = None) -> tuple[int, str]:
    done = subprocess.run([str(part) for part in command], cwd=cwd, env=env, capture_output=True, text=True)
    return done.returncode, (done.stdout + done.stderr).strip()


def ruff(python: Path, paths: Paths, fix: bool) -> str:
    """Complaints of ruff, or nothing."""
    command = [python, "-m", "ruff", "check", "--output-format", "concise", "."]
    code, text = _output([*command, "--fix"] if fix else command, paths.root)
    return text if code else ""


def pylint(python: Path, paths: Paths) -> str:
    """Complaints of pylint-odoo about the addons, or nothing."""
    addons = sorted(path.parent for path in paths.addons.glob("*/__manifest__.py"))
    if not addons:
        return ""
    command = [python, "-m", "pylint", "--rcfile", paths.root / ".pylintrc", "--disable=all"]
    command += [f"--enable=odoolint,{','.join(PYLINT_BUGS)}", f"--disable={','.join(PYLINT_NOT)}"]
    command += [f"--ignore={','.join(PYLINT_IGNORED_FOLDERS)}"]
    environment = {name: value for name, value in os.environ.items() if name != "PYTHONPATH"}
    code, text = _output([*command, *addons], paths.root, environment)
    return text if code else ""


# -- JavaScript --------------------------------------------------------------------------------------------------------


def javascript_files(root: Path) -> list[Path]:
    """Our JavaScript: everything served by addons and simulator, except copied libraries (static/lib)."""
    return sorted(
        path.relative_to(root)
        for folder in JS_FOLDERS
        for path in (root / folder).rglob("*.js")
        if "/static/lib/" not in path.as_posix() and "node_modules" not in path.parts
    )


def javascript(paths: Paths, files: Sequence[Path], fix: bool, ui: Ui) -> str:
    """Complaints of ESLint and prettier, or nothing."""
    tools = ensure_node_tools(paths, ui)
    texts = []
    prettier = [_bin(tools, "prettier"), "--config", paths.root / ".prettierrc.json", "--ignore-path", os.devnull]
    code, text = _output([*prettier, "--write" if fix else "--check", "--log-level=warn", *files], paths.root)
    if code:
        texts.append(f"{text}\n(./dev lint --fix lays these out)")
    eslint = [_bin(tools, "eslint"), "--config", tools / "eslint.config.mjs", "--max-warnings=0", "--no-warn-ignored"]
    code, text = _output([*eslint, *(["--fix"] if fix else []), *files], paths.root)
    if code:
        texts.append(text)
    return "\n".join(texts)


def ensure_node_tools(paths: Paths, ui: Ui) -> Path:
    """The folder with ESLint and prettier in the pinned versions, installed by npm when missing."""
    source = paths.root / "devtools" / "js"
    digest = hashlib.sha256()
    for name in ("package.json", "package-lock.json", "eslint.config.mjs"):
        digest.update((source / name).read_bytes())
    target = paths.cache / f"node-{digest.hexdigest()[:8]}"
    if (target / ".complete").is_file():
        return target
    if not shutil.which("node") or not shutil.which("npm"):
        raise Problem("JavaScript cannot be checked: there is no Node.js.", NODE_REMEDY)
    with paths.lock("node", shared=True), ui.step("Installing ESLint and prettier"):
        shutil.rmtree(target, ignore_errors=True)
        shutil.copytree(source, target)
        log = paths.logs / "npm.log"
        log.unlink(missing_ok=True)
        processes.run(
            ["npm", "ci", "--no-audit", "--no-fund", "--ignore-scripts"],
            log,
            "Installing ESLint and prettier",
            f"Check the network and npm's settings (npm config list). The log: {log}",
            cwd=target,
        )
        (target / ".complete").write_text("")
    if paths.cache == paths.state:
        for other in paths.cache.glob("node-*"):
            if other != target:
                shutil.rmtree(other, ignore_errors=True)
    return target


def _bin(tools: Path, name: str) -> Path:
    return tools / "node_modules" / ".bin" / (f"{name}.cmd" if sys.platform == "win32" else name)
