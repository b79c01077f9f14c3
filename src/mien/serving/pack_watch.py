"""A worker is replaced once the installation has another model pack than the one it runs.

Embeddings of two models never meet in one process: the engine of a process is one engine from its
start to its end, and whoever takes its place has the other.
"""

import os
import signal
from collections.abc import Callable
from typing import TYPE_CHECKING
from typing import Final

import structlog

from mien.errors import MienError
from mien.serving.recurring import Recurring

if TYPE_CHECKING:
    from mien.gallery.services import Services

WATCH_SECONDS: Final = 3.0
"""How long a worker takes to notice at most; meanwhile galleries that have changed say so."""

_log = structlog.get_logger(__name__)


def end_worker() -> None:
    """Let the present process, a worker of Gunicorn, finish its requests; another takes its place."""
    os.kill(os.getpid(), signal.SIGTERM)


class PackWatch(Recurring):
    """Looks whether the pack that this process runs is still the installation's.

    Args:
        services: the collaborators.
        when_outdated: called once, when it is not.
        seconds: between two looks.
    """

    NAME = "pack watch"
    LATER = "The model pack in use will be looked up later"
    BROKEN = "The model pack in use cannot be looked up"
    STOPPING_SECONDS = 5.0

    def __init__(
        self,
        services: "Services",
        when_outdated: Callable[[], None],
        *,
        seconds: float = WATCH_SECONDS,
    ) -> None:
        super().__init__()
        self._services = services
        self._when_outdated = when_outdated
        self._seconds = seconds
        self._is_told = False

    def _first_wait(self) -> float:
        return self._seconds

    def _wait(self) -> float:
        return self._seconds

    def _round(self) -> None:
        # Imported by the thread, so that a server listens sooner.
        from mien.gallery.pack_in_use import current_pack

        if self._is_told:
            return
        try:
            chosen = current_pack(self._services.database)
            running = self._services.engine.summary.pack
        except MienError:
            return  # whoever is asked for an answer tells of it
        if chosen is not None and chosen != running:
            self._is_told = True
            _log.info("Another model pack is in use; this process is replaced", pack=chosen)
            self._when_outdated()
