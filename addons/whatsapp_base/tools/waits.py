"""When a customer waited for a person, and since when: arithmetic over what was said. No Odoo import.

Messages come late, twice and in disorder. So nothing here depends on the order in which it is told: the same messages
always give the same waits. An answer that did not reach the customer is none: whoever asks leaves it out.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime


@dataclass(frozen=True, slots=True)
class Said:
    """One message, as far as waiting goes."""

    id: int  # of our log: the order in which we came to know
    at: datetime  # when it was written
    inbound: bool
    user_id: int | None = None  # who answered
    on_phone: bool = False  # answered on the phone, where the customer's messages are seen as soon as they are written
    again: bool = False  # sent again, by somebody who saw what had come until then; ``at`` is when


@dataclass(frozen=True, slots=True)
class Wait:
    """From the first message without an answer to the answer; ``answered_at`` is None while it lasts."""

    since: datetime
    answered_at: datetime | None = None
    user_id: int | None = None
    count: int = field(default=1, compare=False)  # how many messages waited


def answers(answer: Said, message: Said) -> bool:
    """Tell whether an answer can have meant a customer's message: it had been read by then.

    A message that was under way for an hour was not read by who answered another one meanwhile.
    """
    return answer.at >= message.at and (answer.on_phone or answer.again or answer.id > message.id)


def waits(said: Iterable[Said], open_since: Iterable[datetime] = ()) -> list[Wait]:
    """Return the waits, oldest first; only the last can be open.

    :param said: customers' messages, and answers of people
    :param open_since: beginnings of waits whose messages are gone (retention, another conversation)
    """
    said = list(said)
    inbound = [message for message in said if message.inbound]
    known = {message.at for message in inbound}
    inbound += [Said(0, at, True) for at in set(open_since) - known]
    replies = sorted((message for message in said if not message.inbound), key=lambda message: (message.at, message.id))
    groups: dict[Said | None, list[datetime]] = {}
    for message in inbound:
        reply = next((reply for reply in replies if answers(reply, message)), None)
        groups.setdefault(reply, []).append(message.at)
    result = [Wait(min(times), reply and reply.at, reply and reply.user_id, len(times)) for reply, times in groups.items()]
    # of two that began in the same second the one that ended first comes first, whichever was told first
    return sorted(result, key=lambda wait: (wait.answered_at is None, wait.since, wait.answered_at or wait.since, wait.user_id or 0))
