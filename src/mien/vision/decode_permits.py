"""How many pictures are decoded at a time: a few small ones, or one that is large."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager

from mien.errors import ShuttingDown


class DecodePermits:
    """Bounds the memory in which the threads of a process decode at the same time, first come first.

    A file of some hundred kilobytes may unfold to the most pixels accepted: a handful sent at once
    would take all memory there is.

    Args:
        all_bytes: how much there is.
    """

    def __init__(self, all_bytes: int) -> None:
        self.all_bytes = self._free = all_bytes
        self._door = threading.Lock()
        self._changed = threading.Condition()
        self._closed = False

    @contextmanager
    def take(self, need_bytes: int) -> Iterator[None]:
        """Wait for room and have it for the length of the block; more than there is takes all.

        Raises:
            ShuttingDown: nobody gets room any more.
        """
        wanted = min(need_bytes, self.all_bytes)
        # Who waits keeps the door, or a large picture would wait until no small one comes.
        with self._door, self._changed:
            self._changed.wait_for(lambda: self._closed or self._free >= wanted)
            if self._closed:
                raise ShuttingDown
            self._free -= wanted
        try:
            yield
        finally:
            with self._changed:
                self._free += wanted
                self._changed.notify_all()

    def close(self) -> None:
        """Give nobody room any more, and send away whoever waits; what is being decoded finishes."""
        with self._changed:
            self._closed = True
            self._changed.notify_all()
