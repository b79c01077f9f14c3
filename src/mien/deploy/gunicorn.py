"""What the template of Gunicorn shows."""

from dataclasses import dataclass

from mien.deploy.environment import shown_settings
from mien.deploy.suggested_plan import suggest
from mien.deploy.validation import plain_path
from mien.deploy.validation import plain_place
from mien.errors import InvalidInput
from mien.settings import Settings


@dataclass(frozen=True, slots=True)
class GunicornServer:
    """All that stands in the configuration of Gunicorn.

    Attributes:
        command: that makes this file again.
        bind: where to listen, in Gunicorn's notation.
        module: of the application.
        workers, threads: each worker loads the models.
        reason: why so many.
        drain_seconds: how long a worker that is to go may take to answer what it was asked.
        stall_seconds: how long a client may send nothing.
        head_seconds: how long the head of a request may take.
        body_seconds: how long a small body may take.
        queue_requests: how many may wait for a thread.
        recycle_requests: after which a worker is replaced; 0 never is.
        environment: settings.
    """

    command: str
    bind: tuple[str, ...]
    module: str
    workers: int
    threads: int
    reason: str
    drain_seconds: int
    stall_seconds: int
    head_seconds: int
    body_seconds: int
    queue_requests: int
    recycle_requests: int
    environment: tuple[tuple[str, str], ...]


def gunicorn_server(
    settings: Settings,
    *,
    command: str,
    listen: tuple[str, ...] = (),
    module: str = "mien.wsgi:app",
    processes: int = 0,
    threads: int = 0,
) -> GunicornServer:
    """Check what was asked for and put it together with the settings.

    Raises:
        InvalidInput: a value cannot stand in a configuration.
    """
    chosen = suggest(settings, processes=processes, threads=threads)
    given = listen or tuple(part.strip() for part in settings.bind.split(",") if part.strip())
    return GunicornServer(
        command=command,
        bind=tuple(map(_bind, given)) or (_bind(f"{settings.host}:{settings.port}"),),
        module=checked_module(module),
        workers=chosen.workers,
        threads=chosen.threads,
        reason=chosen.reason,
        drain_seconds=settings.drain_seconds,
        stall_seconds=settings.stall_seconds,
        head_seconds=settings.head_seconds,
        body_seconds=settings.body_seconds,
        queue_requests=settings.queue_requests,
        recycle_requests=settings.recycle_requests,
        environment=shown_settings(
            settings,
            inference_threads=chosen.inference_threads,
            inference_concurrency=chosen.inference_concurrency,
        ),
    )


def checked_module(module: str) -> str:
    """`package.module:name`.

    Raises:
        InvalidInput: it is not that.
    """
    where, _, name = module.partition(":")
    if not name.isidentifier() or not all(part.isidentifier() for part in where.split(".")):
        raise InvalidInput("application", words={"module": module}, field="application")
    return module


def _bind(place: str) -> str:
    if place.startswith("unix:"):
        return f"unix:{plain_path(place.removeprefix('unix:'), field='listen')}"
    checked = plain_place(place, field="listen")
    return checked if ":" in checked else f"127.0.0.1:{checked}"
