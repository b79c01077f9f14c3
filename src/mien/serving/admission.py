"""Who has a thread for what takes long, who waits for one, and for whom there is no room."""

from collections import Counter
from collections import deque
from collections.abc import Callable
from typing import Final
from typing import TypeAlias

from mien.serving.arrival import Head
from mien.serving.connection import Connection

Sender: TypeAlias = int | str
"""Who shows a key or a sign-in, by a number; whoever shows neither, by their address."""

# One of so many threads is left by each sender to the others; of fewer, it would be missed.
_KEPT_FOR_OTHERS: Final = 4


class Admission:
    """A number of threads for requests that take long, and a bounded queue before them.

    Whoever sends more than others waits for itself: senders have their turns one after another,
    of four threads no sender has more than three, and where the queue is full, the newest request
    of whoever has most in it makes room for somebody who has less. Those without a key or a
    sign-in are one sender an address. Who has sent a request is believed for this alone.

    Called by the event loop alone.

    Args:
        threads: how many requests that take long are answered at the same time.
        most_waiting: how many more wait.
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
        self._most_of_one = threads - threads // _KEPT_FOR_OTHERS
        self._most_waiting = most_waiting
        self._looks_at_photos = looks_at_photos
        self._begin = begin
        self._running: Counter[Sender] = Counter()
        # Whose turn comes first is first; nobody is here without a request that waits.
        self._queues: dict[Sender, deque[Connection]] = {}

    @property
    def waiting(self) -> int:
        """How many are in the queue."""
        return sum(len(queue) for queue in self._queues.values())

    def admit(self, conn: Connection) -> None:
        """Give a request a thread, now or in its turn, or have it refused."""
        head = conn.arrival.head if conn.arrival is not None else None
        if head is None or not self._takes_long(head):
            self._begin(conn)
            return
        conn.sender = conn.address if head.sender is None else head.sender
        self._queues.setdefault(conn.sender, deque()).append(conn)
        self._begin_queued()
        if self.waiting > self._most_waiting:
            self._refuse_one(conn.sender)

    def finished(self, conn: Connection) -> None:
        """Take back what a connection was given; somebody else has its turn."""
        conn.is_refused = False
        if conn.is_long:
            conn.is_long = False
            self._running[conn.sender] -= 1
            if not self._running[conn.sender]:
                del self._running[conn.sender]
            self._begin_queued()

    def _takes_long(self, head: Head) -> bool:
        return not head.body_is_small or self._looks_at_photos(head.method, head.path)

    def _begin_queued(self) -> None:
        while self._running.total() < self._threads:
            ready = [each for each in self._queues if self._running[each] < self._most_of_one]
            if not ready:
                return
            conn = self._taken(ready[0], self._queues[ready[0]].popleft)
            if conn.sender in self._queues:
                # The next turn is that of the others.
                self._queues[conn.sender] = self._queues.pop(conn.sender)
            conn.is_long = True
            self._running[conn.sender] += 1
            self._begin(conn)

    def _refuse_one(self, newest: Sender) -> None:
        most = max(len(queue) for queue in self._queues.values())
        having_most = [each for each, queue in self._queues.items() if len(queue) == most]
        sender = newest if newest in having_most else having_most[-1]
        conn = self._taken(sender, self._queues[sender].pop)
        conn.is_refused = True
        self._begin(conn)

    def _taken(self, sender: Sender, take: Callable[[], Connection]) -> Connection:
        conn = take()
        if not self._queues[sender]:
            del self._queues[sender]
        return conn
