"""Connections that wait for bytes, each until a deadline of its own."""

import time
from collections.abc import Callable

from mien.serving.connection import Connection


class WaitingLine:
    """Connections that wait for the same kind of thing, whoever came first at the front.

    Args:
        seconds: how long each may wait.
        on_readable: called when something has come for one that waits here.
        on_expired: called with one that has waited too long and is in no line any more.
    """

    def __init__(
        self,
        seconds: float,
        *,
        on_readable: Callable[[Connection], None],
        on_expired: Callable[[Connection], None],
    ) -> None:
        self.seconds = seconds
        self.on_readable = on_readable
        self.on_expired = on_expired
        self._waiting: dict[Connection, None] = {}

    def __len__(self) -> int:
        return len(self._waiting)

    @property
    def first(self) -> Connection | None:
        """Who has waited longest."""
        return next(iter(self._waiting), None)

    def join(self, conn: Connection, *, most_seconds: float) -> None:
        """Let one wait here, at most so long."""
        conn.line = self
        conn.since = time.monotonic()
        conn.deadline = conn.since + min(self.seconds, most_seconds)
        self._waiting[conn] = None

    def leave(self, conn: Connection) -> None:
        """Let one wait here no longer."""
        conn.line = None
        del self._waiting[conn]

    def expired(self, *, all_deadlines: bool) -> list[Connection]:
        """Who has waited too long.

        Args:
            all_deadlines: look at everybody, because some deadlines were brought forward.
        """
        now = time.monotonic()
        if all_deadlines:
            return [each for each in self._waiting if each.deadline <= now]
        late = []
        for each in self._waiting:
            if each.deadline > now:
                break
            late.append(each)
        return late

    def hurry(self, deadline: float) -> None:
        """Let nobody who is here now wait longer than that."""
        for each in self._waiting:
            each.deadline = min(each.deadline, deadline)
