"""How many inferences run at a time; how long stages and waits take is told to an observer."""

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager

from mien.errors import ShuttingDown
from mien.observing import Observer
from mien.observing import Stage

CLOSING_SECONDS = 10.0
"""How long closing waits for an inference that runs; one that never returns must not hold a process."""


class InferencePermits:
    """Permits to run an inference, so that many requests do not crowd few cores.

    Args:
        count: inferences at the same time.
        observer: is told of stages and waits.
    """

    def __init__(self, count: int, observer: Observer) -> None:
        self._count = self._free = count
        self._changed = threading.Condition()
        self._closed = False
        self._observer = observer
        self._mine = _Waited()

    @contextmanager
    def one(self) -> Iterator[None]:
        """Wait for a turn, and have it for the length of the block.

        Raises:
            ShuttingDown: nobody gets a turn any more.
        """
        if self._take(waiting=False):
            self._observer.on_wait(0.0)
        else:
            self._wait()
        try:
            yield
        finally:
            with self._changed:
                self._free += 1
                self._changed.notify()

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

    def _wait(self) -> None:
        start = time.perf_counter()
        self._observer.on_waiting(1)
        try:
            self._take(waiting=True)
        finally:
            self._observer.on_waiting(-1)
        waited = time.perf_counter() - start
        self._mine.seconds += waited
        self._observer.on_wait(waited)

    def _take(self, *, waiting: bool) -> bool:
        with self._changed:
            if waiting:
                self._changed.wait_for(lambda: self._free or self._closed)
            if self._closed:
                raise ShuttingDown
            if not self._free:
                return False
            self._free -= 1
            return True


class _Waited(threading.local):
    """How long the present thread has waited for turns, all in all."""

    seconds = 0.0
