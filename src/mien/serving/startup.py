"""What happens before a server of this machine serves: folder, database, models, set-up link."""

from contextlib import AbstractContextManager
from contextlib import closing
from dataclasses import dataclass
from typing import TYPE_CHECKING

import structlog

from mien.access.actor import SYSTEM
from mien.errors import InvalidInput
from mien.errors import StorageError
from mien.settings import Settings
from mien.words import say

if TYPE_CHECKING:
    from mien.gallery.pack_in_use import PackInUse
    from mien.packs.manifest import Manifest
    from mien.progress import OnProgress
    from mien.runtime import Runtime

_log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Prepared:
    """What was found or made ready for a server.

    Attributes:
        pack: the model pack in use, and how it came to be.
        token: of the one-time link that creates the administrator; None when there is one, or
            when no link was asked for.
    """

    pack: "PackInUse"
    token: str | None


def prepare(
    settings: Settings, *, progress: "AbstractContextManager[OnProgress]", with_link: bool = True
) -> Prepared:
    """Make everything ready, and close again whatever was opened for it.

    Args:
        settings: of the server.
        progress: shows how far the fetching of model files is.
        with_link: make a new set-up link while there is no administrator; an older one stops
            working.

    Raises:
        InvalidInput: the home folder cannot be written to.
        DatabaseUnreachable: the database does not answer.
        FilesOfAnotherDatabase, FilesUnavailable: the stored files are not those of the database.
        ModelError: model files are missing and cannot be had.
    """
    from mien.access.first_administrator import issue_link
    from mien.runtime import given_engine
    from mien.runtime import open_runtime

    make_home(settings)
    with closing(open_runtime(settings, engine=given_engine())) as runtime:
        pack = bring_up_to_date(runtime, progress=progress)
        return Prepared(pack, issue_link(runtime.call(SYSTEM)) if with_link else None)


def make_home(settings: Settings) -> None:
    """Make the folder of the database and the photos, for this account alone.

    Temporary files go there too, where no folder of the system takes any.

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
            "home_not_writable",
            words={"home": settings.home.absolute(), "why": error.strerror},
            field="MIEN_HOME",
        ) from error
    have_temporary_folder(settings)


def have_temporary_folder(settings: Settings) -> None:
    """Have a folder for temporary files, and say so where it is not one of the system's.

    Without any, what needs one is refused with a reason, and readiness says so.
    """
    from mien.storage.temporary_files import provide_temporary_folder

    try:
        folder = provide_temporary_folder(settings.home)
    except StorageError as error:
        _log.warning("Large photos cannot be received yet", code=error.code, why=say.error(error))
        return
    if folder is not None:
        _log.warning(
            "Temporary files go into the home folder: no system folder is writable. Mount one at "
            "/tmp, or set TMPDIR",
            folder=str(folder),
        )


def bring_up_to_date(
    runtime: "Runtime", *, progress: "AbstractContextManager[OnProgress]"
) -> "PackInUse":
    """Upgrade the database and have the models on this machine; says which pack is in use.

    Raises:
        DatabaseUnreachable: the database does not answer.
        FilesOfAnotherDatabase, FilesUnavailable: the stored files are not those of the database.
        ModelError: model files are missing and cannot be had.
    """
    from mien.gallery.pack_in_use import ensure_pack
    from mien.storage.binding import bring_up
    from mien.storage.migrate import head_revision

    before = bring_up(runtime.database, runtime.services.files)
    if before != head_revision():
        _log.info("Database upgraded", before=before, after=head_revision())
    with progress as shown:
        pack = ensure_pack(runtime.call(SYSTEM), progress=shown)
    have_runtimes_measured(runtime, pack.manifest)
    return pack


def have_runtimes_measured(runtime: "Runtime", manifest: "Manifest") -> None:
    """Have measured which library runs the networks quicker, if that is left to Mien."""
    from mien.gallery.runtimes_in_use import have_measured
    from mien.runtime import given_engine
    from mien.vision.sessions import usual_threads

    settings = runtime.settings
    if given_engine() is None and settings.inference_runtime == "auto":
        threads = settings.inference_threads or usual_threads()
        have_measured(runtime.call(SYSTEM), manifest=manifest, threads=threads)
