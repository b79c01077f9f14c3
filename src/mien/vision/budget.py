"""How long looking at a photo may take, and whether anybody still waits for what is seen."""

import time
from collections.abc import Callable
from collections.abc import Hashable
from typing import Final

from mien.errors import ClientGone
from mien.errors import Overloaded
from mien.errors import PhotoTakesTooLong

_RETRY_SECONDS: Final = 5
# A photo that waited longer than this share of its time, or whose process had less than this share
# of a core, is not to blame: on a machine with nothing else to do it might have been done.
_MOST_WAITED: Final = 0.25
_LEAST_PROCESSOR: Final = 0.5


def nobody_leaves() -> bool:
    """Of whoever cannot go away, such as a command."""
    return False


class Budget:
    """The time of one photo; it runs from when this is made. For the thread that looks at it.

    Args:
        seconds: how long looking may take, waiting for turns included; None for as long as it does.
        is_gone: tells whether who asked is gone; it is asked often and should cost nothing.
        asker: for whom it is looked at, where several ask; equal for photos of the same one.
        processor_time: seconds of processor time that this process has had.
    """

    def __init__(
        self,
        seconds: float | None = None,
        *,
        is_gone: Callable[[], bool] = nobody_leaves,
        asker: Hashable = None,
        processor_time: Callable[[], float] = time.process_time,
    ) -> None:
        self.asker = asker
        self._seconds = seconds
        self._is_gone = is_gone
        self._processor_time = processor_time
        self._processor_start = processor_time()
        self._start = time.monotonic()
        self._waited = 0.0

    def note_wait(self, seconds: float) -> None:
        """So long has passed in waiting for a turn."""
        self._waited += seconds

    def check(self) -> None:
        """Go on only while there is time and somebody who waits.

        Raises:
            ClientGone: who asked is gone.
            Overloaded: time is up, and much of it went to others.
            PhotoTakesTooLong: time is up, and it went to this photo.
        """
        if self._is_gone():
            raise ClientGone
        spent = time.monotonic() - self._start
        if self._seconds is None or spent <= self._seconds:
            return
        had = self._processor_time() - self._processor_start
        if self._waited > _MOST_WAITED * spent or had < _LEAST_PROCESSOR * spent:
            raise Overloaded(retry_after_seconds=_RETRY_SECONDS)
        raise PhotoTakesTooLong(seconds=self._seconds)
