"""Finish an erasure that takes faces out: indexes first, then files and logs."""

import structlog

from mien.errors import StorageError
from mien.gallery.services import Services
from mien.storage.erasures import Finished
from mien.storage.erasures import Noted
from mien.storage.erasures import finish

_log = structlog.get_logger(__name__)


def finish_erasure(services: Services, noted: Noted) -> Finished:
    """Take out of indexes, files and logs what was let go of in the rows.

    To be called after every commit that takes faces out of a gallery. What cannot be done now stays
    noted and is done later.

    Args:
        services: the collaborators.
        noted: the note of it.
    """
    unindexed = all(_is_unindexed(services, gallery_id) for gallery_id in noted.galleries)
    return finish(services.database, services.files, services.erasures, noted, unindexed=unindexed)


def _is_unindexed(services: Services, gallery_id: str) -> bool:
    try:
        with services.database.read_beside() as session:
            services.indexes.erase_removed(session, gallery_id)
    except StorageError as error:
        _log.warning("Removed faces are not erased from an index yet", code=error.code)
        return False
    return True
