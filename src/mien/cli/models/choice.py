"""Having a pack chosen where none is in use."""

from contextlib import suppress
from typing import TYPE_CHECKING

from mien.access.actor import OPERATOR
from mien.cli.runtime import has_database
from mien.errors import StorageError
from mien.packs.choose import PassedOver
from mien.packs.manifest import Manifest
from mien.progress import OnProgress
from mien.settings import Settings

if TYPE_CHECKING:
    from mien.runtime import Runtime


def choose_pack(
    runtime: "Runtime", settings: Settings, progress: OnProgress
) -> tuple[Manifest, tuple[PassedOver, ...]]:
    """Store the choice if there is a database; otherwise only fetch the files."""
    from mien.gallery.pack_in_use import ensure_pack
    from mien.storage import migrate

    if has_database(settings):
        with suppress(StorageError):
            migrate.require_current(runtime.database)
            used = ensure_pack(runtime.call(OPERATOR), progress=progress)
            return used.manifest, used.passed_over
    choice = runtime.services.packs.choose_first(progress=progress)
    return choice.installed.manifest, choice.passed_over
