"""Go on without stored files whose database is lost."""

from dataclasses import dataclass

from mien.access import audit
from mien.access import permissions
from mien.errors import Conflict
from mien.gallery.services import Call
from mien.storage.binding import examine
from mien.storage.binding import require_not_moving
from mien.storage.migrate import require_current


@dataclass(frozen=True, slots=True)
class BegunAnew:
    """What was set aside.

    Attributes:
        folder: where it is; None when there was nothing.
        files: how many stored files it holds.
    """

    folder: str | None
    files: int


def begin_anew(call: Call) -> BegunAnew:
    """Leave all stored files behind, and let their store say that it belongs to the database.

    They go into a part of the store in which nothing is ever removed. What is broken off by a crash
    is finished by doing it again.

    Raises:
        Conflict: the database refers to files that are there, so nothing is lost.
        FilesUnavailable: the files cannot be read or written to.
        DatabaseMissing, DatabaseOutdated, DatabaseUnreachable: the database cannot be used.
    """
    permissions.require(call.actor, "maintenance.bind")
    database, files = call.services.database, call.services.files
    require_current(database)
    found = examine(database, files)
    require_not_moving(found, files)
    if found.fit == "bound":
        raise Conflict("already_bound", words={"database": database.place, "folder": files.place})
    if found.found:
        raise Conflict(
            "files_in_use",
            words={
                "database": database.place,
                "found": found.found,
                "folder": files.place,
            },
        )
    with database.write() as session:
        count = files.count()
        audit.record(session, call, "files_set_aside", files=count)
        folder = files.leave_behind()
        files.write_marker(found.installation)
    return BegunAnew(folder, count)
