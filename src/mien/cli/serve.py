"""`mien serve`: several processes, for machines that serve others."""

from typing import TYPE_CHECKING
from typing import Any

import click

from mien.cli.opening import given_engine
from mien.cli.opening import load_settings
from mien.cli.opening import opened
from mien.cli.output import print_note

if TYPE_CHECKING:
    from mien.runtime import Runtime
    from mien.settings import Settings
    from mien.sizing import Need
    from mien.sizing import Plan

_BYTES_A_NUMBER = 4
_BYTES_A_PIXEL = 3
# Less than what makes Gunicorn take a process for a hanging one.
_WARMING_SECONDS = 30


@click.command()
@click.option(
    "--bind",
    "-b",
    multiple=True,
    metavar="ADDRESS",
    help="HOST:PORT or unix:/PATH; may be given several times. Else MIEN_BIND.",
)
@click.option("--workers", "-w", type=click.IntRange(1, 256), help="Processes; else MIEN_WORKERS.")
@click.option(
    "--threads",
    type=click.IntRange(1, 256),
    help="Requests that each process answers at the same time; else MIEN_WORKER_THREADS.",
)
def serve(*, bind: tuple[str, ...], workers: int | None, threads: int | None) -> None:
    """Serve Mien to others, with several processes.

    Chooses processes and threads from cores, memory and model, and says why. Changes nothing by
    itself: the database is upgraded with `mien db upgrade`, models are fetched with
    `mien models pull`.

    SIGTERM answers what is being asked and ends; SIGHUP takes new processes one for one. Options
    of Gunicorn may be given in GUNICORN_CMD_ARGS.
    """
    settings = load_settings(serving=True)

    from mien.cli.shared_counts import SharedCounts
    from mien.cli.workers import Workers
    from mien.sizing import this_machine

    token, need = look_around(settings)
    serving = Serving(settings, token)
    counts = SharedCounts()
    server = Workers(
        settings,
        {"bind": list(bind) or None, "workers": workers, "threads": threads},
        machine=this_machine(),
        need=need,
        load=serving.load,
        hooks={"when_ready": serving.tell, "worker_exit": serving.close, **counts.hooks()},
    )
    tell_plan(server.plan)
    with counts:
        server.run()


class Serving:
    """What happens at the turns of a server's life, in the master or in a worker.

    Args:
        settings: of the server.
        token: of the set-up link; None when there is an administrator.
    """

    def __init__(self, settings: "Settings", token: str | None) -> None:
        self._settings = settings
        self._token = token
        self._served: Any = None

    def tell(self, arbiter: Any) -> None:
        """Say where it serves; in the master, once it listens."""
        from mien.cli.starting import tell_link

        where = [_shown(listener) for listener in arbiter.LISTENERS]
        print_note(f"Mien serves at {', '.join(where)}")
        tell_link(where[0] if where[0].startswith("http") else "", self._token)

    def load(self, plan: "Plan") -> Any:
        """Make the application, in a worker."""
        from mien.cli.run import Served

        served = self._served = Served(with_plan(self._settings, plan))
        application = served.load()
        # A process that takes another's place is asked once it can answer at once.
        served.wait_until_warm(_WARMING_SECONDS)
        return application

    def close(self, _arbiter: Any, _worker: Any) -> None:
        """Let go of models and connections, in a worker that ends."""
        if self._served is not None:
            self._served.close()


def look_around(settings: "Settings") -> "tuple[str | None, Need]":
    """Make sure that all is there, and close again whatever was opened for it.

    Returns:
        The token of a new set-up link, None when there is an administrator; and what one worker
        will need.

    Raises:
        InvalidInput: the home folder cannot be written to.
        DatabaseUnreachable: the database does not answer.
        DatabaseOutdated: its schema is not this version's.
        ModelError: no model pack was chosen, or a file of it is missing.
    """
    from mien.cli.starting import make_home

    make_home(settings)
    with opened(settings) as runtime:
        from mien.gallery.setup import issue_link
        from mien.storage.migrate import require_current

        require_current(runtime.database)
        need = _need(runtime)
        return issue_link(runtime.services), need


def with_plan(settings: "Settings", plan: "Plan") -> "Settings":
    """The settings with the part of the cores that one worker may use."""
    return settings.model_copy(
        update={
            "inference_threads": plan.inference_threads,
            "inference_concurrency": plan.inference_concurrency,
        }
    )


def tell_plan(plan: "Plan") -> None:
    """Say with how many processes and threads, and why."""
    inference = plan.inference_threads * plan.inference_concurrency
    print_note(
        f"{plan.workers} worker(s) with {plan.threads} threads each, "
        f"of which inference takes {inference} core(s): {plan.reason}."
    )


def _need(runtime: "Runtime") -> "Need":
    from mien.gallery.galleries import list_galleries
    from mien.gallery.pack_in_use import model_files
    from mien.sizing import Need

    settings = runtime.settings
    files = () if given_engine() else model_files(runtime.services)
    faces = sum(gallery.faces for gallery in list_galleries(runtime.services))
    return Need(
        model_bytes=sum(file.size_bytes for file in files),
        index_bytes=faces * runtime.engine.summary.dimension * _BYTES_A_NUMBER,
        photo_bytes=settings.max_pixels * _BYTES_A_PIXEL,
    )


def _shown(listener: Any) -> str:
    name = listener.getsockname()
    if isinstance(name, str):
        return f"unix:{name}"
    host, port = name[:2]
    return f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"
