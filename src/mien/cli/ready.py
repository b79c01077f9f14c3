"""Makes ready what a command needs: the folder, the database, the models."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from mien.cli.opening import given_engine
from mien.cli.opening import load_settings
from mien.cli.opening import opened
from mien.cli.output import print_note
from mien.cli.starting import bring_up_to_date
from mien.cli.starting import make_home

if TYPE_CHECKING:
    from mien.runtime import Runtime


@contextmanager
def ready_runtime(*, models: bool = False) -> "Iterator[Runtime]":
    """A runtime whose database is there, also when nothing was ever started before.

    Args:
        models: whether the command looks at photos, so that a model pack has to be chosen and
            its files fetched.

    Raises:
        InvalidInput: the home folder cannot be written to.
        DatabaseUnreachable: the database does not answer.
        DatabaseOutdated: it is of another version; only `mien run` and `mien db upgrade` change it.
        ModelError: model files are missing and cannot be had.
    """
    settings = load_settings()
    make_home(settings)
    with opened(settings) as runtime:
        from mien.storage import migrate

        if migrate.current_revision(runtime.database) is None:
            migrate.upgrade(runtime.database)
            print_note(f"A new database was made in {settings.home.absolute()}.")
        migrate.require_current(runtime.database)
        if given_engine() is not None:
            from mien.gallery.galleries import bind_galleries

            summary = runtime.engine.summary
            bind_galleries(runtime.services, pack=summary.pack, contract_id=summary.contract_id)
        elif models:
            bring_up_to_date(runtime)
        yield runtime
