"""Gunicorn for one machine: one process, threads, and log lines like everybody else's."""

import os
import socket
from collections.abc import Callable
from pathlib import Path
from typing import Any

from gunicorn.app.base import BaseApplication

from mien.serving.access_log import ServerLog
from mien.serving.dependent_worker import DependentWorker
from mien.settings import Settings

_TIMEOUT_SECONDS = 60
_GRACE_SECONDS = 30
_KEEPALIVE_SECONDS = 5
_MEMORY_FOLDER = "/dev/shm"  # noqa: S108 - Gunicorn makes an unlinked file of its own there


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
        self._options = {
            "bind": f"fd://{listener.detach()}",
            "workers": 1,
            "worker_class": DependentWorker,
            "threads": settings.threads,
            # Inference sessions made before a fork hang in the child.
            "preload_app": False,
            "timeout": _TIMEOUT_SECONDS,
            "graceful_timeout": _GRACE_SECONDS,
            "keepalive": _KEEPALIVE_SECONDS,
            "proc_name": "mien",
            # One more socket in the user's home, and nobody to speak to it.
            "control_socket_disable": True,
            "logger_class": ServerLog,
            # Gunicorn's own news at "info" is about processes; people wait for the address.
            "loglevel": "debug" if settings.log_level == "debug" else "warning",
            "when_ready": lambda _arbiter: when_ready(),
            "worker_exit": lambda _arbiter, _worker: when_leaving(),
        }
        if Path(_MEMORY_FOLDER).is_dir() and os.access(_MEMORY_FOLDER, os.W_OK):
            # The sign of life is a file; on a slow disk it would look like a hanging process.
            self._options["worker_tmp_dir"] = _MEMORY_FOLDER
        super().__init__()

    def load_config(self) -> None:
        """Take the options above and nothing from files, arguments or variables."""
        for name, value in self._options.items():
            self.cfg.set(name, value)

    def load(self) -> Any:
        """Make the application; called in the process that serves."""
        return self._load()
