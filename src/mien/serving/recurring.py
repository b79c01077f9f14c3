"""Work that a serving process does again and again, in a thread of its own, until it is stopped."""

import threading
from abc import ABC
from abc import abstractmethod
from typing import ClassVar

import structlog

from mien.errors import MienError
from mien.words import say

_log = structlog.get_logger(__name__)


class Recurring(ABC):
    """What fails is logged and done again the next time: the thread ends when it is stopped alone.

    Attributes:
        NAME: of the thread.
        LATER: what is logged when a round fails as it may, such as a database that is away.
        BROKEN: what is logged when it fails otherwise.
        STOPPING_SECONDS: how long its end waits for a round that goes on.
    """

    NAME: ClassVar[str]
    LATER: ClassVar[str]
    BROKEN: ClassVar[str]
    STOPPING_SECONDS: ClassVar[float]

    def __init__(self) -> None:
        self._stopped = threading.Event()
        self._thread = threading.Thread(target=self._run, name=self.NAME, daemon=True)

    def start(self) -> None:
        """Begin, in the process that serves: a thread does not outlive a fork."""
        self._thread.start()

    def stop(self) -> None:
        """End; does not wait for ever, because a database may not answer."""
        self._stopped.set()
        if self._thread.is_alive():
            self._thread.join(self.STOPPING_SECONDS)

    @abstractmethod
    def _first_wait(self) -> float:
        """Seconds before the first round; asked for by the thread."""

    @abstractmethod
    def _wait(self) -> float:
        """Seconds between two rounds; asked for by the thread."""

    @abstractmethod
    def _round(self) -> None:
        """The work."""

    def _run(self) -> None:
        wait = self._first_wait()
        while not self._stopped.wait(wait):
            wait = self._wait()
            try:
                self._round()
            except MienError as error:
                _log.warning(self.LATER, code=error.code, why=say.error(error))
            except Exception as error:  # noqa: BLE001 - nothing else would do the work
                # Only its kind is logged: a message may hold a path or a value.
                _log.error(self.BROKEN, kind=type(error).__name__)
