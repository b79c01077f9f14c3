"""How many inferences run at a time; how long stages and waits take is told to an observer."""

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager

from mien.observing import Observer
from mien.observing import Stage


class InferencePermits:
    """Permits to run an inference, so that many requests do not crowd few cores.

    Args:
        count: inferences at the same time.
        observer: is told of stages and waits.
    """

    def __init__(self, count: int, observer: Observer) -> None:
        self._count = count
        self._permits = threading.Semaphore(count)
        self._closing = threading.Lock()
        self._observer = observer
        self._mine = _Waited()

    @contextmanager
    def one(self) -> Iterator[None]:
        """Wait for a turn, and have it for the length of the block."""
        if not self._permits.acquire(blocking=False):
            self._wait()
        else:
            self._observer.on_wait(0.0)
        try:
            yield
        finally:
            self._permits.release()

    @contextmanager
    def all(self) -> Iterator[None]:
        """Wait until nobody has a turn; nobody gets one during the block."""
        with self._closing:
            for _ in range(self._count):
                self._permits.acquire()
            try:
                yield
            finally:
                self._permits.release(self._count)

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
            self._permits.acquire()
        finally:
            self._observer.on_waiting(-1)
        waited = time.perf_counter() - start
        self._mine.seconds += waited
        self._observer.on_wait(waited)


class _Waited(threading.local):
    """How long the present thread has waited for turns, all in all."""

    seconds = 0.0
