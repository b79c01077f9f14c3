"""What the template of uWSGI shows."""

from dataclasses import dataclass
from pathlib import Path
from typing import Literal
from typing import TypeAlias

from mien.deploy.environment import shown_settings
from mien.deploy.gunicorn import checked_module
from mien.deploy.suggested_plan import suggest
from mien.deploy.validation import plain_path
from mien.deploy.validation import plain_place
from mien.settings import Settings

Mode: TypeAlias = Literal["uwsgi", "uwsgi-router"]


@dataclass(frozen=True, slots=True)
class UwsgiServer:
    """All that stands in the configuration of uWSGI.

    Attributes:
        command: that makes this file again.
        mode: `uwsgi` behind a web server, `uwsgi-router` alone.
        listen: of the socket, or of the web router.
        module: of the application.
        processes, threads: each process loads the models.
        reason: why so many.
        run: folder of sockets and of the file that asks for a reload.
        static: folder that `mien deploy static` has written.
        max_request_bytes: largest body.
        harakiri_seconds: how long a request may take from its first byte on.
        drain_seconds: how long a process that is to go may take.
        environment: settings.
    """

    command: str
    mode: Mode
    listen: str
    module: str
    processes: int
    threads: int
    reason: str
    run: str
    static: str
    max_request_bytes: int
    harakiri_seconds: int
    drain_seconds: int
    environment: tuple[tuple[str, str], ...]


def uwsgi_server(
    settings: Settings,
    *,
    command: str,
    mode: Mode,
    listen: str = "",
    module: str = "mien.wsgi:app",
    processes: int = 0,
    threads: int = 0,
    run: str = "/run/mien",
    static: Path | str = "/srv/mien",
    harakiri_seconds: int = 300,
) -> UwsgiServer:
    """Check what was asked for and put it together with the settings.

    Raises:
        InvalidInput: a value cannot stand in a configuration.
    """
    chosen = suggest(settings, processes=processes, threads=threads)
    proxies = {"trusted_proxies": 0 if mode == "uwsgi-router" else 1}
    return UwsgiServer(
        command=command,
        mode=mode,
        listen=_listen(listen, mode=mode, run=run),
        module=checked_module(module),
        processes=chosen.workers,
        threads=chosen.threads,
        reason=chosen.reason,
        run=plain_path(run, field="run"),
        static=plain_path(str(static), field="static"),
        max_request_bytes=settings.max_request_bytes,
        harakiri_seconds=harakiri_seconds,
        drain_seconds=settings.drain_seconds,
        environment=shown_settings(
            settings,
            **proxies,
            inference_threads=chosen.inference_threads,
            inference_concurrency=chosen.inference_concurrency,
        ),
    )


def _listen(listen: str, *, mode: Mode, run: str) -> str:
    if not listen:
        return "0.0.0.0:8000" if mode == "uwsgi-router" else f"{run}/uwsgi.sock"
    if mode == "uwsgi" and listen.startswith("/"):
        return plain_path(listen, field="listen")
    place = plain_place(listen, field="listen")
    return place if ":" in place else f":{place}"
