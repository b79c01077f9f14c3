"""Gunicorn for one machine: one process, threads, and log lines like everybody else's."""

import os
import socket
import sys
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import structlog
from gunicorn.app.base import BaseApplication
from gunicorn.glogging import Logger

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
            "worker_class": "gthread",
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


class ServerLog(Logger):  # type: ignore[misc]  # Gunicorn ships no types
    """Gunicorn's log lines, sent where all the others go."""

    def setup(self, cfg: Any) -> None:
        """Leave formats and files to `mien.logs`."""
        self.cfg = cfg
        self.loglevel = self.LOG_LEVELS[cfg.loglevel]
        self.error_log.setLevel(self.loglevel)
        self.error_log.propagate = True

    @property
    def access_log_enabled(self) -> bool:
        """Each request is a line."""
        return True

    def exception(self, msg: str, *args: Any, **kwargs: Any) -> None:
        """Write what went wrong; a client that has fallen silent is no error of ours."""
        if isinstance(sys.exc_info()[1], BlockingIOError):
            self.info("A client has stalled and is given up")
        else:
            super().exception(msg, *args, **kwargs)

    def access(self, resp: Any, req: Any, environ: dict[str, Any], request_time: timedelta) -> None:
        """Write the line of one request."""
        del req
        headers = {name.lower(): value for name, value in resp.headers}
        write_access_line(
            method=environ.get("REQUEST_METHOD", ""),
            path=environ.get("PATH_INFO", ""),
            status=str(resp.status)[:3],
            seconds=request_time.total_seconds(),
            sent_bytes=resp.sent,
            client=environ.get("REMOTE_ADDR", ""),
            request_id=headers.get("x-request-id"),
        )


def write_access_line(*, path: str, status: str, seconds: float, **facts: Any) -> None:
    """Write a request as one log line; without its query, and without the secret of a link."""
    if path.startswith("/setup/"):
        path = "/setup/…"
    structlog.get_logger("mien.access").info(
        "Request answered",
        path=path,
        status=int(status) if status.isdigit() else status,
        duration_ms=round(seconds * 1000, 1),
        **{name: value for name, value in facts.items() if value is not None},
    )
