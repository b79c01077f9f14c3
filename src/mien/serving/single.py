"""Gunicorn for one machine: one process, threads, and log lines like everybody else's."""

import socket
from collections.abc import Callable
from typing import Any

from gunicorn.app.base import BaseApplication

from mien.serving.draining_worker import DrainingWorker
from mien.serving.gunicorn_options import usual_options
from mien.settings import Settings

_GRACE_SECONDS = 30


class Server(BaseApplication):  # type: ignore[misc]  # Gunicorn ships no types
    """Serves one application on a socket that listens already.

    Args:
        listener: taken over.
        settings: for the number of threads and the level of log lines.
        load: makes the application, in the process that serves.
        when_ready: called once when the server is up.
        when_leaving: called in the process that served, at its end.
    """

    def __init__(
        self,
        listener: socket.socket,
        settings: Settings,
        *,
        load: Callable[[], Any],
        when_ready: Callable[[], None],
        when_leaving: Callable[[], None],
    ) -> None:
        self._load = load
        DrainingWorker.heed(settings)
        self._options = {
            **usual_options(),
            "bind": f"fd://{listener.detach()}",
            "workers": 1,
            "threads": settings.threads,
            "graceful_timeout": _GRACE_SECONDS,
            # Gunicorn's own news at "info" is about processes; people wait for the address.
            "loglevel": "debug" if settings.log_level == "debug" else "warning",
            "when_ready": lambda _arbiter: when_ready(),
            "worker_exit": lambda _arbiter, _worker: when_leaving(),
        }
        super().__init__()

    def load_config(self) -> None:
        """Take the options above and nothing from files, arguments or variables."""
        for name, value in self._options.items():
            self.cfg.set(name, value)

    def load(self) -> Any:
        """Make the application; called in the process that serves."""
        return self._load()
