"""Things that happen later: one heap and one timer, instead of one timer for each of thousands of statuses."""

from __future__ import annotations

import asyncio
import heapq
import itertools
import logging
from collections.abc import Callable

_logger = logging.getLogger(__name__)


class Timeline:
    """Calls plain functions at their due time, in order of due time then of planning."""

    def __init__(self) -> None:
        self._heap = []
        self._order = itertools.count()
        self._timer = None
        self._timer_due = None

    def after(self, seconds: float, function: Callable[..., None], *args) -> None:
        """Call ``function(*args)`` in ``seconds`` on the running loop."""
        loop = asyncio.get_running_loop()
        due = loop.time() + seconds
        heapq.heappush(self._heap, (due, next(self._order), function, args))
        if self._timer is None or due < self._timer_due:
            self._arm(loop, due)

    def clear(self) -> None:
        """Forget everything planned."""
        self._heap.clear()
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None

    def __len__(self) -> int:
        return len(self._heap)

    def _arm(self, loop: asyncio.AbstractEventLoop, due: float) -> None:
        if self._timer is not None:
            self._timer.cancel()
        self._timer_due = due
        self._timer = loop.call_at(due, self._run, loop)

    def _run(self, loop: asyncio.AbstractEventLoop) -> None:
        self._timer = None
        heap, now = self._heap, loop.time() + 0.001
        while heap and heap[0][0] <= now:
            _due, _order, function, args = heapq.heappop(heap)
            try:
                function(*args)
            except Exception:
                _logger.exception("planned call %r failed", function)
        if heap:
            self._arm(loop, heap[0][0])
