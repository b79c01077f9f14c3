"""How many inferences run at a time; how long stages and waits take is told to an observer."""

import threading
import time
from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

from mien.observing import Observer
from mien.observing import Stage
from mien.vision.budget import Budget

# How soon somebody who waits notices that time is up, or that nobody waits for the answer.
_LOOK_SECONDS: Final = 0.25


class InferencePermits:
    """Permits to run an inference, so that many requests do not crowd few cores.

    First come, first served: a photo that needs hundreds of inferences stands in line anew for
    each, behind the photos that need few.

    Args:
        count: inferences at the same time.
        observer: is told of stages and waits.
    """

    def __init__(self, count: int, observer: Observer) -> None:
        self._count = self._free = count
        self._changed = threading.Condition()
        self._line: deque[object] = deque()
        self._closing = threading.Lock()
        self._observer = observer
        self._mine = _Waited()

    @contextmanager
    def one(self, budget: Budget | None = None) -> Iterator[None]:
        """Wait for a turn, and have it for the length of the block.

        Args:
            budget: of the photo; None for one that has all the time there is.

        Raises:
            ClientGone, Overloaded, PhotoTakesTooLong: see `Budget.check`.
        """
        budget = budget or Budget()
        budget.check()
        if self._take_now():
            self._observer.on_wait(0.0)
        else:
            self._wait(budget)
        try:
            yield
        finally:
            self._give_back(1)

    @contextmanager
    def all(self) -> Iterator[None]:
        """Wait until nobody has a turn; nobody gets one during the block."""
        with self._closing:
            for _ in range(self._count):
                self._take(Budget())
            try:
                yield
            finally:
                self._give_back(self._count)

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

    def _take_now(self) -> bool:
        with self._changed:
            if self._line or not self._free:
                return False
            self._free -= 1
            return True

    def _take(self, budget: Budget) -> None:
        me = object()
        with self._changed:
            self._line.append(me)
            try:
                while not (self._free and self._line[0] is me):
                    start = time.perf_counter()
                    self._changed.wait(_LOOK_SECONDS)
                    budget.note_wait(time.perf_counter() - start)
                    budget.check()
                self._free -= 1
            finally:
                self._line.remove(me)
                # Whoever stands first now may be served: there may be another turn to have.
                self._changed.notify_all()

    def _give_back(self, count: int) -> None:
        with self._changed:
            self._free += count
            self._changed.notify_all()


class _Waited(threading.local):
    """How long the present thread has waited for turns, all in all."""

    seconds = 0.0
