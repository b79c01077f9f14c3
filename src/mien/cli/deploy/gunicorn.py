"""`mien deploy render gunicorn`: the recommended server."""

from pathlib import Path

import click

from mien.cli.deploy.output import deliver
from mien.cli.deploy.output import out_option
from mien.cli.deploy.output import spoken
from mien.cli.runtime import load_settings

_COUNT = click.IntRange(1, 256)


@click.command()
@click.option(
    "--listen",
    multiple=True,
    metavar="PLACE",
    help="HOST:PORT, PORT or unix:/PATH. Default: MIEN_BIND, or MIEN_HOST and MIEN_PORT.",
)
@click.option(
    "--processes",
    type=_COUNT,
    metavar="N",
    help="Number of processes. Default: MIEN_WORKERS, or chosen to fit.",
)
@click.option(
    "--threads",
    type=_COUNT,
    metavar="N",
    help="Threads of each process. Default: MIEN_WORKER_THREADS, or chosen to fit.",
)
@click.option(
    "--application",
    default="mien.wsgi:app",
    show_default=True,
    metavar="MODULE:NAME",
    help="The WSGI application.",
)
@out_option
@click.pass_context
def gunicorn(
    context: click.Context,
    *,
    listen: tuple[str, ...],
    processes: int | None,
    threads: int | None,
    application: str,
    out: Path | None,
) -> None:
    """Gunicorn as `mien serve` runs it, with its options in a file."""
    from mien.deploy.gunicorn import gunicorn_server
    from mien.deploy.render import RenderedFile
    from mien.deploy.render import render

    server = gunicorn_server(
        load_settings(),
        command=spoken(context),
        listen=listen,
        module=application,
        processes=processes or 0,
        threads=threads or 0,
    )
    deliver((RenderedFile("gunicorn.conf.py", render("gunicorn.conf.py", server)),), out)
