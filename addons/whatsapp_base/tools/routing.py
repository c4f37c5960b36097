"""Who gets which conversation: the choice alone, without Odoo and without a database.

Whoever calls holds the locks, gives what there is, and stores what changed: loads, cursors and credits live in the
objects here. A conversation for which nobody is free keeps waiting.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

POLICIES = ("round_robin", "least_loaded", "last_agent", "skills", "weight")  # besides by hand


@dataclass(slots=True)
class Agent:
    """Somebody who answers; ``capacity`` 0 is no limit."""

    id: int
    load: int = 0
    capacity: int = 0
    is_active: bool = True
    is_around: bool = True  # not offline: will be back soon
    skills: frozenset[int] = frozenset()
    langs: frozenset[str] = frozenset()

    def has_room(self) -> bool:
        return not self.capacity or self.load < self.capacity


@dataclass(slots=True)
class Seat:
    """An agent in a team. Weight 0: gets nothing by itself."""

    agent: Agent
    load: int = 0
    capacity: int = 0
    weight: int = 1
    credit: int = 0

    def is_free(self) -> bool:
        if not self.agent.is_active or self.weight <= 0 or not self.agent.has_room():
            return False
        return not self.capacity or self.load < self.capacity


@dataclass(slots=True)
class Team:
    """A team; ``cursor`` is the agent who got the last conversation."""

    id: int
    policy: str
    seats: list[Seat] = field(default_factory=list)
    cursor: int = 0
    langs: frozenset[str] = frozenset()
    skills: frozenset[int] = frozenset()

    def is_free(self) -> bool:
        return any(seat.is_free() for seat in self.seats)

    def in_turn(self) -> Iterator[Seat]:
        """Yield all seats, beginning after the one of the cursor."""
        at = next((index for index, seat in enumerate(self.seats) if seat.agent.id == self.cursor), -1)
        yield from self.seats[at + 1 :]
        yield from self.seats[: at + 1]


@dataclass(slots=True, frozen=True)
class Need:
    """A conversation that waits. ``refused``: who had it and did not answer."""

    id: int
    team: int
    waiting_since: float = 0.0
    priority: int = 0
    lang: str = ""
    skills: frozenset[int] = frozenset()
    last_agent: int = 0
    refused: int = 0

    def order(self) -> tuple:
        """Sort key: who has waited longest, in whole minutes; of the same minute what is more urgent."""
        return (self.waiting_since // 60, -self.priority, self.waiting_since, self.id)


def assign(teams: dict[int, Team], needs: Iterable[Need]) -> list[tuple[Need, int]]:
    """Return (need, agent's ID) for what can be given away, oldest first; loads, cursors and credits follow."""
    result = []
    for need in sorted(needs, key=Need.order):
        team = teams.get(need.team)
        seat = choose(team, need) if team else None
        if seat:
            seat.load += 1
            seat.agent.load += 1
            team.cursor = seat.agent.id
            result.append((need, seat.agent.id))
    return result


def choose(team: Team, need: Need) -> Seat | None:
    """Return the seat that gets a conversation, or None where it has to wait."""
    free = [seat for seat in team.in_turn() if seat.is_free() and seat.agent.id != need.refused]
    if team.policy == "skills":
        free = _able(team, need, free)
    if not free:
        return None
    if team.policy == "round_robin":
        return free[0]
    if team.policy == "weight":
        return _by_weight(free)
    if team.policy == "last_agent":
        last = next((seat for seat in free if seat.agent.id == need.last_agent), None)
        if last:
            return last
    # whoever has least; of equals whose turn it is, for min() keeps the first
    return min(free, key=lambda seat: (seat.agent.load, seat.load))


def _by_weight(free: list[Seat]) -> Seat:
    """Spread by weight as evenly as it goes: everybody earns their weight, who has most pays for all."""
    total = sum(seat.weight for seat in free)
    for seat in free:
        seat.credit += seat.weight
    chosen = max(free, key=lambda seat: seat.credit)
    chosen.credit -= total
    # who was away for long has no claim to everything at once
    for seat in free:
        seat.credit = max(-total, min(total, seat.credit))
    return chosen


def _able(team: Team, need: Need, free: list[Seat]) -> list[Seat]:
    """Return who of the free can answer: speaks the language and knows what is asked for.

    What nobody who is at work knows is not waited for: better somebody than nobody.
    """
    around = [seat for seat in team.seats if seat.agent.is_around and seat.weight > 0 and seat.agent.id != need.refused]
    if need.lang and any(_speaks(team, seat, need.lang) for seat in around):
        free = [seat for seat in free if _speaks(team, seat, need.lang)]
        around = [seat for seat in around if _speaks(team, seat, need.lang)]
    asked = need.skills | team.skills
    known = {skill for skill in asked if any(skill in seat.agent.skills for seat in around)}
    if not known:
        return free
    most = max(len(known & seat.agent.skills) for seat in around)
    return [seat for seat in free if len(known & seat.agent.skills) >= most]


def _speaks(team: Team, seat: Seat, lang: str) -> bool:
    return lang in (seat.agent.langs or team.langs)
