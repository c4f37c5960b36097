"""What a sender must do about an error of Meta's.

Source: Meta, "Error codes" (Cloud API) and Graph API, "Handling errors". The codes themselves are one table in
``error_table``; a new code gets a row there and nothing else.
"""

from __future__ import annotations

import random
from dataclasses import replace
from typing import Protocol

from .error_info import ErrorInfo, Policy, Scope
from .error_table import ERRORS
from .meta_error import MetaError
from .words import _

__all__ = ["ERRORS", "ErrorInfo", "MetaError", "Policy", "Scope", "classify", "pause_seconds", "retry_delay"]


class _Random(Protocol):
    def random(self) -> float: ...


_GENERIC: dict[str, ErrorInfo] = {
    "transient": ErrorInfo(
        None, _("Meta is temporarily unavailable"), _("Meta answered with a temporary failure."),
        _("Nothing: the message is tried again by itself. If it lasts, look at Meta's status page."), Policy.RETRY),
    "throttle": ErrorInfo(
        None, _("Too many requests"), _("Meta asked for a pause."),
        _("Nothing: sending goes on by itself, more slowly."), Policy.THROTTLE, Scope.CHANNEL),
    "unauthorized": ErrorInfo(
        None, _("Access refused"), _("Meta did not accept the access token for this call."),
        _("Check the access token and its permissions on the business account."),
        Policy.REFRESH_CREDENTIALS, Scope.ACCOUNT),
    "permission": ErrorInfo(
        200, _("Permission missing"), _("The access token lacks a permission, or it was taken away."),
        _("Give the system user the WhatsApp permissions and the account, create a new token and save it here."),
        Policy.REFRESH_CREDENTIALS, Scope.ACCOUNT),
    "unknown": ErrorInfo(
        None, _("Refused by Meta"), _("Meta refused the request with a reason that is not in our table."),
        _("Read the details from Meta, correct the message and send it again."), Policy.FAIL),
}
# Pauses of the policies that retry: first pause, growth, longest pause, most attempts.
_RETRY = (15.0, 2.0, 600.0, 5)
_THROTTLE = (2.0, 2.0, 120.0, 20)
_PAIR = (1.0, 4.0, 3600.0, 8)
_LATER = (3600.0, 3600.0, 3600.0)
# How long a number rests after an error that concerns more than one message (seconds).
_PAUSES = {Policy.THROTTLE: 2.0, Policy.STOP_CHANNEL: 3600.0, Policy.REFRESH_CREDENTIALS: 600.0}


def classify(error: MetaError | None, http_status: int | None = None) -> ErrorInfo:
    """Return what is known about an error; there is an answer for every input.

    :param error: Meta's error, or None when the answer held none
    :param http_status: status of the HTTP answer, or None for errors that came by webhook
    """
    code = error.code if error else None
    if code is not None:
        if code in ERRORS and not (code == 100 and error and error.is_transient):
            return ERRORS[code]
        if 200 <= code <= 299:
            return replace(_GENERIC["permission"], code=code)
    if error and error.is_transient:
        info = _GENERIC["transient"]
    elif http_status == 429:
        info = _GENERIC["throttle"]
    elif http_status == 401:
        info = _GENERIC["unauthorized"]
    elif code is None and http_status == 403:
        info = _GENERIC["unauthorized"]
    elif http_status is not None and http_status >= 500:
        info = _GENERIC["transient"]
    else:
        info = _GENERIC["unknown"]
    if error is None:
        return info
    return replace(
        info, code=code, title=error.title or info.title,
        meaning=error.user_message or error.details or error.message or info.meaning)


def retry_delay(info: ErrorInfo, attempt: int, rng: _Random = random) -> float | None:
    """Return the seconds to wait before the next try, or None when there must be no further one.

    :param attempt: how many tries were made so far (1 after the first failure)
    :param rng: source of jitter, which spreads the retries of many messages by up to a quarter
    """
    attempt = max(1, attempt)
    if info.policy in (Policy.STOP_CHANNEL, Policy.REFRESH_CREDENTIALS):
        # as often as it takes: the message waits for whoever must act, together with its number
        return _PAUSES[info.policy]
    if info.policy in (Policy.RETRY_LATER, Policy.STOP_BULK, Policy.STOP_TEMPLATE):
        delays = info.delays or (_LATER if info.policy is Policy.RETRY_LATER else ())
        return delays[attempt - 1] * (1 + 0.1 * rng.random()) if attempt <= len(delays) else None
    steps = {Policy.RETRY: _RETRY, Policy.THROTTLE: _THROTTLE, Policy.PAIR_LIMIT: _PAIR}.get(info.policy)
    if steps is None:
        return None
    first, growth, longest, tries = steps
    if attempt >= (info.tries or tries):
        return None
    # Jitter only adds: Meta's pauses are minimums.
    return min(longest, first * growth ** min(attempt - 1, 30)) * (1 + 0.25 * rng.random())


def pause_seconds(info: ErrorInfo) -> float:
    """Return how long everything in ``info.scope`` must rest, or 0: for `Policy.STOP_BULK` bulk messages only."""
    if info.policy in (Policy.RETRY_LATER, Policy.STOP_BULK):
        wide = info.scope in (Scope.CHANNEL, Scope.ACCOUNT, Scope.APP)
        return (info.delays or _LATER)[0] if wide else 0.0
    return _PAUSES.get(info.policy, 0.0)
