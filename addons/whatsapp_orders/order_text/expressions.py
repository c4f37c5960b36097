"""Regular expressions that people enter: checked, so that no text of a customer can hold up a worker.

Python's engine has no time limit, and a careless expression can take years on a short text. Here an expression is
accepted only where the number of ways to try it is small whatever the text is.
"""

from __future__ import annotations

import re
import sys
from typing import Any

if sys.version_info >= (3, 11):
    from re import _constants as sre_constants
    from re import _parser as sre_parse
else:
    import sre_constants
    import sre_parse

MAX_LENGTH = 200  # characters of an expression
MAX_TEXT = 300  # characters of text that an expression is tried on
MAX_WAYS = 100_000  # ways to match from one starting point
_REPEATS = ("MAX_REPEAT", "MIN_REPEAT", "POSSESSIVE_REPEAT")
_FORBIDDEN = {
    "GROUPREF": "a reference to a group",
    "GROUPREF_EXISTS": "a condition on a group",
    "GROUPREF_IGNORE": "a reference to a group",
    "ASSERT": "looking ahead or behind",
    "ASSERT_NOT": "looking ahead or behind",
}


class BadExpression(ValueError):
    """An expression that is not accepted; the text says why and what to do."""


def compile_checked(expression: str) -> re.Pattern[str]:
    """Return the compiled expression, which matches whatever the case.

    :raises BadExpression: it is not valid, too long, or could take very long on some text
    """
    if len(expression) > MAX_LENGTH:
        raise BadExpression(f"The expression has {len(expression)} characters; {MAX_LENGTH} are allowed.")
    try:
        tree = sre_parse.parse(expression, re.IGNORECASE)
        compiled = re.compile(expression, re.IGNORECASE)
    except (re.error, OverflowError, RecursionError) as error:
        raise BadExpression(f"The expression is not valid: {error}.") from None
    if compiled.groups > 1:
        raise BadExpression("The expression has more than one group. Keep one, around the value; write others as (?:...).")
    if _ways(tree) > MAX_WAYS:
        raise BadExpression("The expression could take very long on some texts. Use fewer open repetitions such as * and "
                            "+, none inside another, or limits such as {1,20}.")
    return compiled


def search(pattern: re.Pattern[str], text: str, start: int = 0) -> tuple[int, int] | None:
    """Return (start, end) of the value found at or after ``start``: the group, else the whole match; or None."""
    match = pattern.search(text[start:start + MAX_TEXT])
    if not match:
        return None
    group = 1 if pattern.groups and match.group(1) is not None else 0
    first, last = match.span(group)
    return (start + first, start + last) if last > first else None


def _ways(items: Any) -> int:
    """Return an upper bound of the ways in which a sequence can match from one starting point."""
    total = 1
    for op, argument in items:
        total = min(total * _item_ways(str(op), argument), MAX_WAYS + 1)
    return total


def _item_ways(op: str, argument: Any) -> int:
    if op in _FORBIDDEN:
        raise BadExpression(f"The expression uses {_FORBIDDEN[op]}, which is not supported here. Write it without.")
    if op == "SUBPATTERN":
        return _ways(argument[-1])
    if op == "ATOMIC_GROUP":
        return _ways(argument)
    if op == "BRANCH":
        return min(sum(_ways(branch) for branch in argument[1]), MAX_WAYS + 1)
    if op in _REPEATS:
        low, high, inner = argument
        high = MAX_TEXT if high is sre_constants.MAXREPEAT else min(int(high), MAX_TEXT)
        choices = max(high - int(low), 0) + 1
        each = _ways(inner)
        if each == 1 and not _width_varies(inner):
            return choices
        return min(choices * max(each, 2) ** min(high, 20), MAX_WAYS + 1) if high > 1 else each + choices
    return 1


def _width_varies(items: Any) -> bool:
    low, high = items.getwidth()
    return low != high
