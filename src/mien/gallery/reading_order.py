"""Faces in the order in which one reads a photo: row by row, from left to right."""

from collections.abc import Sequence
from typing import Protocol
from typing import TypeVar

from mien.vision.types import Box

# Of the largest face's height, how far a middle may be from that of the row: people who stand side by
# side are neither as tall nor as near as each other, and a row behind is about a face higher.
_SAME_ROW = 0.75


class Found(Protocol):
    """Anything with a place in the photo."""

    @property
    def box(self) -> Box: ...  # noqa: D102


F = TypeVar("F", bound=Found)


def in_reading_order(faces: Sequence[F]) -> tuple[F, ...]:
    """Faces from the top left to the bottom right of their photo.

    A face stands in a row when its middle is about as high as that of the faces of the row.

    Args:
        faces: in any order, with boxes in pixels.
    """
    rows: list[list[F]] = []
    for face in sorted(faces, key=lambda each: _middle(each.box)):
        row = rows[-1] if rows else []
        if row and _belongs(face.box, [each.box for each in row]):
            row.append(face)
        else:
            rows.append([face])
    return tuple(face for row in rows for face in sorted(row, key=lambda each: each.box.left))


def _belongs(box: Box, row: Sequence[Box]) -> bool:
    height = max(box.height, *(each.height for each in row))
    middle = sum(_middle(each) for each in row) / len(row)
    return abs(_middle(box) - middle) <= _SAME_ROW * height


def _middle(box: Box) -> float:
    return box.top + box.height / 2
