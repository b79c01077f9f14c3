"""Pictures in folders on the disk, and the folders among them that are not entered."""

import os
from collections.abc import Callable
from collections.abc import Container
from collections.abc import Iterator
from dataclasses import dataclass
from dataclasses import field
from pathlib import Path
from typing import Final

from mien.errors import UnreadableFolder

# What cameras and programs call the kinds of pictures that are read. In a folder nothing else is
# looked at; a file that is named itself is tried whatever it is called.
SUFFIXES: Final = frozenset(
    {
        *(".jpg", ".jpeg", ".jpe", ".jfif", ".png", ".webp", ".gif", ".bmp", ".dib"),
        *(".tif", ".tiff", ".avif", ".heic", ".heif", ".hif"),
    }
)


@dataclass(frozen=True, slots=True)
class PictureFiles:
    """What was found below a folder.

    Attributes:
        pictures: in order.
        passed_over: folders that were not entered, each with why; `extra["folder"]` names it.
    """

    pictures: list[Path] = field(default_factory=list)
    passed_over: list[UnreadableFolder] = field(default_factory=list)


def pictures_below(folder: Path, *, suffixes: Container[str] = SUFFIXES) -> PictureFiles:
    """Every picture below a folder but for hidden ones.

    Links to pictures are followed, links to folders are not: they may lead round in a circle, or
    to what nobody meant. A folder that is named itself may be a link.
    """
    found = PictureFiles()

    def note(error: OSError) -> None:
        found.passed_over.append(_unreadable(Path(os.fsdecode(error.filename)), error))

    for where, folders, files in os.walk(folder, onerror=note):
        here = Path(where)
        found.passed_over.extend(
            UnreadableFolder("link", folder=str(here / name))
            for name in folders
            if (here / name).is_symlink() and not name.startswith(".")
        )
        folders[:] = [name for name in folders if not name.startswith(".")]
        found.pictures.extend(
            here / name
            for name in files
            if _is_picture_name(name, suffixes) and is_there(here / name, Path.is_file)
        )
    found.pictures.sort()
    found.passed_over.sort(key=lambda each: str(each.extra["folder"]))
    return found


def folders_in(folder: Path) -> tuple[list[Path], list[UnreadableFolder]]:
    """The folders directly in one, in order, and links to folders, which are passed over.

    Raises:
        UnreadableFolder: the folder itself cannot be read.
    """
    every = [
        each
        for each in _entries(folder)
        if not each.name.startswith(".") and is_there(each, Path.is_dir)
    ]
    return (
        [each for each in every if not each.is_symlink()],
        [UnreadableFolder("link", folder=str(each)) for each in every if each.is_symlink()],
    )


def pictures_in(folder: Path) -> list[Path]:
    """Pictures directly in a folder.

    Raises:
        UnreadableFolder: the folder cannot be read.
    """
    return [each for each in _entries(folder) if _is_picture_name(each.name) and each.is_file()]


def is_there(path: Path, kind: Callable[[Path], bool]) -> bool:
    """Whether a path is of a kind, such as `Path.is_dir`; no where it may not even be looked at."""
    try:
        return kind(path)
    except OSError:
        return False


def _is_picture_name(name: str, suffixes: Container[str] = SUFFIXES) -> bool:
    return not name.startswith(".") and Path(name).suffix.lower() in suffixes


def _entries(folder: Path) -> Iterator[Path]:
    try:
        yield from sorted(folder.iterdir())
    except OSError as error:
        raise _unreadable(folder, error) from error


def _unreadable(folder: Path, error: OSError) -> UnreadableFolder:
    return UnreadableFolder(folder=str(folder), words={"why": error.strerror or "cannot be read"})
