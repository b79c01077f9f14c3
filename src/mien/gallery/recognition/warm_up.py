"""Load models and indexes before the first photo asks for them."""

import threading

import structlog
from sqlalchemy import select

from mien.access import permissions
from mien.access.actor import SYSTEM
from mien.errors import IndexUnavailable
from mien.errors import MienError
from mien.gallery.services import Call
from mien.gallery.services import Services
from mien.storage.models import GalleryRow

LOADING = "loading"
"""What stands for a problem while it is none yet."""

_log = structlog.get_logger(__name__)


class WarmUp:
    """Loads what is loaded lazily, in the background, once a process.

    Args:
        services: the collaborators.
    """

    def __init__(self, services: Services) -> None:
        self._services = services
        self._lock = threading.Lock()
        self._thread: threading.Thread | None = None
        self._is_done = False
        self._failure: MienError | None = None

    @property
    def problem(self) -> str | None:
        """None once everything is loaded; else `loading`, or the code of what went wrong."""
        if self._is_done:
            return None
        return LOADING if self._failure is None else self._failure.code

    @property
    def failure(self) -> MienError | None:
        """What went wrong when loading was tried last; None when nothing has, or all is loaded."""
        return self._failure

    def begin(self) -> None:
        """Start to load, unless that is done or going on; what has failed is tried again."""
        with self._lock:
            if self._is_done or (self._thread is not None and self._thread.is_alive()):
                return
            self._thread = threading.Thread(target=self._warm, name="warm-up", daemon=True)
            self._thread.start()

    def wait(self, seconds: float) -> None:
        """Wait so long at most for loading that goes on."""
        thread = self._thread
        if thread is not None:
            thread.join(seconds)

    def _warm(self) -> None:
        try:
            self._services.engine.warm_up()
            refresh_indexes(Call(self._services, SYSTEM))
        except IndexUnavailable as error:
            # Models are there, and whoever searches or asks for readiness tries the index again.
            self._is_done, self._failure = True, None
            _log.warning("The index cannot be reached yet", code=error.code, key=error.key)
        except MienError as error:
            self._failure = error
            _log.warning("Not everything is loaded yet", code=error.code, key=error.key)
        else:
            self._is_done, self._failure = True, None


def refresh_indexes(call: Call) -> int:
    """Bring this process's index of every gallery to the rows.

    Returns:
        How many revisions the one furthest behind had missed; a gallery that this process has not
        looked at yet counts as none.

    Raises:
        DatabaseUnreachable: the database does not answer.
        IndexUnavailable: an index cannot be reached.
    """
    permissions.require(call.actor, "installation.read")
    summary = call.services.engine.summary
    furthest = 0
    with call.services.database.read() as session:
        rows = session.execute(
            select(GalleryRow.id, GalleryRow.revision).where(
                GalleryRow.contract_id == summary.contract_id
            )
        ).all()
        for row in rows:
            applied = call.services.indexes.applied_revision(row.id)
            if applied is not None and applied > -1:
                furthest = max(furthest, row.revision - applied)
            call.services.indexes.refresh(session, row.id, dimension=summary.dimension)
    return furthest
