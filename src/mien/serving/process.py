"""The one place where a process of Mien that serves is put together, and taken apart again."""

from collections.abc import Callable
from typing import TYPE_CHECKING

import structlog

from mien.serving.following import Following
from mien.serving.housekeeping import Housekeeping
from mien.serving.pack_watch import PackWatch
from mien.serving.startup import have_temporary_folder
from mien.settings import Settings
from mien.words import say

if TYPE_CHECKING:
    from flask import Flask

    from mien.jobs.worker import JobWorker
    from mien.runtime import Runtime
    from mien.vision.engine import Engine

_log = structlog.get_logger(__name__)


class Process:
    """A process that answers requests: runtime, application, and what runs beside it.

    `mien run`, `mien serve`, `mien dev` and `mien.wsgi` all serve through this, so that what has
    to happen in a serving process happens whichever server holds it. Made after a fork: neither
    models nor database connections survive one.

    Args:
        settings: what the operator has said.
        engine: another engine than the pack's; None takes the one given to this process, if any.
        when_outdated: called once the installation has another pack than the process; None where
            nobody would take its place.
        does_jobs: do jobs as well, where one process is all there is; others have workers for it.
    """

    def __init__(
        self,
        settings: Settings,
        *,
        engine: "Engine | None" = None,
        when_outdated: Callable[[], None] | None = None,
        does_jobs: bool = False,
    ) -> None:
        self._does_jobs = does_jobs
        self._worker: JobWorker | None = None
        self._settings = settings
        self._when_outdated = when_outdated
        self._engine = engine
        self._runtime: Runtime | None = None
        self._housekeeping: Housekeeping | None = None
        self._following: Following | None = None
        self._watch: PackWatch | None = None

    def open(self, *, warm: bool = True, strict: bool = False) -> "Flask":
        """Open the runtime, begin housekeeping, and make the application.

        Args:
            warm: load the models now, in a thread, instead of with the first request.
            strict: fail, instead of serving what needs no files, where the stored files are not
                those of the database.

        Raises:
            FilesOfAnotherDatabase, FilesUnavailable: they are not, and it is strict.
        """
        from mien.serving.preload import read_everything

        read_everything()

        from mien.app import create_app
        from mien.runtime import given_engine
        from mien.runtime import open_runtime
        from mien.storage.migrate import require_schema

        have_temporary_folder(self._settings)
        runtime = open_runtime(self._settings, engine=self._engine or given_engine())
        _bind(runtime, strict=strict)
        self._runtime = runtime
        _reapply_erasures(runtime)
        runtime.database.guard(require_schema)
        self._housekeeping = Housekeeping(runtime.services, home=self._settings.home)
        self._housekeeping.start()
        self._following = Following(runtime.services)
        self._following.start()
        if self._when_outdated is not None:
            self._watch = PackWatch(runtime.services, self._when_outdated)
            self._watch.start()
        if self._does_jobs:
            from mien.jobs.worker import JobWorker

            self._worker = JobWorker(runtime.services, runtime.queue)
            self._worker.start()
        application = create_app(runtime)
        # Afterwards: what is loaded is counted by the application.
        if warm:
            runtime.warm_up.begin()
        return application

    def wait_until_warm(self, seconds: float) -> None:
        """Wait at most this long for the models to be loaded."""
        if self._runtime is not None:
            self._runtime.warm_up.wait(seconds)

    def close(self) -> None:
        """End what runs beside, and close the runtime; nothing happens if none was opened here."""
        housekeeping, self._housekeeping = self._housekeeping, None
        following, self._following = self._following, None
        watch, self._watch = self._watch, None
        runtime, self._runtime = self._runtime, None
        worker, self._worker = self._worker, None
        if worker is not None:
            worker.stop()
        if watch is not None:
            watch.stop()
        if following is not None:
            following.stop()
        if housekeeping is not None:
            housekeeping.stop()
        if runtime is not None:
            runtime.close()


def _bind(runtime: "Runtime", *, strict: bool) -> None:
    from mien.errors import FilesOfAnotherDatabase
    from mien.errors import FilesUnavailable
    from mien.errors import StorageError
    from mien.storage.binding import bind

    try:
        bind(runtime.database, runtime.services.files)
    except StorageError as error:
        if strict and isinstance(error, (FilesOfAnotherDatabase, FilesUnavailable)):
            raise
        # A database may come, and a disk be mounted; until then readiness says so, and the first
        # file that is to be written asks again. A worker that takes another's place must not end
        # all the others.
        _log.warning("Photos cannot be stored yet", code=error.code, why=say.error(error))
    finally:
        # No connection survives a fork, and a server may import this before it forks.
        runtime.database.close()


def _reapply_erasures(runtime: "Runtime") -> None:
    """Before anything is served, erase whoever came back with a dump that was restored by hand."""
    from mien.access.actor import SYSTEM
    from mien.errors import MienError
    from mien.maintenance.reapply_erasures import reapply_erasures

    try:
        done = reapply_erasures(runtime.call(SYSTEM))
        if done.people or done.galleries or done.faces or done.photos:
            _log.warning(
                "Deleted again what came back with a backup",
                people=done.people,
                galleries=done.galleries,
                faces=done.faces,
                photos=done.photos,
            )
    except MienError as error:
        _log.warning("Deletions could not be applied again", code=error.code, why=say.error(error))
    finally:
        runtime.database.close()
