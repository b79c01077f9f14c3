"""Which face of each photo is somebody's, where all the photos are said to show them. Pure."""

from collections.abc import Sequence
from typing import Final

import numpy as np
from numpy.typing import NDArray

LEAST_SHARE: Final = 0.5
"""So many of the photos at least must agree on a face: half. Whoever stands beside somebody now and
then is on fewer."""

Embeddings = NDArray[np.float32]


def agreeing_faces(
    photos: Sequence[Embeddings], *, examples: Embeddings | None, threshold: float
) -> tuple[int | None, ...]:
    """The face of each photo on which the others agree.

    A face is agreed on when at least half of the person's examples and other photos show it, and no
    other face of the same photo is shown by as many. What was agreed on counts as an example for the
    rest, until nothing is added.

    Args:
        photos: embeddings of the faces of each; float32, shape (faces, dimension), unit length.
        examples: the same of faces that are known to be the person's; None when there are none.
        threshold: similarity from which two faces are taken for one person's.

    Returns:
        For each photo the number of the face, from 1; None where the photos do not agree.
    """
    chosen: list[int | None] = [None] * len(photos)
    while True:
        known = _known(photos, chosen, examples)
        # All are weighed before one is taken, so that their order makes no difference.
        agreed = [
            number or _agreed(at, photos, chosen, known, threshold)
            for at, number in enumerate(chosen)
        ]
        if agreed == chosen:
            return tuple(chosen)
        chosen = agreed


def _known(
    photos: Sequence[Embeddings], chosen: Sequence[int | None], examples: Embeddings | None
) -> Embeddings | None:
    faces = [
        photo[number - 1][None]
        for photo, number in zip(photos, chosen, strict=True)
        if number is not None
    ]
    if examples is not None and len(examples):
        faces.append(examples)
    return np.concatenate(faces) if faces else None


def _agreed(
    at: int,
    photos: Sequence[Embeddings],
    chosen: Sequence[int | None],
    known: Embeddings | None,
    threshold: float,
) -> int | None:
    photo = photos[at]
    if not len(photo):
        return None
    if known is not None:
        # What is known says more than photos of which nobody knows whom they show.
        shown = (photo @ known.T >= threshold).sum(axis=1)
        voters = len(known)
    else:
        others = [
            each for other, each in enumerate(photos) if other != at and chosen[other] is None
        ]
        others = [each for each in others if len(each)]
        voters = len(others)
        if not voters:
            return None
        shown = np.sum([(photo @ each.T >= threshold).any(axis=1) for each in others], axis=0)
    order = np.argsort(-shown, kind="stable")
    best = int(order[0])
    if shown[best] < max(1, LEAST_SHARE * voters):
        return None
    if len(order) > 1 and shown[order[1]] >= shown[best]:
        return None
    return best + 1
