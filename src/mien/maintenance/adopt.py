"""Bind a database and stored files that belong together and do not say so."""

from dataclasses import dataclass

from mien.access import audit
from mien.access import permissions
from mien.errors import FilesOfAnotherDatabase
from mien.gallery.services import Call
from mien.storage.binding import examine
from mien.storage.binding import require_not_moving
from mien.storage.file_references import referenced
from mien.storage.migrate import require_current


@dataclass(frozen=True, slots=True)
class Adopted:
    """What belongs together now.

    Attributes:
        files: stored files that the database refers to.
        missing: files that it refers to and that are not there.
        strays: files that are there and that it does not refer to; they are set aside while Mien
            runs.
    """

    files: int
    missing: int
    strays: int


def adopt(call: Call) -> Adopted:
    """Let the stored files say that they belong to the database.

    Raises:
        FilesOfAnotherDatabase: there are files, and the database refers to none of them.
        FilesUnavailable: the files cannot be read or written to.
        DatabaseMissing, DatabaseOutdated, DatabaseUnreachable: the database cannot be used.
    """
    permissions.require(call.actor, "maintenance.bind")
    database, files = call.services.database, call.services.files
    require_current(database)
    found = examine(database, files)
    require_not_moving(found, files)
    with database.read() as session:
        names = referenced(session)
    there = len(files.present(names))
    if found.fit != "bound":
        if not there and files.holds_any():
            raise FilesOfAnotherDatabase(
                "nothing_in_common",
                words={"database": database.place, "folder": files.place},
            )
        with database.write() as session:
            audit.record(session, call, "files_bound", files=there, missing=len(names) - there)
            # Before the commit, so that nothing is recorded which could not be done.
            files.write_marker(found.installation)
    return Adopted(files=there, missing=len(names) - there, strays=max(0, files.count() - there))
