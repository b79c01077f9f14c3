"""Go on without stored files whose database is lost."""

import datetime as dt
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from mien.access import audit
from mien.access import permissions
from mien.errors import Conflict
from mien.errors import FilesUnavailable
from mien.gallery.services import Call
from mien.storage.binding import examine
from mien.storage.files import SET_ASIDE
from mien.storage.files import FileStore
from mien.storage.marker import NAME
from mien.storage.marker import write_marker
from mien.storage.migrate import require_current
from mien.storage.written_files import WRITING

FORMER: Final = "former"
"""What the folder of files that were left behind begins with; nothing in it is ever removed."""


@dataclass(frozen=True, slots=True)
class BegunAnew:
    """What was set aside.

    Attributes:
        folder: where it is; None when there was nothing.
        files: how many stored files it holds.
    """

    folder: Path | None
    files: int


def begin_anew(call: Call) -> BegunAnew:
    """Set aside all stored files, and let their folder say that it belongs to the database.

    They go into a folder inside the store: `files` may be a disk of its own, and moving them off it
    would mean copying. What is broken off by a crash is finished by doing it again.

    Raises:
        Conflict: the database refers to files that are there, so nothing is lost.
        FilesUnavailable: the folder cannot be read or written to.
        DatabaseMissing, DatabaseOutdated, DatabaseUnreachable: the database cannot be used.
    """
    permissions.require(call.actor, "maintenance.bind")
    database, files = call.services.database, call.services.files
    require_current(database)
    found = examine(database, files)
    if found.fit == "bound":
        raise Conflict("already_bound", words={"database": database.place, "folder": files.root})
    if found.found:
        raise Conflict(
            "files_in_use",
            words={
                "database": database.place,
                "found": found.found,
                "folder": files.root,
            },
        )
    files.make_root()
    with database.write() as session:
        count = files.count()
        audit.record(session, call, "files_set_aside", files=count)
        folder = _set_aside(files)
        write_marker(files.root, found.installation)
    return BegunAnew(folder, count)


def _set_aside(files: FileStore) -> Path | None:
    # The marker last: as long as it is there, nobody takes the folder for an empty one.
    names = (*sorted(path.name for path in files.root.glob("??")), SET_ASIDE, WRITING, NAME)
    belongings = [files.root / name for name in names if (files.root / name).exists()]
    if not belongings:
        return None
    folder = files.root / f"{FORMER}-{dt.datetime.now(dt.UTC):%Y%m%dT%H%M%S}"
    try:
        folder.mkdir(mode=0o700)
        for path in belongings:
            path.rename(folder / path.name)
    except OSError as error:
        raise FilesUnavailable(
            "not_writable", words={"folder": files.root, "why": error.strerror}
        ) from error
    return folder
