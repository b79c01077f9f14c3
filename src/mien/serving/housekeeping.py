"""What a server removes by itself while it serves: once a machine, however many processes there are."""

import fcntl
import threading
from pathlib import Path
from typing import IO
from typing import TYPE_CHECKING

import structlog

from mien.errors import MienError
from mien.maintenance.rounds import note_round
from mien.words import say

if TYPE_CHECKING:
    from mien.gallery.services import Services

PROBES_SECONDS = 60.0
"""How often held photos are looked at; a page tells people when theirs is deleted."""

ALL_SECONDS = 3600.0
"""How often everything else is; looking for stray files reads every file's name."""

FIRST_SECONDS = 3.0
"""How long after its start a server looks for the first time."""

STOPPING_SECONDS = 10.0
"""How long its end waits for what is being removed; the next one finishes what is broken off."""

LOCK_NAME = "housekeeping.lock"
"""The file in the home whose lock the one process holds that keeps house."""

_log = structlog.get_logger(__name__)


class Housekeeping:
    """Removes what has had its time, in a thread of its own, until it is stopped.

    Every serving process has one, and the one that holds the lock in the home does the work. The
    system lets go of a lock when its process ends, however it ends, and another takes over.

    Args:
        services: the collaborators.
        home: the folder of the installation, which all its processes share.
        first_seconds: before the first look.
        probes_seconds: between two looks at held photos.
        all_seconds: between two looks at everything.
    """

    def __init__(
        self,
        services: "Services",
        *,
        home: Path,
        first_seconds: float = FIRST_SECONDS,
        probes_seconds: float = PROBES_SECONDS,
        all_seconds: float = ALL_SECONDS,
    ) -> None:
        self._services = services
        self._home = home
        self._lock_path = home / LOCK_NAME
        self._lock: IO[bytes] | None = None
        self._told = False
        self._first_seconds = first_seconds
        self._probes_seconds = probes_seconds
        self._rounds = max(1, round(all_seconds / probes_seconds))
        self._stopped = threading.Event()
        self._thread = threading.Thread(target=self._run, name="housekeeping", daemon=True)

    def start(self) -> None:
        """Begin, in the process that serves: a thread does not outlive a fork."""
        self._thread.start()

    def stop(self) -> None:
        """Let what is being removed be finished, end, and leave the work to another process.

        Does not wait for ever: a database may not answer. The lock stays with what goes on.
        """
        self._stopped.set()
        if self._thread.is_alive():
            self._thread.join(STOPPING_SECONDS)
        if self._lock is not None and not self._thread.is_alive():
            self._lock.close()
            self._lock = None

    def _run(self) -> None:
        wait, done = self._first_seconds, 0
        while not self._stopped.wait(wait):
            wait = self._probes_seconds
            try:
                if self._is_mine():
                    self._clean_up(everything=done % self._rounds == 0)
                    done += 1
                    note_round(self._home)
            except MienError as error:
                _log.warning(
                    "Cleanup failed and will be retried", code=error.code, why=say.error(error)
                )
            except Exception as error:  # noqa: BLE001 - held photos must not stay because of it
                # Only its kind is logged: a message may hold a path or a value.
                _log.error(
                    "Cleanup failed unexpectedly and will be retried", kind=type(error).__name__
                )

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
