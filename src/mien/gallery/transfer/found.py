"""What is found in an archive or a folder: a picture to be read, or something passed over."""

import unicodedata
from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import Final

from mien.errors import FileSkipped
from mien.errors import ImageTooLarge
from mien.errors import MienError
from mien.picture_files import SUFFIXES

LISTS: Final = frozenset({"people.csv", "people.json"})
"""What a list of whom the pictures show is called."""

_IGNORED: Final = frozenset({"thumbs.db", "desktop.ini", "__macosx"})
_ARCHIVES: Final = frozenset(
    {".zip", ".tar", ".tgz", ".gz", ".bz2", ".tbz2", ".xz", ".txz", ".7z", ".rar", ".zst"}
)
_PATH_LENGTH: Final = 1_000


@dataclass(frozen=True, slots=True)
class Found:
    """A file that was found.

    Attributes:
        path: where in the whole, with `/` between folders.
        at: which it is of the archive's members, from 0; None where it is no member of an archive.
        size: in bytes, as far as the archive says.
        why: it is skipped; None for a picture or a list.
    """

    path: str
    at: int | None
    size: int
    why: MienError | None = None

    @property
    def is_list(self) -> bool:
        """Whether it says whom the pictures show."""
        return self.why is None and PurePosixPath(self.path).name.lower() in LISTS


def is_ignored(path: str) -> bool:
    """Whether a file is one that systems leave lying about, of which nobody wants to hear."""
    parts = PurePosixPath(path).parts
    return any(
        (part.startswith(".") and part != "..") or part.lower() in _IGNORED for part in parts
    )


def look_at_name(path: str, *, at: int | None, size: int, most_bytes: int) -> Found:
    """What a file is by its name and size; nothing of it is read.

    Args:
        path: as its sender calls it, with `/` between folders.
        at: which of the archive's members.
        size: in bytes, as far as is known.
        most_bytes: of a picture.
    """
    parts = PurePosixPath(path).parts
    suffix = PurePosixPath(path).suffix.lower()
    why: MienError | None = None
    if (
        not parts
        or path.startswith("/")
        or ".." in parts
        or (len(parts[0]) > 1 and parts[0][1] == ":")
        or len(path) > _PATH_LENGTH
        or not path.isprintable()
    ):
        shown = "".join(sign for sign in path if sign.isprintable())[:_PATH_LENGTH]
        return Found(shown or "?", at, size, FileSkipped("unsafe_path"))
    if suffix in _ARCHIVES:
        why = FileSkipped("nested_archive")
    elif PurePosixPath(path).name.lower() not in LISTS:
        if suffix not in SUFFIXES:
            why = FileSkipped("not_a_picture")
        elif size > most_bytes:
            why = ImageTooLarge("file", bytes=size, max_bytes=most_bytes)
    return Found(unicodedata.normalize("NFC", path), at, size, why)
