"""The file beside the stored files that says to which database they belong."""

import os
import secrets
from pathlib import Path
from typing import Final

from mien.errors import FilesUnavailable

NAME: Final = "installation"
"""Holds the id that the database has too. No name of a stored file is like it."""


def read_marker(root: Path) -> str | None:
    """The id of the installation that the files in a folder belong to; None when none is named.

    Raises:
        FilesUnavailable: it cannot be read.
    """
    try:
        return (root / NAME).read_text(encoding="ascii").strip()
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
    part = root / f"{NAME}.{secrets.token_hex(4)}.part"
    try:
        # Never for the web server's account, which may read the stored files.
        descriptor = os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(descriptor, "w", encoding="ascii") as file:
            file.write(f"{installation}\n")
            file.flush()
            os.fsync(file.fileno())
        part.replace(root / NAME)
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
