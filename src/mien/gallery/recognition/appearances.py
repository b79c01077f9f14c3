"""From faces that were followed through a video to who is seen when."""

from collections.abc import Iterable
from collections.abc import Sequence
from dataclasses import dataclass
from dataclasses import field
from typing import Final

import numpy as np

from mien.gallery.results import PersonRef
from mien.options import Decision
from mien.vision.types import FloatArray

JOIN_SECONDS: Final = 1.5
"""Somebody who is away for no longer than this was there all the time."""


@dataclass(frozen=True, slots=True, eq=False)
class Piece:
    """A face that was followed without a break.

    Attributes:
        start: when it was first seen, in seconds.
        end: until when it was seen.
        person: whom it shows; None for nobody who is known.
        decision: about the face as a whole; `match` with a person.
        similarity: the highest to an example of the person; None without one.
        pictures: in how many pictures it was seen.
        agreeing: how many of them say the same.
        score: how good its best view is, in [0, 1].
        portrait: of the best view, as JPEG.
        embedding: the mean; float32, shape (dimension,), unit length.
    """

    start: float
    end: float
    person: PersonRef | None
    decision: Decision
    similarity: float | None
    pictures: int
    agreeing: int
    score: float
    portrait: bytes = field(repr=False)
    embedding: FloatArray = field(repr=False)


@dataclass(frozen=True, slots=True, eq=False)
class Appearance(Piece):
    """Somebody who is seen for a while.

    Attributes:
        unknown: which stranger it is, from 1, the same one by the same number; 0 with a person.
    """

    unknown: int = 0


def appearances_of(
    pieces: Sequence[Piece], *, same_from: float, join_seconds: float = JOIN_SECONDS
) -> tuple[Appearance, ...]:
    """Who is seen when: pieces of the same face put together, in the order in which they begin.

    Args:
        pieces: in any order.
        same_from: similarity from which two strangers are the same one.
        join_seconds: interruptions that are no longer are none.
    """
    known: dict[str, list[Piece]] = {}
    for piece in pieces:
        if piece.person is not None:
            known.setdefault(piece.person.id, []).append(piece)
    strangers = _groups([each for each in pieces if each.person is None], same_from)
    found = [
        *(_joined(some, 0, join_seconds) for some in known.values()),
        *(_joined(some, number, join_seconds) for number, some in enumerate(strangers, start=1)),
    ]
    every = [each for some in found for each in some]
    return tuple(sorted(every, key=lambda each: (each.start, each.unknown, -each.pictures)))


def _groups(pieces: Sequence[Piece], same_from: float) -> list[list[Piece]]:
    """Pieces of one stranger each, in the order in which these are first seen."""
    groups: list[list[Piece]] = []
    for piece in sorted(pieces, key=lambda each: -each.pictures):
        _nearest(groups, [piece], same_from).append(piece)
    # What one long view did not show, several together may.
    merged: list[list[Piece]] = []
    for group in sorted(groups, key=lambda some: -sum(each.pictures for each in some)):
        _nearest(merged, group, same_from).extend(group)
    return sorted(merged, key=lambda some: min(each.start for each in some))


def _nearest(groups: list[list[Piece]], new: Sequence[Piece], same_from: float) -> list[Piece]:
    """The group these belong to; an empty one, added to them, where there is none."""
    mean = _mean(new)
    likeness = [(float(_mean(group) @ mean), group) for group in groups]
    likeness.sort(key=lambda pair: -pair[0])
    for alike, group in likeness:
        if alike < same_from:
            break
        # Two faces in one picture are two people, however alike they look.
        if not any(_is_together(one, other) for one in group for other in new):
            return group
    groups.append([])
    return groups[-1]


def _is_together(one: Piece, other: Piece) -> bool:
    return one.start < other.end and other.start < one.end


def _mean(pieces: Iterable[Piece]) -> FloatArray:
    rows = np.stack([each.embedding * np.float32(each.pictures) for each in pieces])
    total: FloatArray = rows.sum(axis=0, dtype=np.float32)
    mean: FloatArray = total / np.float32(float(np.linalg.norm(total)) or 1.0)
    return mean


def _joined(pieces: Sequence[Piece], unknown: int, join_seconds: float) -> list[Appearance]:
    """The same, with what follows at once in one."""
    runs: list[list[Piece]] = []
    end = -np.inf
    for piece in sorted(pieces, key=lambda each: each.start):
        if runs and piece.start - end <= join_seconds:
            runs[-1].append(piece)
        else:
            runs.append([piece])
        end = max(end, piece.end)
    return [_one(run, unknown) for run in runs]


def _one(run: Sequence[Piece], unknown: int) -> Appearance:
    best = max(run, key=lambda each: each.score)
    longest = max(run, key=lambda each: each.pictures)
    similar = [each.similarity for each in run if each.similarity is not None]
    return Appearance(
        start=min(each.start for each in run),
        end=max(each.end for each in run),
        person=longest.person,
        decision=longest.decision,
        similarity=max(similar) if similar else None,
        pictures=sum(each.pictures for each in run),
        agreeing=sum(each.agreeing for each in run),
        score=best.score,
        portrait=best.portrait,
        embedding=_mean(run),
        unknown=unknown,
    )
