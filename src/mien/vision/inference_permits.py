"""How many inferences run at a time; how long stages and waits take is told to an observer."""

import threading
import time
from collections.abc import Hashable
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Final

from mien.errors import ShuttingDown
from mien.observing import Observer
from mien.observing import Stage
from mien.vision.budget import Budget

# How soon somebody who waits notices that time is up, or that nobody waits for the answer.
_LOOK_SECONDS: Final = 0.25

# Of more askers than this nobody waits at a time; who comes anew is before who has just had a turn.
_REMEMBERED: Final = 1_000

CLOSING_SECONDS = 10.0
"""How long closing waits for an inference that runs; one that never returns must not hold a process."""


class InferencePermits:
    """Permits to run an inference, so that many requests do not crowd few cores.

    A photo that needs hundreds of inferences stands in line anew for each. Those who ask have
    their turns one after another, however many photos each of them has; among photos of the same
    one it is first come, first served.

    Args:
        count: inferences at the same time.
        observer: is told of stages and waits.
    """

    def __init__(self, count: int, observer: Observer) -> None:
        self._count = self._free = count
        self._changed = threading.Condition()
        self._closed = False
        self._line: list[_Waiting] = []
        self._turns = 0
        # When each had a turn last; of so many that nobody who comes back soon is forgotten.
        self._last_turn: dict[Hashable, int] = {}
        self._observer = observer
        self._mine = _Waited()

    @contextmanager
    def one(self, budget: Budget | None = None) -> Iterator[None]:
        """Wait for a turn, and have it for the length of the block.

        Args:
            budget: of the photo; None for one that has all the time there is.

        Raises:
            ClientGone, Overloaded, PhotoTakesTooLong: see `Budget.check`.
            ShuttingDown: nobody gets a turn any more.
        """
        if budget is not None:
            budget.check()
        if self._take_now(None if budget is None else budget.asker):
            self._observer.on_wait(0.0)
        else:
            self._wait(budget or Budget())
        try:
            yield
        finally:
            self._give_back(1)

    def close(self, seconds: float = CLOSING_SECONDS) -> bool:
        """Give nobody a turn any more, and wait so long at most for those who have one.

        Returns:
            Whether nobody has one any more.
        """
        with self._changed:
            self._closed = True
            self._changed.notify_all()
            return self._changed.wait_for(lambda: self._free == self._count, seconds)

    @contextmanager
    def stage(self, name: Stage) -> Iterator[None]:
        """Tell how long the block takes, without what this thread waits in it for turns."""
        waited, start = self._mine.seconds, time.perf_counter()
        yield
        spent = time.perf_counter() - start - (self._mine.seconds - waited)
        self._observer.on_stage(name, spent)

    def _wait(self, budget: Budget) -> None:
        start = time.perf_counter()
        self._observer.on_waiting(1)
        try:
            self._take(budget)
        finally:
            self._observer.on_waiting(-1)
        waited = time.perf_counter() - start
        self._mine.seconds += waited
        self._observer.on_wait(waited)

    def _take_now(self, asker: Hashable) -> bool:
        with self._changed:
            if self._closed:
                raise ShuttingDown
            if self._line or not self._free:
                return False
            self._note_turn(asker)
            return True

    def _take(self, budget: Budget) -> None:
        me = _Waiting(budget.asker)
        with self._changed:
            self._line.append(me)
            try:
                while self._closed or not (self._free and self._next() is me):
                    if self._closed:
                        raise ShuttingDown
                    start = time.perf_counter()
                    self._changed.wait(_LOOK_SECONDS)
                    budget.note_wait(time.perf_counter() - start)
                    budget.check()
                self._note_turn(me.asker)
            finally:
                self._line.remove(me)
                # Whoever is next now may be served: there may be another turn to have.
                self._changed.notify_all()

    def _next(self) -> "_Waiting":
        return min(self._line, key=lambda each: self._last_turn.get(each.asker, 0))

    def _note_turn(self, asker: Hashable) -> None:
        self._free -= 1
        self._turns += 1
        self._last_turn.pop(asker, None)
        self._last_turn[asker] = self._turns
        if len(self._last_turn) > _REMEMBERED:
            del self._last_turn[next(iter(self._last_turn))]

    def _give_back(self, count: int) -> None:
        with self._changed:
            self._free += count
            self._changed.notify_all()


@dataclass(frozen=True, slots=True, eq=False)
class _Waiting:
    """One who stands in line, and for whom."""

    asker: Hashable


class _Waited(threading.local):
    """How long the present thread has waited for turns, all in all."""

    seconds = 0.0
