"""The file in the folder of the stored files that says to which database they belong."""

import os
import secrets
from pathlib import Path

from mien.errors import FilesUnavailable
from mien.storage.files import MARKER


def read_marker(root: Path) -> str | None:
    """The id of the installation that the files in a folder belong to; None when none is named.

    Raises:
        FilesUnavailable: it cannot be read.
    """
    try:
        return (root / MARKER).read_text(encoding="ascii").strip()
    except (FileNotFoundError, NotADirectoryError):
        return None
    except UnicodeDecodeError:
        # Whatever it is, it is the id of no database.
        return ""
    except OSError as error:
        raise FilesUnavailable(
            "not_readable", words={"folder": root, "why": error.strerror}
        ) from error


def write_marker(root: Path, installation: str) -> None:
    """Say that the files in a folder, which is there, belong to an installation.

    Raises:
        FilesUnavailable: it cannot be written.
    """
    part = root / f"{MARKER}.{secrets.token_hex(4)}.part"
    try:
        # Never for the web server's account, which may read the stored files.
        descriptor = os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(descriptor, "w", encoding="ascii") as file:
            file.write(f"{installation}\n")
            file.flush()
            os.fsync(file.fileno())
        part.replace(root / MARKER)
        sync_folder(root)
    except OSError as error:
        raise FilesUnavailable(
            "not_writable", words={"folder": root, "why": error.strerror}
        ) from error


def sync_folder(folder: Path) -> None:
    """Bring a folder's entries to the disk: a file outlives a power cut only with its entry."""
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
