"""./dev test: unit tests, each addon's Odoo tests (JavaScript included), end-to-end tests; totals on the last line."""

import argparse
import re
import threading
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from . import browser, modules, processes, results, venv
from .env import Environment
from .paths import Paths
from .results import Result
from .ui import Problem, Ui, tail

UNIT = "tests/unit"
END_TO_END = "tests/e2e"
# Files of an addon's tests that drive a browser, by name: JavaScript unit tests (HOOT) and tours.
BROWSER_FILES = re.compile(r"^test_(js|hoot|tour|ui|browser)|_(js|hoot|tour|ui|browser)\.py$")
BROWSER_CODE = re.compile(r"browser_js|start_tour|HOOTCommon|playwright")
FAILURE_LINES = 60


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Options of ./dev test."""
    parser.add_argument("modules", nargs="*", metavar="MODULE", help="only the Odoo tests of these addons")
    parser.add_argument("-k", metavar="EXPR", help="only tests whose name matches (as pytest -k)")
    parser.add_argument("--fast", "--unit", action="store_true", dest="fast", help="the unit tests, which need no Odoo")
    parser.add_argument("--odoo", action="store_true", help="the addons' Odoo tests")
    parser.add_argument("--js", action="store_true", help="the addons' browser tests: JavaScript and tours")
    parser.add_argument("--e2e", action="store_true", help="the end-to-end tests")
    parser.add_argument("-x", action="store_true", help="stop each suite at its first failure")
    parser.add_argument("-v", "--verbose", action="store_true", help="show the suites' output, not only their logs")


def run(args: argparse.Namespace, ui: Ui) -> int:
    """Run the chosen suites. Returns the exit code."""
    paths = Paths.of()
    paths.make()
    addons = modules.find(paths.addons)
    modules.require_known(args.modules, addons)
    chosen = args.fast or args.odoo or args.js or args.e2e
    if args.modules and args.fast:
        raise Problem("--fast runs the unit tests, which belong to no addon.", "Leave one of them out.")
    with_end_to_end = args.e2e or not (chosen or args.modules)
    found: list[Result] = []
    if args.fast or not (chosen or args.modules):
        found += _whatever_happens("unit", lambda: [_unit(paths, args, ui)])
    if args.odoo or args.js or args.modules or not chosen:
        found += _addons(paths, args, ui, args.modules or list(addons), with_end_to_end)
    if with_end_to_end:
        found += _whatever_happens("e2e", lambda: _end_to_end(paths, args, ui))
    return report(found, ui, paths.logs)


def _whatever_happens(suite: str, run_suite: Callable[[], list[Result]]) -> list[Result]:
    """Results of a suite; one that cannot even be set up counts as failed, and the others still run."""
    try:
        return run_suite()
    except Problem as problem:
        return [Result(suite, failed=1, failures=[results.Failure("set-up", problem.text())])]


def report(found: Sequence[Result], ui: Ui, logs: Path) -> int:
    """Show failures and skips, then the totals as the last line alone. Returns the exit code."""
    for result in found:
        for failure in result.failures:
            ui.say(f"\n--- {result.suite}: {failure.name}\n{_shorten(failure.text)}")
    skips = [(result.suite, *skip) for result in found for skip in result.skips]
    if skips:
        ui.say("\nSkipped:")
        for suite, name, reason in skips:
            ui.say(f"  {suite}: {name}: {reason.splitlines()[0]}")
    ui.say("")
    for result in found:
        ui.say(result.line())
    if not sum(result.executed for result in found):
        ui.say("No test was executed, which counts as a failure. Does -k match anything?")
    ui.say(f"Logs: {logs}")
    print(results.totals_line(found), flush=True)
    return results.exit_code(found)


def _shorten(text: str) -> str:
    lines = text.strip().splitlines()
    if len(lines) > FAILURE_LINES:
        lines = (
            lines[:10]
            + [f"... {len(lines) - FAILURE_LINES} lines left out, all are in the log ..."]
            + lines[10 - FAILURE_LINES :]
        )
    return "\n".join(lines)


# -- the suites --------------------------------------------------------------------------------------------------------


def _unit(paths: Paths, args: argparse.Namespace, ui: Ui) -> Result:
    """Plain Python tests: need the Python packages, but neither Odoo nor PostgreSQL."""
    python = venv.ensure(paths, ui)

    def run_pytest(command: list[str], log: Path) -> int:
        return processes.run([str(python), *command], log, "The unit tests", cwd=paths.root, check=False)

    return _pytest("unit", [UNIT], run_pytest, paths, args, ui)


def _addons(
    paths: Paths, args: argparse.Namespace, ui: Ui, names: Sequence[str], with_end_to_end: bool
) -> list[Result]:
    """Each addon's tests, in a database with that addon and what it needs, and nothing else of ours.

    with_end_to_end: whether those tests follow, which need a database with all addons.
    """
    with_tests = [name for name in names if any((paths.addons / name / "tests").glob("test_*.py"))]
    for name in names:
        if name not in with_tests:
            ui.say(f"{name} has no tests.")
    if not with_tests:
        return []
    selections = {name: _files(paths.addons / name / "tests", args.js and not args.odoo) for name in with_tests}

    def run_all() -> list[Result]:
        path = ""
        if any(
            BROWSER_CODE.search(file.read_text(encoding="utf-8")) for files in selections.values() for file in files
        ):
            path = browser.ensure(ui, paths.logs)
        found = []
        with Environment.prepare("test", ui=ui) as env, ThreadPoolExecutor(1) as beside:
            names = [name for name in modules.closure(with_tests, env.addons) if selections.get(name)]

            def look_ahead() -> None:
                """Install what is needed next while the first is tested; what fails here fails there again, and is told."""
                for name in names[1:]:
                    beside.submit(env.make_ready, [name])
                if with_end_to_end:
                    beside.submit(env.make_ready, env.addons)

            for name in names:
                then = look_ahead if name == names[0] else None
                found += _whatever_happens(
                    name, lambda name=name, then=then: [_addon(env, name, selections[name], path, args, then)]
                )
        return found

    return _whatever_happens("addons", run_all)


def _files(folder: Path, browser_only: bool) -> list[Path]:
    files = sorted(folder.glob("test_*.py"))
    return [file for file in files if BROWSER_FILES.search(file.name)] if browser_only else files


def _addon(
    env: Environment,
    name: str,
    files: Sequence[Path],
    browser_path: str,
    args: argparse.Namespace,
    then: Callable[[], None] | None,
) -> Result:
    """Test one addon. then: called when its database is there, before its tests run."""
    database = env.database(f"test_{name}", [name])
    if then:
        then()
    config = env.config(
        f"test-{name}",
        {"db_name": database, "dbfilter": f"^{database}$", "max_cron_threads": 0, "workers": 0, "log_level": "warn"},
    )
    extra = {}
    if browser_path:
        folder = browser.link(browser_path, env.paths.state / "bin")
        extra["PATH"] = f"{folder}:{env.process_env()['PATH']}"
        extra["CHROMIUM"] = browser_path

    def run_pytest(command: list[str], log: Path) -> int:
        options = [f"--odoo-config={config}", "--odoo-http", "--odoo-log-level=warn"]
        # Odoo's own rules for importing tests, and no short cut to our packages that production would not have.
        options += ["--import-mode=prepend", "-o", "pythonpath=", "-o", "addopts=", "-p", "devtools.pytest_addons"]
        return processes.run(
            [str(env.python), *command, *options],
            log,
            f"The tests of {name}",
            env=env.process_env(**extra),
            cwd=env.paths.root,
            check=False,
        )

    try:
        return _pytest(name, [str(file) for file in files], run_pytest, env.paths, args, env.ui)
    finally:
        env.drop_database(database)
        config.unlink(missing_ok=True)


def _end_to_end(paths: Paths, args: argparse.Namespace, ui: Ui) -> list[Result]:
    """The whole thing over HTTP and in a browser. The tests start their servers themselves, by devtools.env."""
    files = list((paths.root / END_TO_END).rglob("test_*.py"))
    if not files:
        ui.say("There are no end-to-end tests yet.")
        return []
    sources = list((paths.root / END_TO_END).rglob("*.py"))
    extra = {}
    if any(BROWSER_CODE.search(file.read_text(encoding="utf-8")) for file in sources):
        extra["CHROMIUM"] = browser.ensure(ui, paths.logs)
    with Environment.prepare("test", ui=ui) as env:

        def run_pytest(command: list[str], log: Path) -> int:
            return processes.run(
                [str(env.python), *command],
                log,
                "The end-to-end tests",
                env=env.process_env(**extra),
                cwd=env.paths.root,
                check=False,
            )

        return [_pytest("e2e", [END_TO_END], run_pytest, env.paths, args, ui)]


def _pytest(
    suite: str,
    targets: Sequence[str],
    run_pytest: Callable[[list[str], Path], int],
    paths: Paths,
    args: argparse.Namespace,
    ui: Ui,
) -> Result:
    """Run pytest by `run_pytest`(arguments, log) and read its report."""
    log = paths.logs / f"test-{suite}.log"
    report_file = paths.logs / f"test-{suite}.xml"
    log.unlink(missing_ok=True)
    report_file.unlink(missing_ok=True)
    command = ["-m", "pytest", *targets, f"--junitxml={report_file}", "-o", "junit_logging=no", "-v", "--durations=15"]
    if args.k:
        command += ["-k", args.k]
    if args.x:
        command += ["-x"]
    begin = time.monotonic()
    with ui.step(f"Testing {suite}") as step:
        with _followed(log, step, ui if args.verbose else None):
            code = run_pytest(command, log)
    result = results.from_run(report_file, suite, code, tail(log), may_be_empty=bool(args.k or args.js))
    result.seconds = time.monotonic() - begin
    ui.say(f"        {result.line()}")
    return result


class _followed:
    """While a suite runs: show how many tests are done, and with `ui` print its log as it grows."""

    def __init__(self, log: Path, step, ui: Ui | None):
        self.log, self.step, self.ui = log, step, ui

    def __enter__(self):
        self.ended = threading.Event()
        self.thread = threading.Thread(target=self._follow, daemon=True)
        self.thread.start()

    def __exit__(self, *_error):
        self.ended.set()
        self.thread.join(5)

    def _follow(self) -> None:
        seen, done, failed, last = 0, 0, 0, False
        while not last:
            last = self.ended.wait(0.4)
            try:
                with open(self.log, "rb") as handle:
                    handle.seek(seen)
                    chunk = handle.read()
            except OSError:
                continue
            cut = chunk.rfind(b"\n") + 1
            seen += cut
            text = chunk[:cut].decode("utf-8", "replace")
            done += len(re.findall(r" (?:PASSED|SKIPPED)\b", text))
            failed += len(re.findall(r" (?:FAILED|ERROR)\b .*\[", text))
            if done or failed:
                self.step.detail(f"{done} done" + (f", {failed} failed" if failed else ""))
            if self.ui and text:
                self.ui.say(text.rstrip("\n"))
