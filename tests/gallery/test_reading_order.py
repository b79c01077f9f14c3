from dataclasses import dataclass

from mien.gallery.reading_order import in_reading_order
from mien.vision.types import Box


@dataclass(frozen=True)
class Seen:
    name: str
    box: Box


def seen(name: str, x: float, y: float, side: float = 50) -> Seen:
    return Seen(name, Box(left=x, top=y, right=x + side, bottom=y + side))


def read(*faces: Seen) -> str:
    return "".join(face.name for face in in_reading_order(faces))


def test_rows_are_read_from_the_top_and_each_from_the_left() -> None:
    assert read(seen("d", 200, 205), seen("b", 150, 10), seen("a", 20, 0), seen("c", 10, 200)) == (
        "abcd"
    )


def test_people_in_a_row_are_not_as_tall_as_each_other() -> None:
    row = [seen(name, 60 * at, 20 * (at % 2)) for at, name in enumerate("abcdef")]
    assert read(*reversed(row)) == "abcdef"


def test_a_small_face_behind_is_in_a_row_of_its_own() -> None:
    assert read(seen("b", 0, 200, 200), seen("a", 300, 40, 30)) == "ab"


def test_who_stands_nearer_is_in_the_row_of_those_beside() -> None:
    assert read(seen("a", 0, 250, 97), seen("b", 220, 210, 35), seen("c", 380, 220, 60)) == "abc"


def test_nobody_is_in_no_order() -> None:
    assert in_reading_order(()) == ()
