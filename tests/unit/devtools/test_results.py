"""The last line of ./dev test must be right whatever the suites do."""

import pytest

from devtools import results, test
from devtools.results import Result
from devtools.ui import Problem

HEAD = '<?xml version="1.0"?><testsuites><testsuite>'
TAIL = "</testsuite></testsuites>"
GOOD = '<testcase classname="a.T" name="test_good"/>'
BAD = '<testcase classname="a.T" name="test_bad"><failure message="1 != 2">trace</failure></testcase>'
BROKEN = '<testcase classname="a.T" name="test_broken"><error message="no database"/></testcase>'


def skipped(reason: str) -> str:
    return f'<testcase classname="a.T" name="test_later"><skipped message="{reason}"/></testcase>'


@pytest.fixture
def run(tmp_path):
    """Read a report made of test cases as if pytest had ended with `code`; None writes no report at all."""

    def read(cases, code, **options):
        path = tmp_path / "report.xml"
        if cases is not None:
            path.write_text(HEAD + "".join(cases) + TAIL)
        return results.from_run(path, "suite", code, "end of the log", **options)

    return read


def counts(result: Result) -> tuple[int, int, int]:
    return result.passed, result.failed, result.skipped


def test_passed_failed_broken_and_skipped_are_counted(run):
    result = run([GOOD, GOOD, BAD, BROKEN, skipped("needs a printer")], 1)
    assert counts(result) == (2, 2, 1)
    assert [failure.name for failure in result.failures] == ["a.T.test_bad", "a.T.test_broken"]
    assert "1 != 2" in result.failures[0].text and "trace" in result.failures[0].text
    assert result.skips == [("a.T.test_later", "needs a printer")]


@pytest.mark.parametrize(
    "reason",
    [
        "Chrome executable not found",
        "Failed to detect chrome devtools port after 10.0s.",
        "websocket-client module is not installed",
        "Test test_x skipped because it is an HttpCase and --odoo-http is not set",
        "could not import playwright",
    ],
)
def test_a_browser_test_that_did_not_run_is_a_failure(run, reason):
    result = run([GOOD, skipped(reason)], 0)
    assert counts(result) == (1, 1, 0)
    assert reason in result.failures[0].text


def test_no_test_at_all_is_a_failure(run):
    assert counts(run([], 5)) == (0, 1, 0)
    assert counts(run(None, 0)) == (0, 1, 0)


def test_a_narrow_selection_may_leave_one_suite_empty_but_not_all_of_them(run):
    empty = run([], 5, may_be_empty=True)
    assert counts(empty) == (0, 0, 0)
    assert results.exit_code([empty]) == 1
    assert results.exit_code([empty, Result("other", passed=1)]) == 0


def test_a_run_that_breaks_down_is_a_failure_even_if_its_tests_passed(run):
    result = run([GOOD], 3)
    assert counts(result) == (1, 1, 0)
    assert "end of the log" in result.failures[0].text


def test_a_killed_run_without_a_report_is_a_failure(run):
    assert counts(run(None, -9)) == (0, 1, 0)


def test_a_bad_exit_code_that_no_test_accounts_for_is_a_failure(run):
    assert counts(run([GOOD], 1)) == (1, 1, 0)


def test_the_totals_are_one_plain_line_over_all_suites():
    found = [Result("unit", passed=10, skipped=1), Result("e2e", passed=2, failed=3)]
    assert results.totals_line(found) == "12 passed, 3 failed, 1 skipped"
    assert results.exit_code(found) == 1


@pytest.mark.parametrize(
    ("found", "code"),
    [
        ([], 1),
        ([Result("unit", skipped=3)], 1),
        ([Result("unit", passed=1)], 0),
        ([Result("unit", passed=1, skipped=2)], 0),
        ([Result("unit", passed=1), Result("e2e", failed=1)], 1),
    ],
)
def test_the_exit_code(found, code):
    assert results.exit_code(found) == code


def test_a_suite_that_cannot_be_set_up_counts_as_failed_and_does_not_stop_the_others():
    def broken():
        raise Problem("The browser tests need Chromium.", "Install it.")

    [result] = test._whatever_happens("e2e", broken)
    assert (result.suite, result.failed) == ("e2e", 1)
    assert "Chromium" in result.failures[0].text and "Install it." in result.failures[0].text
