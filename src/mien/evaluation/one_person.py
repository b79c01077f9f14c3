"""People who have several folders, as a list names them."""

from collections.abc import Mapping
from collections.abc import Sequence
from pathlib import Path

from mien.errors import InvalidInput

_FIELD = "one_person"
_COMMENT = "#"


def read_one_person(path: Path) -> list[list[str]]:
    """Read a list with one person a line: the names of their folders, with tabs between them.

    Empty lines, and lines that begin with #, are passed over.

    Raises:
        InvalidInput: it cannot be read, or a line names fewer than two folders.
    """
    try:
        lines = path.read_text(encoding="utf-8-sig").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise InvalidInput("list_not_readable", words={"path": path}, field=_FIELD) from error
    found = []
    for number, line in enumerate(lines, start=1):
        if not line.strip() or line.startswith(_COMMENT):
            continue
        names = [name.strip() for name in line.split("\t") if name.strip()]
        if len(names) < 2:  # noqa: PLR2004 - one name says nothing
            raise InvalidInput(
                "list_one_folder", words={"path": path, "number": number}, field=_FIELD
            )
        found.append(names)
    return found


def merge_people(
    photos: Mapping[str, Sequence[str]], one_person: Sequence[Sequence[str]]
) -> dict[str, list[str]]:
    """Put the photos of people who have several folders under the first of their names.

    Args:
        photos: by person.
        one_person: names of one person each, where lists that share a name are of one person;
            names of nobody are passed over.
    """
    first = _first_names(one_person)
    merged: dict[str, list[str]] = {}
    for person, some in photos.items():
        merged.setdefault(first.get(person, person), []).extend(some)
    return merged


def _first_names(one_person: Sequence[Sequence[str]]) -> dict[str, str]:
    """By each name that is listed, the one of the same person that was listed first."""
    listed = dict.fromkeys(name for names in one_person for name in names)
    place = {name: number for number, name in enumerate(listed)}
    earlier = {name: name for name in listed}

    def first(name: str) -> str:
        while earlier[name] != name:
            name = earlier[name]
        return name

    for names in one_person:
        ends = {first(name) for name in names}
        for end in ends:
            earlier[end] = min(ends, key=place.__getitem__)
    return {name: first(name) for name in listed}
