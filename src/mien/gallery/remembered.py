"""What was worked out about a gallery as it stands, remembered until it changes."""

import threading
from collections.abc import Callable
from collections.abc import Hashable
from collections.abc import Sized
from typing import TypeVar
from typing import cast

_T = TypeVar("_T")


class Remembered:
    """Values of this process by what they are about, each as of one state; the oldest make room.

    Args:
        most: values at a time.
        most_together: what their lengths come to at most; one alone may be longer. None where they
            have none.
    """

    def __init__(self, most: int = 100, *, most_together: int | None = None) -> None:
        self._most = most
        self._most_together = most_together
        self._together = 0
        self._values: dict[Hashable, tuple[Hashable, object]] = {}
        self._lock = threading.Lock()

    def get(self, about: Hashable, state: Hashable, work_out: Callable[[], _T]) -> _T:
        """The value of this state, worked out when it is not the one remembered.

        Two threads may work it out at once; neither waits for the other.

        Args:
            about: such as a gallery's id.
            state: all that the value depends on.
            work_out: gives the value, which nobody changes afterwards.
        """
        with self._lock:
            known = self._values.get(about)
        if known is not None and known[0] == state:
            return cast("_T", known[1])
        value = work_out()
        with self._lock:
            self._drop(about)
            self._values[about] = (state, value)
            self._together += self._length(value)
            while self._are_too_many():
                self._drop(next(iter(self._values)))
        return value

    def forget(self, about: Hashable) -> None:
        """Let go of the value about something, whatever its state."""
        with self._lock:
            self._drop(about)

    def _drop(self, about: Hashable) -> None:
        known = self._values.pop(about, None)
        if known is not None:
            self._together -= self._length(known[1])

    def _are_too_many(self) -> bool:
        if len(self._values) > self._most:
            return True
        most = self._most_together
        return most is not None and self._together > most and len(self._values) > 1

    def _length(self, value: object) -> int:
        return 0 if self._most_together is None else len(cast("Sized", value))
