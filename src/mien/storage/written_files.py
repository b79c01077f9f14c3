"""A change that fails takes the files that it wrote with it; one that is killed leaves word of them.

Each change notes the names of its files in the store before it writes them, until its rows are
committed or its files removed: see `FileStore.journal`.
"""

import contextlib
from collections.abc import Callable
from collections.abc import Iterator
from contextlib import contextmanager

from mien.errors import FilesOfAnotherDatabase
from mien.errors import FilesUnavailable
from mien.errors import StorageError
from mien.storage.binding import bind
from mien.storage.database import Database
from mien.storage.file_references import referenced
from mien.storage.files import FileStore


@contextmanager
def written_files(database: Database, files: FileStore) -> Iterator[Callable[[bytes, str], str]]:
    """Something that stores bytes under an extension; if the block fails, they are removed again.

    Files that rows refer to nevertheless stay: an interruption can arrive when the rows are
    already committed.

    Raises:
        FilesUnavailable: the store does not answer, or is not the one that belongs to the database.
        StorageFull, StorageReadOnly, StorageFailed: it does not take a file.
    """
    if files.installation is None:
        try:
            bind(database, files)
        except (FilesOfAnotherDatabase, FilesUnavailable) as error:
            # Whoever sends a photo is not told of folders and databases.
            raise FilesUnavailable from error
    written: list[str] = []
    with files.journal() as new_name:

        def put(data: bytes, extension: str) -> str:
            name = new_name(extension)
            written.append(name)
            files.write(name, data)
            return name

        try:
            yield put
        except BaseException:
            # If the database does not answer now, the files are removed later.
            with contextlib.suppress(StorageError), database.read() as session:
                files.delete(set(written) - referenced(session, written))
            raise
