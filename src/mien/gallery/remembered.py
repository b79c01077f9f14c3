"""What was worked out about a gallery as it stands, remembered until it changes."""

import threading
from collections import OrderedDict
from collections.abc import Callable
from collections.abc import Hashable
from typing import TypeVar
from typing import cast

_T = TypeVar("_T")


class Remembered:
    """Values of this process by what they are about, each as of one state; the oldest make room.

    Args:
        most: values at a time.
    """

    def __init__(self, most: int = 100) -> None:
        self._most = most
        self._values: OrderedDict[Hashable, tuple[Hashable, object]] = OrderedDict()
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
            self._values[about] = (state, value)
            self._values.move_to_end(about)
            while len(self._values) > self._most:
                self._values.popitem(last=False)
        return value
