"""The queue: brings word of jobs to whoever does them. What is to be done stands in the rows."""

import os
import threading
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING
from typing import Any
from typing import Final

import structlog

from mien.errors import InvalidInput
from mien.storage.database import Database

if TYPE_CHECKING:
    from huey import Huey

_NAME: Final = "mien"
_FILE: Final = "jobs.db"
_log = structlog.get_logger(__name__)


class HueyQueue:
    """A queue of huey: in a file of its own beside SQLite, in the PostgreSQL of the rows, in Redis.

    Opened when it is first used: a server that is asked for no job imports nothing.

    Args:
        home: of the installation; where there is no database server the file lies in it.
        database: the rows.
        redis_url: of a Redis that carries the queue instead; empty for none.
    """

    def __init__(self, home: Path, database: Database, redis_url: str = "") -> None:
        self._home = home
        self._database = database
        self._redis_url = redis_url
        self._lock = threading.Lock()
        self._huey: Huey | None = None
        self._task: Any = None
        self._run: Callable[[str], None] | None = None

    def put(self, job_id: str) -> None:
        """Say that a job is to be done.

        That the queue does not answer is no reason to refuse it: workers look at the rows as well,
        only not as often.
        """
        try:
            huey = self.huey()
            self._task(job_id)
            if not self._redis_url:
                # Of a database, every thread has a connection of its own; few ask twice.
                huey.storage.close()
        except Exception as error:  # noqa: BLE001 - three drivers, each with errors of its own
            _log.warning("The job queue does not answer", kind=type(error).__name__)

    def huey(self) -> "Huey":
        """The queue itself, for a worker.

        Raises:
            InvalidInput: the address of the Redis cannot be understood, or its driver is missing.
        """
        with self._lock:
            if self._huey is None:
                self._huey = self._open()
                self._task = self._huey.task(name="run_job")(self._do)
            return self._huey

    def take(self, run: Callable[[str], None]) -> None:
        """Have this process do what the queue brings; before its worker starts."""
        self._run = run

    def close(self) -> None:
        """Let go of the connection of this thread; those of others end with them."""
        with self._lock:
            huey, self._huey = self._huey, None
        if huey is not None:
            with suppress(Exception):
                huey.storage.close()

    def _do(self, job_id: str) -> None:
        if self._run is not None:
            self._run(job_id)

    def _open(self) -> "Huey":
        from huey import PostgresHuey
        from huey import RedisHuey
        from huey import SqliteHuey

        from mien.jobs.serializer import JsonSerializer

        plain: dict[str, Any] = {"results": False, "serializer": JsonSerializer()}
        if self._redis_url:
            try:
                return RedisHuey(_NAME, url=self._redis_url, read_timeout=1, **plain)
            except Exception as error:
                raise InvalidInput(
                    "jobs_url", words={"why": type(error).__name__}, field="MIEN_JOBS_URL"
                ) from error
        if self._database.dialect == "postgresql":
            return PostgresHuey(
                _NAME,
                connection=self._database.driver_connection,
                read_timeout=1,
                table_prefix="mien_queue",
                **plain,
            )
        path = self._home / _FILE
        # Ids alone, and yet nobody else's to read or to write.
        os.close(os.open(path, os.O_CREAT | os.O_RDWR, 0o600))
        return SqliteHuey(_NAME, filename=str(path), **plain)
