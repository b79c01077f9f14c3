"""`mien run`: everything that a single machine needs, in one process."""

from typing import TYPE_CHECKING
from typing import Any

import click

from mien.cli.listening import address_of
from mien.cli.listening import listen
from mien.cli.opening import load_settings
from mien.cli.tidying import Tidying

if TYPE_CHECKING:
    from mien.runtime import Runtime
    from mien.settings import Settings


@click.command()
@click.option("--host", metavar="ADDRESS", help="Address to listen on; else MIEN_HOST.")
@click.option("--port", type=int, metavar="PORT", help="Port, 0 for a free one; else MIEN_PORT.")
def run(*, host: str | None, port: int | None) -> None:
    """Serve Mien on this machine.

    Brings the database up to date, fetches model files that are missing, and serves pages and
    API. While there is no administrator, prints a link that creates one, once.
    """
    settings = load_settings(serving=True, host=host, port=port)
    listener = listen(settings.host, settings.port)
    address = address_of(listener)

    from mien.cli.server import Server
    from mien.cli.starting import prepare
    from mien.cli.starting import tell_where

    token = prepare(settings)
    served = Served(settings)
    Server(
        listener,
        settings,
        load=served.load,
        when_ready=lambda: tell_where(address, token),
        when_leaving=served.close,
    ).run()


class Served:
    """The application of the process that serves, and what has to be closed at its end."""

    def __init__(self, settings: "Settings") -> None:
        self._settings = settings
        self._runtime: Runtime | None = None
        self._tidying: Tidying | None = None

    def load(self) -> Any:
        """Open the runtime and make the application; the models load meanwhile."""
        from mien.app import create_app
        from mien.cli.opening import given_engine
        from mien.runtime import open_runtime

        self._runtime = open_runtime(self._settings, engine=given_engine())
        self._runtime.warming.begin()
        self._tidying = Tidying(self._runtime.services)
        self._tidying.start()
        return create_app(self._runtime)

    def wait_until_warm(self, seconds: float) -> None:
        """Wait so long at most for the models to be loaded."""
        if self._runtime is not None:
            self._runtime.warming.wait(seconds)

    def close(self) -> None:
        """Close the runtime, if one was opened in this process."""
        if self._tidying is not None:
            self._tidying.stop()
        if self._runtime is not None:
            self._runtime.close()
