"""What a server removes by itself while it serves."""

import random
import threading
from typing import TYPE_CHECKING

import structlog

from mien.errors import MienError

if TYPE_CHECKING:
    from mien.gallery.services import Services

PROBES_SECONDS = 60.0
"""How often held photos are looked at; a page tells people when theirs is erased."""

ALL_SECONDS = 3600.0
"""How often everything else is; looking for stray files reads every file's name."""

_log = structlog.get_logger(__name__)


class Tidying:
    """Removes what has had its time, in a thread of its own, until it is stopped.

    Several processes may do so at once. Each begins at another moment, so that one of them finds
    the work done.

    Args:
        services: the collaborators.
        probes_seconds: between two looks at held photos.
        all_seconds: between two looks at everything.
    """

    def __init__(
        self,
        services: "Services",
        *,
        probes_seconds: float = PROBES_SECONDS,
        all_seconds: float = ALL_SECONDS,
    ) -> None:
        self._services = services
        self._probes_seconds = probes_seconds
        self._rounds = max(1, round(all_seconds / probes_seconds))
        self._stopped = threading.Event()
        self._thread = threading.Thread(target=self._run, name="tidying", daemon=True)

    def start(self) -> None:
        """Begin, in the process that serves: a thread does not outlive a fork."""
        self._thread.start()

    def stop(self) -> None:
        """Let what is being removed be finished, and end."""
        self._stopped.set()
        if self._thread.is_alive():
            self._thread.join()

    def _run(self) -> None:
        wait = self._probes_seconds * random.random()  # noqa: S311 - spreads work, keeps no secret
        done = 0
        while not self._stopped.wait(wait):
            try:
                self._tidy(everything=done % self._rounds == 0)
            except MienError as error:
                _log.warning("Tidying is tried again later", code=error.code, why=error.detail)
            done += 1
            wait = self._probes_seconds

    def _tidy(self, *, everything: bool) -> None:
        # Imported by the thread, so that a server listens sooner.
        from mien.maintenance.cleanup import remove_expired_probes
        from mien.maintenance.cleanup import tidy

        if everything:
            tidy(self._services)
        else:
            remove_expired_probes(self._services)
