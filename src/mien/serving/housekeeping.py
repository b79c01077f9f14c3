"""What a server removes by itself while it serves: once a machine, however many processes there are."""

import fcntl
from pathlib import Path
from typing import IO
from typing import TYPE_CHECKING

import structlog

from mien.maintenance.rounds import note_round
from mien.serving.recurring import Recurring

if TYPE_CHECKING:
    from mien.gallery.services import Services

PROBES_SECONDS = 60.0
"""How often held photos are looked at; a page tells people when theirs is deleted."""

ALL_SECONDS = 3600.0
"""How often everything else is; looking for stray files reads every file's name."""

FIRST_SECONDS = 3.0
"""How long after its start a server looks for the first time."""

LOCK_NAME = "housekeeping.lock"
"""The file in the home whose lock the one process holds that keeps house."""

_log = structlog.get_logger(__name__)


class Housekeeping(Recurring):
    """Removes what has had its time.

    Every serving process has one, and the one that holds the lock in the home does the work. The
    system lets go of a lock when its process ends, however it ends, and another takes over.

    Args:
        services: the collaborators.
        home: the folder of the installation, which all its processes share.
        first_seconds: before the first look.
        probes_seconds: between two looks at held photos.
        all_seconds: between two looks at everything.
    """

    NAME = "housekeeping"
    LATER = "Cleanup failed and will be retried"
    BROKEN = "Cleanup failed unexpectedly and will be retried"
    # The next one finishes what is broken off.
    STOPPING_SECONDS = 10.0

    def __init__(
        self,
        services: "Services",
        *,
        home: Path,
        first_seconds: float = FIRST_SECONDS,
        probes_seconds: float = PROBES_SECONDS,
        all_seconds: float = ALL_SECONDS,
    ) -> None:
        super().__init__()
        self._services = services
        self._home = home
        self._lock_path = home / LOCK_NAME
        self._lock: IO[bytes] | None = None
        self._told = False
        self._first_seconds = first_seconds
        self._probes_seconds = probes_seconds
        self._rounds = max(1, round(all_seconds / probes_seconds))
        self._done = 0

    def stop(self) -> None:
        """Let what is being removed be finished, end, and leave the work to another process.

        Does not wait for ever: a database may not answer. The lock stays with what goes on.
        """
        super().stop()
        if self._lock is not None and not self._thread.is_alive():
            self._lock.close()
            self._lock = None

    def _first_wait(self) -> float:
        return self._first_seconds

    def _wait(self) -> float:
        return self._probes_seconds

    def _round(self) -> None:
        if self._is_mine():
            self._clean_up(everything=self._done % self._rounds == 0)
            self._done += 1
            note_round(self._home)

    def _is_mine(self) -> bool:
        """Whether this process keeps house; takes the work over when nobody does."""
        if self._lock is not None:
            return True
        try:
            file = self._lock_path.open("ab")
        except FileNotFoundError:
            return False  # an installation that is not there yet has nothing to clean up
        except OSError:
            return self._without_lock()
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            file.close()
            return False
        except OSError:
            file.close()
            return self._without_lock()
        self._lock = file
        return True

    def _without_lock(self) -> bool:
        """Keep house all the same where the home takes no locks: doing it twice does no harm."""
        if not self._told:
            self._told = True
            _log.warning("The cleanup lock is not available; every process runs the cleanup")
        return True

    def _clean_up(self, *, everything: bool) -> None:
        # Imported by the thread, so that a server listens sooner.
        from mien.access.actor import SYSTEM
        from mien.gallery.services import Call
        from mien.maintenance.cleanup import clean_up
        from mien.maintenance.cleanup import remove_expired_probes

        call = Call(self._services, SYSTEM)
        if everything:
            clean_up(call)
        else:
            remove_expired_probes(call)
