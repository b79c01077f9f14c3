"""Log lines of a server: Gunicorn's own, and one for each request, as all others are written."""

import logging
import re
import sys
from datetime import timedelta
from typing import Any
from typing import Final

import structlog
from gunicorn.glogging import Logger

_STATIC: Final = "/static/"
# Pictures of live cameras, which come many a second.
_FRAMES: Final = re.compile(r"^(/live/frame|/api/v1/galleries/[^/]+/live)$")
# Sent, or as the client has it already.
_WELL: Final = ("2", "3")
# Whoever reads the secret behind one of these may use it.
_LINKS: Final = ("/setup/", "/reset/")


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
    """Write a request as one log line; without its query, and without the secret of a link.

    Static files that were sent, and pictures of live cameras that were answered, are the concern of
    whoever debugs alone.
    """
    for link in _LINKS:
        if path.startswith(link):
            path = f"{link}…"
    is_many = path.startswith(_STATIC) or _FRAMES.match(path) is not None
    structlog.get_logger("mien.access").log(
        logging.DEBUG if is_many and status.startswith(_WELL) else logging.INFO,
        "Request answered",
        path=path,
        status=int(status) if status.isdigit() else status,
        duration_ms=round(seconds * 1000, 1),
        **{name: value for name, value in facts.items() if value is not None},
    )
