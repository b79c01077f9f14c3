"""`mien run`: everything a single machine needs, in one process."""

import click

from mien.cli.options import verbose_option
from mien.cli.runtime import load_settings
from mien.serving.listener import address_of
from mien.serving.listener import listen


@click.command()
@click.option("--host", metavar="ADDRESS", help="Address to listen on. Default: MIEN_HOST.")
@click.option(
    "--port",
    type=int,
    metavar="PORT",
    help="Port to listen on; 0 picks a free one. Default: MIEN_PORT.",
)
@verbose_option
def run(*, host: str | None, port: int | None, verbose: bool) -> None:
    """Serve Mien on this machine.

    Upgrades the database, fetches missing model files, and serves the pages and the API. If there
    is no administrator yet, prints a link to create one.
    """
    settings = load_settings(serving=True, verbose=verbose, host=host, port=port)
    listener = listen(settings.host, settings.port)
    address = address_of(listener)

    from mien.cli.terminal.announce import tell_exposed
    from mien.cli.terminal.announce import tell_pack
    from mien.cli.terminal.announce import tell_where
    from mien.cli.terminal.progress import shown_progress
    from mien.serving.pack_watch import end_worker
    from mien.serving.preload import read_everything
    from mien.serving.process import Process
    from mien.serving.single import Server
    from mien.serving.startup import prepare

    ready = prepare(settings, progress=shown_progress())
    tell_exposed(settings.home)
    tell_pack(ready.pack, wanted=settings.pack)
    # Before the fork: a process that takes another's place later is of the same version.
    read_everything()
    process = Process(settings, when_outdated=end_worker, does_jobs=True)
    Server(
        listener,
        settings,
        load=process.open,
        when_ready=lambda: tell_where(address, ready.token),
        when_leaving=process.close,
    ).run()
