"""Files that nobody keeps: large requests while they are read, and what programs unpack."""

import os
import tempfile
from contextlib import suppress
from pathlib import Path
from typing import IO
from typing import Final

from mien.errors import StorageError
from mien.errors import StorageFull
from mien.storage.disk import is_nearly_full
from mien.storage.disk import told_of_files

_FOLDER: Final = "tmp"
_VARIABLE: Final = "TMPDIR"
_TRIAL_BYTES: Final = 4096


def provide_temporary_folder(home: Path) -> Path | None:
    """Let this process, and what it starts, have a folder for temporary files.

    Where no folder of the system can be written to, as in a container whose disk is read-only,
    one in the home is taken.

    Args:
        home: folder of the installation, which is there or can be made.

    Returns:
        The folder in the home; None where the system has one.

    Raises:
        StorageFull, StorageReadOnly, StorageFailed: the home takes none either.
    """
    try:
        tempfile.gettempdir()
    except FileNotFoundError:
        folder = home.absolute() / _FOLDER
        with told_of_files("temporary"):
            folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        # Libraries and programs ask the variable; Python remembers what it has found.
        os.environ[_VARIABLE] = str(folder)
        tempfile.tempdir = None
        with told_of_files("temporary"):
            tempfile.gettempdir()
        return folder
    return None


def close_quietly(file: IO[bytes]) -> None:
    """Close a temporary file of which nothing is wanted any more.

    What could not be written is tried again when it is closed, and fails again.
    """
    with suppress(OSError):
        file.close()


def trouble_of_temporary_files() -> StorageError | None:
    """What keeps temporary files from being written; writes a small one to find out."""
    try:
        with told_of_files("temporary"), tempfile.TemporaryFile(buffering=0) as trial:
            trial.write(bytes(_TRIAL_BYTES))
            full = is_nearly_full(Path(tempfile.gettempdir()))
    except StorageError as error:
        return error
    return StorageFull("temporary") if full else None
