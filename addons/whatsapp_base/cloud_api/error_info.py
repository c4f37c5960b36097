"""The words in which errors are judged: policy, scope and one row of the table.

Source: Meta, "Error codes" (Cloud API); the rows are in ``error_table``, the decisions in ``errors``.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum


class Policy(str, Enum):
    """What to do with the message, the contact or the channel after an error."""

    RETRY = "retry"  # temporary: again soon, with growing pauses
    RETRY_LATER = "retry_later"  # again after a long fixed pause
    FAIL = "fail"  # never by itself: somebody must change something or the message is moot
    STOP_CHANNEL = "stop_channel"  # nothing can be sent until an administrator acts
    REFRESH_CREDENTIALS = "refresh_credentials"  # token or permission: stop all calls of that token
    INVALID_NUMBER = "invalid_number"  # this recipient cannot be reached
    STOP_MARKETING = "stop_marketing"  # the recipient refused marketing of this business
    STOP_BULK = "stop_bulk"  # no campaigns until it recovers; replies go on
    STOP_TEMPLATE = "stop_template"  # nobody may use this template until it is fetched anew
    PAIR_LIMIT = "pair_limit"  # too fast to this recipient: only this recipient waits
    THROTTLE = "throttle"  # too fast altogether: the whole scope waits


class Scope(str, Enum):
    """What the error is about, so what has to wait or stop."""

    MESSAGE = "message"
    CONTACT = "contact"
    TEMPLATE = "template"
    CHANNEL = "channel"
    ACCOUNT = "account"
    APP = "app"


@dataclass(frozen=True, slots=True)
class ErrorInfo:
    """One row of the table, in words for people, with the policy for the outbox.

    ``delays`` are the pauses in seconds before the second, third, ... try for `Policy.RETRY_LATER`, and for the
    policies that stop bulk messages or a template (none: no further try); ``tries`` is the most attempts for the other
    policies that retry (None: the policy's own number), and for `Policy.INVALID_NUMBER` how many failures in a row make
    a recipient unreachable (None: one). ``alert``: an administrator must know, whatever the policy.
    """

    code: int | None
    title: str
    meaning: str
    remedy: str
    policy: Policy
    scope: Scope = Scope.MESSAGE
    delays: tuple[float, ...] = ()
    tries: int | None = None
    alert: bool = False

    @property
    def needs_administrator(self) -> bool:
        """Whether somebody must act before it goes on as usual."""
        return self.alert or self.policy in (Policy.STOP_CHANNEL, Policy.REFRESH_CREDENTIALS, Policy.STOP_BULK)
