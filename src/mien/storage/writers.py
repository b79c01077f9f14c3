"""Who is writing in this process, so that nobody joins a queue that does not move."""

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

from mien.errors import DatabaseBusy

WAIT_SECONDS: Final = 4.0
"""How long whoever writes waits for others, here and in the database itself."""

BRIEF_SECONDS: Final = 0.2
"""The same where what is written is not worth more."""

# So many that stand still for so long say that one more would only take the place of somebody who
# asks for something else: a process answers as many requests as it has threads.
_STUCK: Final = 3
_STUCK_SECONDS: Final = 2.0


class Writers:
    """The transactions of this process that write.

    Args:
        one_at_a_time: let them take turns here, in about the order in which they came, where the
            database would have them try again and again.
    """

    def __init__(self, *, one_at_a_time: bool) -> None:
        self._turn = threading.Lock() if one_at_a_time else None
        self._lock = threading.Lock()
        self._since: dict[object, float] = {}

    @contextmanager
    def joined(self, seconds: float) -> Iterator[None]:
        """Be one of them for the length of a block.

        Args:
            seconds: how long to wait for the turn at most.

        Raises:
            DatabaseBusy: those before do not get on, or the turn did not come.
        """
        here = object()
        with self._lock:
            now = time.monotonic()
            if len(self._since) >= _STUCK and now - min(self._since.values()) > _STUCK_SECONDS:
                raise DatabaseBusy
            self._since[here] = now
        try:
            with self._taken(seconds):
                yield
        finally:
            with self._lock:
                del self._since[here]

    @contextmanager
    def _taken(self, seconds: float) -> Iterator[None]:
        if self._turn is None:
            yield
            return
        if not self._turn.acquire(timeout=seconds):
            raise DatabaseBusy
        try:
            yield
        finally:
            self._turn.release()
