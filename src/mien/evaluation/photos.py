"""Finds photos in a folder that has one subfolder a person."""

from collections.abc import Iterable
from pathlib import Path

from mien import picture_files
from mien.errors import InvalidInput
from mien.evaluation.pairs_file import PhotoName

# Published sets have some that no camera makes.
SUFFIXES = picture_files.SUFFIXES | {".pgm", ".ppm"}
_INSIDE = "images"
_TOLD = 3


def people_folder(folder: Path) -> Path:
    """Where the people's subfolders are: the folder itself, or `images` in it.

    Raises:
        InvalidInput: there is no subfolder.
    """
    inside = folder / _INSIDE
    for each in (inside, folder):
        if each.is_dir() and any(_subfolders(each)):
            return each
    raise InvalidInput("people_folders", words={"folder": folder}, field="folder")


def photos_of_people(folder: Path) -> dict[str, list[str]]:
    """The pictures of each person, by paths below the folder, all in order.

    Args:
        folder: of the people's subfolders; see `people_folder`.

    Raises:
        InvalidInput: there is no picture.
        UnreadableFolder: a folder is not entered; figures without its photos would be others.
    """
    found = {
        person.name: [each.relative_to(folder).as_posix() for each in _pictures(person)]
        for person in _subfolders(folder)
    }
    found = {person: photos for person, photos in found.items() if photos}
    if not found:
        raise InvalidInput("no_pictures_of_people", words={"folder": folder}, field="folder")
    return found


def find_named(folder: Path, names: Iterable[PhotoName]) -> dict[PhotoName, str]:
    """Paths below the folder of photos named by person and number.

    `Name`, 7 is `Name/Name_0007.jpg`, with any ending of a picture and any number of zeros.

    Args:
        folder: of the people's subfolders; see `people_folder`.
        names: which photos.

    Raises:
        InvalidInput: some are not there; names the first of them.
    """
    wanted = sorted(set(names), key=str)
    shelves: dict[str, dict[int, str]] = {}
    for name in wanted:
        if name.person not in shelves:
            shelves[name.person] = _numbered(folder, name.person)
    missing = [name for name in wanted if name.number not in shelves[name.person]]
    if missing:
        first = ", ".join(f"{name}.jpg" for name in missing[:_TOLD])
        raise InvalidInput(
            "photos_missing",
            words={
                "missing": len(missing),
                "wanted": len(wanted),
                "folder": folder,
                "first": first,
            },
            field="folder",
        )
    return {name: shelves[name.person][name.number] for name in wanted}


def _numbered(folder: Path, person: str) -> dict[int, str]:
    found: dict[int, str] = {}
    try:
        files = sorted((folder / person).iterdir())
    except OSError:
        return found
    for file in files:
        start, _, number = file.stem.rpartition("_")
        numbered = number.isascii() and number.isdecimal()
        if file.suffix.lower() in SUFFIXES and start == person and numbered and file.is_file():
            found.setdefault(int(number), f"{person}/{file.name}")
    return found


def _subfolders(folder: Path) -> list[Path]:
    found, links = picture_files.folders_in(folder)
    if links:
        raise links[0]
    return found


def _pictures(person: Path) -> list[Path]:
    found = picture_files.pictures_below(person, suffixes=SUFFIXES)
    if found.passed_over:
        raise found.passed_over[0]
    return found.pictures
