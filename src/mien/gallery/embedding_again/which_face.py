"""Which of the faces that another detector sees in a photo is one that is stored."""

from collections.abc import Mapping
from collections.abc import Sequence
from typing import Final

from mien.gallery.same_face import is_same_place
from mien.gallery.same_face import overlap
from mien.vision.types import Box
from mien.vision.types import Face

LEAST_OVERLAP: Final = 0.3
"""Of the two boxes' union. Two detectors frame a face more or less closely; two people's faces
overlap as much only where one is behind the other, and then each box is the other's likeliest."""


def match_faces(
    stored: Mapping[str, Box], seen: Sequence[Face], *, looked_for: Sequence[str]
) -> dict[str, Face]:
    """For each stored face that is looked for the face that is seen in its place, where one is.

    Of two people who stand one before the other, neither is taken for the other where only one is
    seen: the face goes to whose box it fits best.

    Args:
        stored: boxes of all examples that were taken from the photo, by the face's id; one place
            may be an example of several people.
        seen: faces with their boxes, in the same pixels.
        looked_for: ids of some of the examples.
    """
    found = {}
    for face_id in looked_for:
        box = stored[face_id]
        best = max(seen, key=lambda face: overlap(box, face.box), default=None)
        if best is None or overlap(box, best.box) < LEAST_OVERLAP:
            continue
        fits = overlap(box, best.box)
        if not any(
            overlap(other, best.box) > fits and not is_same_place(other, box)
            for other in stored.values()
        ):
            found[face_id] = best
    return found
