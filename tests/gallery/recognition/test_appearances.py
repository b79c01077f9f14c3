"""From faces that were followed to who is seen when."""

from collections.abc import Sequence

import numpy as np

from mien.gallery.recognition.appearances import Appearance
from mien.gallery.recognition.appearances import Piece
from mien.gallery.recognition.appearances import appearances_of
from mien.gallery.results import PersonRef

ADA, CY = PersonRef("1", "Ada"), PersonRef("2", "Cy")


def piece(
    start: float,
    end: float,
    *,
    person: PersonRef | None = None,
    looks: Sequence[float] = (1, 0, 0),
    pictures: int = 4,
    score: float = 0.5,
) -> Piece:
    vector = np.array(looks, dtype=np.float32)
    return Piece(
        start=start,
        end=end,
        person=person,
        decision="match" if person else "unknown",
        similarity=0.7 if person else None,
        pictures=pictures,
        agreeing=pictures,
        score=score,
        portrait=f"{start}".encode(),
        embedding=vector / np.linalg.norm(vector),
    )


def found(*pieces: Piece) -> list[tuple[str | int, float, float]]:
    told = appearances_of(pieces, same_from=0.5)
    return [
        (each.person.name if each.person else each.unknown, each.start, each.end) for each in told
    ]


def only(*pieces: Piece) -> Appearance:
    (told,) = appearances_of(pieces, same_from=0.5)
    return told


def test_short_interruptions_are_none_and_long_ones_are() -> None:
    assert found(piece(0, 2, person=ADA), piece(3.4, 5, person=ADA), piece(7, 8, person=ADA)) == [
        ("Ada", 0, 5),
        ("Ada", 7, 8),
    ]


def test_what_lies_within_something_longer_ends_nothing() -> None:
    assert found(piece(0, 9, person=ADA), piece(1, 2, person=ADA), piece(9.5, 10, person=ADA)) == [
        ("Ada", 0, 10)
    ]


def test_different_people_are_apart_also_where_they_look_alike() -> None:
    assert found(piece(0, 2, person=ADA), piece(2, 4, person=CY)) == [("Ada", 0, 2), ("Cy", 2, 4)]


def test_a_stranger_who_comes_again_is_the_same_one() -> None:
    assert found(
        piece(5, 6, looks=(0, 1, 0)),
        piece(0, 2, looks=(1, 0, 0)),
        piece(20, 22, looks=(1, 0.3, 0)),
    ) == [(1, 0, 2), (2, 5, 6), (1, 20, 22)]


def test_two_strangers_in_one_picture_are_two_however_alike_they_look() -> None:
    assert found(piece(0, 4), piece(1, 3)) == [(1, 0, 4), (2, 1, 3)]


def test_a_stranger_is_not_taken_for_somebody_who_was_named() -> None:
    assert found(piece(0, 2, person=ADA), piece(10, 12)) == [("Ada", 0, 2), (1, 10, 12)]


def test_two_views_that_a_third_connects_are_one_stranger() -> None:
    left, between, right = (1, 0, 0.0), (1, 1, 0.0), (0, 1, 0.0)
    assert {
        each[0]
        for each in found(
            piece(0, 1, looks=left, pictures=2),
            piece(10, 11, looks=right, pictures=2),
            piece(20, 21, looks=between, pictures=9),
        )
    } == {1}


def test_the_best_view_is_shown_and_pictures_are_counted_together() -> None:
    told = only(
        piece(0, 2, person=ADA, score=0.3, pictures=3),
        piece(2, 4, person=ADA, score=0.9, pictures=5),
    )
    assert told.portrait == b"2"
    assert (told.pictures, told.agreeing, told.similarity) == (8, 8, 0.7)
