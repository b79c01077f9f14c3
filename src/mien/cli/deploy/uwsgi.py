"""`mien deploy render uwsgi` and `uwsgi-router`: uWSGI behind a web server, or alone."""

from pathlib import Path
from typing import TYPE_CHECKING
from typing import Any

import click

from mien.cli.deploy.output import deliver
from mien.cli.deploy.output import out_option
from mien.cli.deploy.output import spoken
from mien.cli.runtime import load_settings

if TYPE_CHECKING:
    from mien.deploy.uwsgi import Mode

_COUNT = click.IntRange(1, 256)
_OPTIONS = (
    click.option(
        "--processes",
        type=_COUNT,
        metavar="N",
        help="Number of processes. Default: MIEN_WORKERS, or chosen to fit.",
    ),
    click.option(
        "--threads",
        type=_COUNT,
        metavar="N",
        help="Threads of each process. Default: MIEN_WORKER_THREADS, or chosen to fit.",
    ),
    click.option(
        "--run",
        default="/run/mien",
        show_default=True,
        metavar="FOLDER",
        help="Folder for sockets and for the file to touch for a reload.",
    ),
    click.option(
        "--harakiri",
        type=click.IntRange(10, 86_400),
        default=300,
        show_default=True,
        metavar="SECONDS",
        help="A request that takes longer has its process killed.",
    ),
    click.option(
        "--application",
        default="mien.wsgi:app",
        show_default=True,
        metavar="MODULE:NAME",
        help="The WSGI application.",
    ),
    out_option,
    click.pass_context,
)


def _options(function: Any) -> Any:
    for option in reversed(_OPTIONS):
        function = option(function)
    return function


@click.command()
@click.option(
    "--listen", default="", metavar="PLACE", help="HOST:PORT or /PATH. Default: RUN/uwsgi.sock."
)
@_options
def uwsgi(context: click.Context, **given: Any) -> None:
    """UWSGI behind a web server, over the uwsgi protocol.

    The other end is `mien deploy render nginx --upstream uwsgi://…`.
    """
    _render(context, "uwsgi", **given)


@click.command("uwsgi-router")
@click.option("--listen", default="", metavar="PLACE", help="PORT or HOST:PORT. Default: 8000.")
@click.option(
    "--static",
    default="/srv/mien",
    metavar="FOLDER",
    help="Folder written by `mien deploy static`.",
)
@_options
def uwsgi_router(context: click.Context, **given: Any) -> None:
    """UWSGI alone, with its own web router and separate threads for static files."""
    _render(context, "uwsgi-router", **given)


def _render(
    context: click.Context,
    mode: "Mode",
    *,
    processes: int | None,
    threads: int | None,
    harakiri: int,
    application: str,
    out: Path | None,
    **given: Any,
) -> None:
    from mien.deploy.render import RenderedFile
    from mien.deploy.render import render
    from mien.deploy.uwsgi import uwsgi_server

    server = uwsgi_server(
        load_settings(),
        command=spoken(context),
        mode=mode,
        processes=processes or 0,
        threads=threads or 0,
        harakiri_seconds=harakiri,
        module=application,
        **given,
    )
    deliver((RenderedFile(f"{mode}.ini", render("uwsgi.ini", server)),), out)
