"""Look at what lies in the files and the rows, past the verbs."""

from pathlib import Path

from sqlalchemy import func
from sqlalchemy import select

from mien.gallery.services import Services
from mien.storage.models import Base


def files_of(services: Services) -> set[str]:
    """Names of all stored files."""
    return {path.name for path in services.files.root.rglob("*") if path.is_file()}


def rows_of(services: Services) -> dict[str, int]:
    """How many rows each table has that has any."""
    with services.database.read() as session:
        counts = {
            table.name: session.scalar(select(func.count()).select_from(table)) or 0
            for table in Base.metadata.sorted_tables
        }
    return {name: count for name, count in counts.items() if count}


def bytes_of(home: Path) -> bytes:
    """Everything that the database has on the disk, its log included."""
    return b"".join(path.read_bytes() for path in sorted(home.glob("mien.db*")))
