"""The moment by which a run ends, and requests to end before it."""

from __future__ import annotations

import contextlib
import math
import time
from collections.abc import Iterator
from multiprocessing import context
from multiprocessing.sharedctypes import RawArray
from typing import Any

GRACE = 20.0
"""Seconds that a request to end leaves: schedulers kill half a minute after they asked."""
STRETCH = 1.2
"""How much longer than the last epoch the next one may take."""


class Deadline:
    """How long a run may still go on, known to all its processes; without `seconds` for ever.

    Whoever computes asks after each epoch whether there is time for another, and ends with a
    checkpoint where there is none. Whoever drives ends what still goes on when the time is `over`.
    `watched`: the driver looks at it, so that a request may wait until the epoch has ended. `met`:
    a cell has ended because of it.
    """

    def __init__(self, seconds: float = math.inf) -> None:
        self.watched = self.met = False
        self._limited = math.isfinite(seconds)
        # The processes of a machine share one monotonic clock.
        self._state: Any = (
            RawArray("d", [time.monotonic() + seconds, 0.0]) if self._limited else None
        )

    @property
    def limited(self) -> bool:
        """Whether there is one at all."""
        return self._limited

    @property
    def left(self) -> float:
        """Seconds that are left, infinite without a limit."""
        return self._state[0] - time.monotonic() if self._limited else math.inf

    @property
    def over(self) -> bool:
        """Whether everything must end now."""
        return self.left <= 0

    @property
    def closing(self) -> bool:
        """Whether nothing new may be begun."""
        return self._limited and (bool(self._state[1]) or self.over)

    @property
    def ended(self) -> bool:
        """Whether something was left undone, or may have been, because of it."""
        return self.met or self.closing

    def request(self, grace: float = GRACE) -> None:
        """End as soon as the present epochs have ended, and within so many seconds."""
        if self._limited:
            self._state[0] = min(self._state[0], time.monotonic() + grace)
            self._state[1] = 1.0

    def forbids(self, seconds: float) -> bool:
        """Whether another epoch would miss the deadline, if it took `seconds` as the last one."""
        return self.closing or self.left < STRETCH * seconds

    @contextlib.contextmanager
    def watching(self) -> Iterator[None]:
        """For a driver: a context in which it looks at the deadline."""
        self.watched = True
        try:
            yield
        finally:
            self.watched = False

    def __reduce__(self) -> tuple[Any, ...]:
        # A process that is spawned here shares the moment; another machine, whose clock may differ,
        # is told how many seconds are left.
        if self._limited and context.get_spawning_popen() is not None:
            return _shared, (self._state,)
        return Deadline, (self.left,)


def _shared(state: Any) -> Deadline:
    found = Deadline()
    found._limited, found._state = True, state
    return found
