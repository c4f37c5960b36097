"""Count what test suites report (JUnit XML), so that the last line of ./dev test is right."""

import re
import xml.etree.ElementTree as ElementTree
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path

# Reasons for a skip that mean "the set-up is broken": a browser test that did not run must never look fine.
NEVER_SKIP = re.compile(r"chrom|browser|devtools|websocket|playwright|HttpCase|--odoo-http|not found", re.IGNORECASE)


@dataclass
class Failure:
    """One failed test: its name and what it printed."""

    name: str
    text: str


@dataclass
class Result:
    """What one suite did. seconds: how long it took."""

    suite: str
    passed: int = 0
    failed: int = 0
    skipped: int = 0
    seconds: float = 0.0
    failures: list[Failure] = field(default_factory=list)
    skips: list[tuple[str, str]] = field(default_factory=list)  # (test, reason)

    @property
    def executed(self) -> int:
        """Tests that really ran."""
        return self.passed + self.failed

    def line(self) -> str:
        """One line for people."""
        counts = totals_line([self])
        return f"{self.suite}: {counts} ({self.seconds:.0f} s)"


def read_junit(path: Path, suite: str) -> Result:
    """Read a pytest report. Errors in set-up or collection count as failed; forbidden skips too."""
    result = Result(suite)
    for case in ElementTree.parse(path).getroot().iter("testcase"):
        name = ".".join(part for part in (case.get("classname"), case.get("name")) if part)
        bad = [child for child in case if child.tag in ("failure", "error")]
        skip = case.find("skipped")
        if bad:
            result.failed += 1
            text = "\n".join(f"{child.get('message') or ''}\n{child.text or ''}".strip() for child in bad)
            result.failures.append(Failure(name, text))
        elif skip is not None:
            reason = skip.get("message") or skip.text or "no reason given"
            if NEVER_SKIP.search(reason):
                result.failed += 1
                result.failures.append(Failure(name, f"skipped, which is not allowed for this reason: {reason}"))
            else:
                result.skipped += 1
                result.skips.append((name, reason))
        else:
            result.passed += 1
    return result


def from_run(path: Path, suite: str, code: int, log_end: str, may_be_empty: bool = False) -> Result:
    """The result of a pytest run with exit code `code`: its report, and a failure of its own where it broke down.

    may_be_empty: whether it is fine that no test matched (the selection is narrowed by -k).
    """
    result = read_junit(path, suite) if path.is_file() else Result(suite)
    empty = code == 5 or (code == 0 and result.executed + result.skipped == 0)
    if empty and not may_be_empty:
        result.failed += 1
        result.failures.append(Failure(suite, "no test was collected"))
    elif not empty and code not in (0, 1):
        result.failed += 1
        result.failures.append(Failure(suite, f"the test run broke down (exit code {code})\n{log_end}"))
    elif code == 1 and not result.failed:
        result.failed += 1
        result.failures.append(Failure(suite, f"the run reports a failure that no test accounts for\n{log_end}"))
    return result


def totals_line(results: Iterable[Result]) -> str:
    """The plain line that ends ./dev test."""
    results = list(results)
    return (
        f"{sum(result.passed for result in results)} passed, "
        f"{sum(result.failed for result in results)} failed, "
        f"{sum(result.skipped for result in results)} skipped"
    )


def exit_code(results: Iterable[Result]) -> int:
    """0 when something ran and nothing failed, else 1."""
    results = list(results)
    return 0 if sum(result.executed for result in results) and not sum(result.failed for result in results) else 1
