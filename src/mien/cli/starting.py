"""What happens before a server of this machine serves: folder, database, models, set-up link."""

from typing import TYPE_CHECKING

import structlog

from mien.cli.opening import opened
from mien.cli.output import print_note
from mien.cli.progress import shown_progress
from mien.errors import InvalidInput
from mien.settings import Settings

if TYPE_CHECKING:
    from mien.runtime import Runtime

_log = structlog.get_logger(__name__)


def prepare(settings: Settings, *, with_link: bool = True) -> str | None:
    """Make everything ready, and close again whatever was opened for it.

    Args:
        settings: of the server.
        with_link: make a new set-up link while there is no administrator; an older one stops
            working.

    Returns:
        The token of the one-time link that creates the administrator; None when there is one.

    Raises:
        InvalidInput: the home folder cannot be written to.
        DatabaseUnreachable: the database does not answer.
        ModelError: model files are missing and cannot be had.
    """
    make_home(settings)
    with opened(settings) as runtime:
        bring_up_to_date(runtime)
        if not with_link:
            return None
        from mien.gallery.setup import issue_link

        return issue_link(runtime.services)


def make_home(settings: Settings) -> None:
    """Make the folder of the database and the photos, for this account alone.

    Raises:
        InvalidInput: it cannot be made or written to.
    """
    try:
        settings.home.mkdir(mode=0o700, parents=True, exist_ok=True)
        trial = settings.home / ".writable"
        trial.touch()
        trial.unlink()
    except OSError as error:
        raise InvalidInput(
            f"The folder {settings.home.absolute()} cannot be written to: {error.strerror}. "
            "MIEN_HOME names another.",
            field="MIEN_HOME",
        ) from error


def tell_where(address: str, token: str | None) -> None:
    """Tell a person where to go."""
    print_note(f"Mien serves at {address}/ (stop with Ctrl+C)")
    tell_link(address, token)


def tell_link(address: str, token: str | None) -> None:
    """Tell a person how to become the administrator, while there is none."""
    if token is not None:
        print_note(f"Create the administrator, once, at {address}/setup/{token}")


def bring_up_to_date(runtime: "Runtime") -> None:
    """Upgrade the database and have the models on this machine, telling what was chosen.

    Raises:
        DatabaseUnreachable: the database does not answer.
        ModelError: model files are missing and cannot be had.
    """
    from mien.gallery.pack_in_use import ensure_pack
    from mien.storage import migrate

    before = migrate.current_revision(runtime.database)
    migrate.upgrade(runtime.database)
    if before != migrate.head_revision():
        _log.info("Database upgraded", before=before, after=migrate.head_revision())
    with shown_progress() as progress:
        pack = ensure_pack(runtime.services, progress=progress)
    if pack.first_time:
        for passed in pack.passed_over:
            print_note(f"Passed over the model pack {passed.pack}: {passed.reason}")
        print_note(f"Took the model pack {pack.manifest.name}.")
    else:
        tell_pack_kept(pack.manifest.name, wanted=runtime.settings.pack)


def tell_pack_kept(name: str, *, wanted: str) -> None:
    """Tell whoever has set another pack than the one in use that it takes more than that."""
    if wanted not in {"auto", name}:
        print_note(
            f"MIEN_PACK is for new installations; this one uses the model pack {name}. "
            f"`mien models use {wanted}` changes it."
        )
