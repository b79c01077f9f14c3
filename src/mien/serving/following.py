"""Every process that serves drops from its memory whom another has forgotten, also when it is idle."""

import threading
from typing import TYPE_CHECKING

import structlog

from mien.errors import MienError
from mien.words import say

if TYPE_CHECKING:
    from mien.gallery.services import Services

_STOPPING_SECONDS = 5.0
_log = structlog.get_logger(__name__)


class Following:
    """Brings the indexes of this process up to the rows, in a thread of its own, until stopped.

    Args:
        services: the collaborators.
        seconds: between two times; None for what the proof of an erasure counts on.
    """

    def __init__(self, services: "Services", *, seconds: float | None = None) -> None:
        self._services = services
        self._seconds = seconds
        self._stopped = threading.Event()
        self._thread = threading.Thread(target=self._run, name="following", daemon=True)

    def start(self) -> None:
        """Begin, in the process that serves: a thread does not outlive a fork."""
        self._thread.start()

    def stop(self) -> None:
        """End; does not wait for ever, because a database may not answer."""
        self._stopped.set()
        if self._thread.is_alive():
            self._thread.join(_STOPPING_SECONDS)

    def _run(self) -> None:
        # Imported by the thread, so that a server listens sooner.
        from mien.gallery.index_sync import FOLLOW_SECONDS

        services = self._services
        seconds = FOLLOW_SECONDS if self._seconds is None else self._seconds
        while not self._stopped.wait(seconds):
            try:
                if services.indexes.is_empty:
                    continue  # a process that has searched nothing asks the database nothing
                with services.database.read() as session:
                    services.indexes.follow(session)
            except MienError as error:
                _log.warning("Indexes will be updated later", code=error.code, why=say.error(error))
            except Exception as error:  # noqa: BLE001 - who is forgotten must not stay because of it
                # Only its kind is logged: a message may hold a path or a value.
                _log.error("Indexes cannot be updated", kind=type(error).__name__)
