"""Arithmetic with opening hours, fed with intervals; knows no calendar, no time zone and no Odoo.

All moments are whole seconds since 1970 (UTC), so days with 23 and 25 hours need no care here: whoever makes the
intervals turns local times into such seconds.
"""

from bisect import bisect_left, bisect_right
from collections.abc import Iterable
from itertools import accumulate


class WorkHours:
    """When somebody answers: disjoint intervals in order, each from a second to another that is no longer part of it."""

    __slots__ = ("_before", "ends", "starts")

    def __init__(self, intervals: Iterable[tuple[int, int]]):
        self.starts: list[int] = []
        self.ends: list[int] = []
        for start, end in sorted(intervals):
            if end <= start:
                continue
            if self.ends and start <= self.ends[-1]:
                self.ends[-1] = max(self.ends[-1], end)
            else:
                self.starts.append(start)
                self.ends.append(end)
        # working seconds before each interval
        lengths = (end - start for start, end in zip(self.starts, self.ends, strict=True))
        self._before: list[int] = list(accumulate(lengths, initial=0))

    def __bool__(self) -> bool:
        return bool(self.starts)

    def _until(self, moment: int) -> int:
        """Return how many working seconds lie before a moment."""
        index = bisect_right(self.starts, moment) - 1
        if index < 0:
            return 0
        return self._before[index] + min(moment, self.ends[index]) - self.starts[index]

    def seconds(self, start: int, end: int) -> int:
        """Return the working seconds from ``start`` to ``end``; 0 where they are in the wrong order."""
        return max(self._until(end) - self._until(start), 0)

    def is_open(self, moment: int) -> bool:
        """Tell whether a moment is working time."""
        index = bisect_right(self.starts, moment) - 1
        return index >= 0 and moment < self.ends[index]

    def next_opening(self, moment: int) -> int | None:
        """Return the moment itself while open, else when work begins next; None if that is not known."""
        if self.is_open(moment):
            return moment
        index = bisect_left(self.starts, moment)
        return self.starts[index] if index < len(self.starts) else None

    def last_opening(self, moment: int) -> int | None:
        """Return when the working time began that a moment is in, or the last one before it."""
        index = bisect_right(self.starts, moment) - 1
        return self.starts[index] if index >= 0 else None

    def last_closing(self, moment: int) -> int | None:
        """Return when work ended last, at the moment or before it."""
        index = bisect_right(self.ends, moment) - 1
        return self.ends[index] if index >= 0 else None

    def after(self, start: int, seconds: int) -> int | None:
        """Return the moment when ``seconds`` of work have passed since ``start``; None if the intervals end before."""
        if seconds <= 0:
            return start
        goal = self._until(start) + seconds
        index = bisect_left(self._before, goal) - 1
        if index >= len(self.starts):
            return None
        return self.starts[index] + goal - self._before[index]
