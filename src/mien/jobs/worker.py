"""Does what the queue brings, in threads of this process, until it is stopped."""

import datetime as dt
import logging
import os
import secrets
import socket
import threading
from collections.abc import Callable
from contextlib import suppress
from typing import Final

import structlog
from huey import Huey
from huey.consumer import Consumer
from huey.consumer import Scheduler
from huey.consumer import Worker
from sqlalchemy import delete

from mien.errors import MienError
from mien.gallery.services import Services
from mien.jobs.queue import HueyQueue
from mien.jobs.run_job import end_interrupted
from mien.jobs.run_job import run_job
from mien.jobs.run_job import waiting_jobs
from mien.storage.insert import insert_unless_there
from mien.storage.models import JobWorkerRow
from mien.storage.models import now

_ROUND_SECONDS: Final = 15.0
"""How often it says that it is there, and looks for jobs of which no word has come."""

_QUEUE_SECONDS: Final = 0.5
_FORGOTTEN: Final = dt.timedelta(hours=1)
_STOPPING_SECONDS: Final = 20.0
_log = structlog.get_logger(__name__)


class JobWorker:
    """Does jobs, one after the other, beside whatever else the process does.

    Args:
        services: the collaborators.
        queue: brings word of jobs.
        round_seconds: between two looks at the rows.
    """

    def __init__(
        self, services: Services, queue: HueyQueue, *, round_seconds: float = _ROUND_SECONDS
    ) -> None:
        self._services = services
        self._queue = queue
        self._round_seconds = round_seconds
        self._leaving = threading.Event()
        self.name = f"{socket.gethostname()[:40]}-{os.getpid()}-{secrets.token_hex(4)}"
        self._consumer: _Consumer | None = None
        self._rounds = threading.Thread(target=self._go_round, name="jobs", daemon=True)

    def start(self) -> None:
        """Begin, in the process that works: threads do not outlive a fork."""
        _hush()
        self._queue.take(self._do)
        self._consumer = _Consumer(
            self._queue.huey(),
            workers=1,
            periodic=False,
            initial_delay=_QUEUE_SECONDS / 5,
            max_delay=_QUEUE_SECONDS,
            check_worker_health=False,
        )
        self._rounds.start()
        self._consumer.start()

    def stop(self) -> None:
        """Leave the job it is at after the item it is at, for whoever takes it up, and end."""
        self._leaving.set()
        if self._consumer is not None:
            self._consumer.end(_STOPPING_SECONDS)
        if self._rounds.is_alive():
            self._rounds.join(_STOPPING_SECONDS)
        self._queue.close()

    def _do(self, job_id: str) -> None:
        if self._leaving.is_set():
            return
        try:
            run_job(self._services, job_id, worker=self.name, leaving=self._leaving.is_set)
        except MienError as error:
            # Its lease ends, and a later round finds it.
            _log.warning("A job could not be taken up", job=job_id, code=error.code)

    def _go_round(self) -> None:
        while True:
            self._safely(self._say_so)
            self._safely(self._look)
            if self._leaving.wait(self._round_seconds):
                self._safely(self._say_goodbye)
                return

    def _safely(self, step: Callable[[], None]) -> None:
        try:
            step()
        except MienError as error:
            _log.warning("The job worker will try again", code=error.code)
        except Exception as error:  # noqa: BLE001 - nothing else would do the work
            _log.error("The job worker failed unexpectedly", kind=type(error).__name__)

    def _say_so(self) -> None:
        with self._services.database.write(briefly=True) as session:
            there = session.get(JobWorkerRow, self.name)
            if there is None:
                insert_unless_there(
                    session, JobWorkerRow, {"id": self.name, "seen_at": now()}, unique=("id",)
                )
            else:
                there.seen_at = now()
            session.execute(delete(JobWorkerRow).where(JobWorkerRow.seen_at < now() - _FORGOTTEN))

    def _say_goodbye(self) -> None:
        with self._services.database.write(briefly=True) as session:
            session.execute(delete(JobWorkerRow).where(JobWorkerRow.id == self.name))

    def _look(self) -> None:
        """Bring word of jobs whose worker was killed, or whose word was lost with a queue."""
        end_interrupted(self._services)
        if self._queue.huey().storage.queue_size():
            # Whatever stands there is brought sooner or later.
            return
        for job_id in waiting_jobs(self._services):
            self._queue.put(job_id)


class _Closing:
    """Lets go of the connection of its thread at its end, which huey leaves to chance."""

    huey: Huey

    def shutdown(self) -> None:
        with suppress(Exception):
            self.huey.storage.close()


class _Worker(_Closing, Worker):  # type: ignore[misc]  # huey ships no types
    pass


class _Scheduler(_Closing, Scheduler):  # type: ignore[misc]
    pass


class _Consumer(Consumer):  # type: ignore[misc]  # huey ships no types
    """huey's, as threads of a process that is somebody else's: it takes no signals."""

    worker_class = _Worker
    scheduler_class = _Scheduler

    def _set_signal_handlers(self) -> None:
        """The process has handlers of its own."""

    def end(self, seconds: float) -> None:
        """Stop, and wait for the job at hand, but not for ever."""
        self.shutdown_timeout = seconds
        self.stop(graceful=True)

    def _interrupt_workers(self) -> None:
        """A thread cannot be; its job is taken up by another when its lease ends."""


def _hush() -> None:
    # It tells of every message, and of a queue that is away again and again, with tracebacks; what
    # matters about jobs is logged here, by their ids.
    logging.getLogger("huey").setLevel(logging.CRITICAL)
