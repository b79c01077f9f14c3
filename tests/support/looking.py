"""Look at what lies in the files and the rows, past the verbs."""

from pathlib import Path

from sqlalchemy import func
from sqlalchemy import select

from mien.gallery.services import Services
from mien.storage.folder_store import FolderStore
from mien.storage.models import Base


def folder_of(services: Services) -> FolderStore:
    """The store of an installation whose files are in a folder."""
    assert isinstance(services.files, FolderStore)
    return services.files


def files_of(services: Services) -> set[str]:
    """Names of all stored files, halves included."""
    return {path.name for path in folder_of(services).root.glob("??/*") if path.is_file()}


def aside_of(services: Services) -> set[str]:
    """Names of all files that are set aside."""
    return {path.name for path in folder_of(services).root.glob("set-aside/*/*")}


def rows_of(services: Services) -> dict[str, int]:
    """How many rows each table has that has any; the id that every installation has aside."""
    with services.database.read() as session:
        counts = {
            table.name: session.scalar(select(func.count()).select_from(table)) or 0
            for table in Base.metadata.sorted_tables
        }
    counts["installation"] -= 1
    return {name: count for name, count in counts.items() if count}


def bytes_of(home: Path) -> bytes:
    """Everything that the database has on the disk, its log included."""
    return b"".join(path.read_bytes() for path in sorted(home.glob("mien.db*")))
