"""Who has a thread for what takes long, who waits for one, and for whom there is no room."""

from collections import deque
from collections.abc import Callable

from mien.serving.connection import Connection


class Admission:
    """A number of threads for requests that take long, and a bounded queue before them.

    Called by the event loop alone.

    Args:
        threads: how many requests that take long are answered at the same time.
        most_waiting: how many more wait, first come first served.
        looks_at_photos: whether a method and a path stand for work of the engine.
        begin: hands a connection to a thread.
    """

    def __init__(
        self,
        *,
        threads: int,
        most_waiting: int,
        looks_at_photos: Callable[[str, str], bool],
        begin: Callable[[Connection], None],
    ) -> None:
        self._threads = threads
        self._most_waiting = most_waiting
        self._looks_at_photos = looks_at_photos
        self._begin = begin
        self._running = 0
        self._queue: deque[Connection] = deque()

    @property
    def waiting(self) -> int:
        """How many are in the queue."""
        return len(self._queue)

    def admit(self, conn: Connection) -> None:
        """Give a request a thread, now or in its turn, or have it refused."""
        if not self._takes_long(conn):
            self._begin(conn)
        elif self._running < self._threads or len(self._queue) < self._most_waiting:
            self._queue.append(conn)
            self._begin_queued()
        else:
            conn.is_refused = True
            self._begin(conn)

    def finished(self, conn: Connection) -> None:
        """Take back what a connection was given; somebody else has its turn."""
        conn.is_refused = False
        if conn.is_long:
            conn.is_long = False
            self._running -= 1
            self._begin_queued()

    def _takes_long(self, conn: Connection) -> bool:
        head = conn.arrival.head if conn.arrival is not None else None
        if head is None:
            return False
        return not head.body_is_small or self._looks_at_photos(head.method, head.path)

    def _begin_queued(self) -> None:
        while self._queue and self._running < self._threads:
            conn = self._queue.popleft()
            conn.is_long = True
            self._running += 1
            self._begin(conn)
