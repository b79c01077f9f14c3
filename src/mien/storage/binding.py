"""Whether database and stored files belong together, and the one way in which they come to."""

from dataclasses import dataclass
from typing import Literal
from typing import TypeAlias

import structlog
from sqlalchemy import select
from sqlalchemy.orm import Session

from mien.errors import DatabaseMissing
from mien.errors import FilesOfAnotherDatabase
from mien.errors import FilesUnavailable
from mien.storage.database import Database
from mien.storage.file_references import referenced
from mien.storage.files import FileStore
from mien.storage.files import incoming_marker
from mien.storage.files import moved_marker
from mien.storage.migrate import current_revision
from mien.storage.migrate import require_current
from mien.storage.migrate import upgrade
from mien.storage.models import InstallationRow

_KEY = "id"
_log = structlog.get_logger(__name__)

Fit: TypeAlias = Literal[
    "bound", "new", "together", "away", "unclaimed", "foreign", "moved", "incoming"
]
"""How database and files stand to each other.

`bound`: the folder names this database. `new`: it names none and holds nothing, and no row refers
to a file. `together`: it names none, and most of the files that rows refer to are in it. `away`: it
names none, and most of them are not in it. `unclaimed`: it names none and holds files, of which no
row knows. `foreign`: it names another database. `moved`: its files are in
another store now. `incoming`: they are on their way to it.
"""


@dataclass(frozen=True, slots=True)
class Binding:
    """What was found.

    Attributes:
        fit: how they stand to each other.
        installation: the id that the database has.
        marker: the id that the folder of the files names; None when it names none.
        files: files that rows refer to; not counted (0) where they are bound.
        found: how many of these are in the folder; not counted (0) where they are bound.
    """

    fit: Fit
    installation: str
    marker: str | None
    files: int = 0
    found: int = 0


def find_installation_id(session: Session) -> str | None:
    """The id of an installation; None in a database of a version that had none yet."""
    return session.scalar(select(InstallationRow.value).where(InstallationRow.key == _KEY))


def installation_id(session: Session) -> str:
    """The id of an installation, made together with its database."""
    return session.scalars(select(InstallationRow.value).where(InstallationRow.key == _KEY)).one()


def examine(database: Database, files: FileStore) -> Binding:
    """Look how a database, whose schema is this version's, and the stored files stand to each other.

    Raises:
        DatabaseMissing, DatabaseUnreachable: there is no database, or it does not answer.
        FilesUnavailable: the marker cannot be read.
    """
    marker = files.read_marker()
    with database.read() as session:
        own = installation_id(session)
        if marker == own:
            return Binding("bound", own, marker)
        if marker == moved_marker(own):
            return Binding("moved", own, marker)
        if marker == incoming_marker(own):
            return Binding("incoming", own, marker)
        names = referenced(session)
    found = len(files.present(names))
    fit: Fit
    if marker is not None:
        fit = "foreign"
    elif names:
        # Names cannot be guessed, so one file would be proof enough; but a server whose disk was
        # not mounted may have written a few onto the disk below.
        fit = "together" if 2 * found >= len(names) else "away"
    else:
        fit = "unclaimed" if files.holds_any() else "new"
    if marker is None and fit in {"unclaimed", "away"} and files.read_marker() is not None:
        # Somebody else has bound the two meanwhile, and stored the first files.
        return examine(database, files)
    return Binding(fit, own, marker, len(names), found)


def require_fitting(database: Database, files: FileStore) -> None:
    """Make sure that the stored files are those of the database, or may become so.

    Raises:
        FilesOfAnotherDatabase, FilesUnavailable: they are not.
        DatabaseMissing, DatabaseUnreachable: there is no database, or it does not answer.
    """
    _require_fitting(examine(database, files), database, files)


def require_not_moving(found: Binding, files: FileStore) -> None:
    """Make sure that the files are neither on their way to nor gone from where they are looked for.

    Raises:
        FilesUnavailable: they are.
    """
    if found.fit == "moved":
        raise FilesUnavailable("moved", words={"folder": files.place})
    if found.fit == "incoming":
        raise FilesUnavailable("incoming", words={"folder": files.place})


def marked_otherwise(
    database: Database, files: FileStore, *, own: str, marker: str | None
) -> FilesOfAnotherDatabase:
    """That a store says to belong to another installation than the database's own."""
    return FilesOfAnotherDatabase(
        "marker",
        words={
            "database": database.place,
            "folder": files.place,
            "installation": own,
            "marker": marker or "nothing",
        },
    )


def is_bound(database: Database, files: FileStore) -> bool:
    """Whether the folder of the files names the database, so that what is not in it is gone."""
    try:
        marker = files.read_marker()
    except FilesUnavailable:
        return False
    with database.read() as session:
        return marker == installation_id(session)


def bind(database: Database, files: FileStore) -> None:
    """Make sure that they belong together, and let the folder say so where it does not yet.

    That is where an installation is new, and where it comes from a version before there was a
    marker: then the files that rows refer to are there.

    Raises:
        FilesOfAnotherDatabase, FilesUnavailable: they do not belong together, or the marker cannot
            be written.
        DatabaseMissing: there is no database yet.
        DatabaseOutdated: its schema is not this version's.
        DatabaseUnreachable: it does not answer.
    """
    try:
        require_current(database)
    except DatabaseMissing:
        require_nothing_stored(database, files)
        raise
    found = examine(database, files)
    _require_fitting(found, database, files)
    if found.fit != "bound":
        files.write_marker(found.installation)
        if found.files:
            _log.info(
                "Stored files bound to their database",
                files=found.found,
                missing=found.files - found.found,
            )
    files.installation = found.installation


def bring_up(database: Database, files: FileStore) -> str | None:
    """Make a database or bring it to this version's schema, and bind it and the stored files.

    Returns:
        The revision that it had; None for one that was made.

    Raises:
        FilesOfAnotherDatabase, FilesUnavailable: they do not belong together. No database is
            made beside files, or beside the marker of another.
        DatabaseUnreachable: it does not answer.
    """
    before = current_revision(database)
    if before is None:
        require_nothing_stored(database, files)
    upgrade(database)
    bind(database, files)
    return before


def require_nothing_stored(database: Database, files: FileStore) -> None:
    """Make sure that nothing lies where a new database would put its files.

    Raises:
        FilesOfAnotherDatabase: something does.
        FilesUnavailable: it cannot be seen.
    """
    if files.read_marker() is not None or files.holds_any():
        raise FilesOfAnotherDatabase(
            "no_database", words={"database": database.place, "folder": files.place}
        )


def _require_fitting(found: Binding, database: Database, files: FileStore) -> None:
    require_not_moving(found, files)
    match found.fit:
        case "foreign":
            raise marked_otherwise(database, files, own=found.installation, marker=found.marker)
        case "unclaimed":
            raise FilesOfAnotherDatabase(
                "unclaimed",
                words={"database": database.place, "folder": files.place},
            )
        case "away":
            raise FilesUnavailable(
                "away",
                words={
                    "database": database.place,
                    "folder": files.place,
                    "files": found.files,
                    "found": found.found,
                },
            )
