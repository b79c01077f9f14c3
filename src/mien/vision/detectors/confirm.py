"""A closer look at places: whether there is a face, which way up, and where its landmarks are."""

import math
from collections.abc import Iterator
from collections.abc import Sequence
from dataclasses import dataclass
from dataclasses import replace

import cv2
import numpy as np
from numpy.typing import NDArray

from mien.vision.detectors.detector import Detector
from mien.vision.detectors.families import Candidates
from mien.vision.detectors.glance import CONFIDENT
from mien.vision.detectors.glance import glance_at_each
from mien.vision.detectors.refine_landmarks import LOOKS
from mien.vision.detectors.refine_landmarks import Look
from mien.vision.detectors.refine_landmarks import RefinedLandmarks
from mien.vision.detectors.refine_landmarks import face_confidence
from mien.vision.detectors.refine_landmarks import refine_each
from mien.vision.geometry import inverse_of
from mien.vision.geometry import transform_points
from mien.vision.geometry import warp
from mien.vision.halvings import Halvings
from mien.vision.pose import estimate_pose
from mien.vision.types import FloatArray

# The face takes a little less than half of the crop: of 160 pixels, where the networks are at their
# best, or of 96, where those that see small faces well see nearly as much for a third of the time.
_SIDE, _SMALL_SIDE, _ROOM = 160, 96, 2.2
_MOST_OFF = 0.2
_LEAST_EXTENT = 1.0
_QUARTERS, _DIAGONALS = (0, 90, 180, 270), (45, 135, 225, 315)
# A head that leans more than this from the turn in which it is seen lies between two quarters.
_MOST_LEAN = 25.0
# Landmarks that lean as the face does, but for this, were right at the first look.
_SAME_LEAN = 10.0
# What half convinces has to convince at the closer look by this share of the way from the threshold
# to certainty; what no closer look sees, by that share at the first.
_SURE, _ALONE = 2 / 3, 0.15


@dataclass(frozen=True, slots=True, eq=False)
class FacePlace:
    """Where a face may be.

    Attributes:
        box_xyxy: float32, shape (4,).
        landmarks: float32, shape (5, 2).
        score: in [0, 1].
        cut: whether it reaches the border of what was looked at, beyond which the picture goes on.
        confidence: that it is a face, in [0, 1], after a closer look; 1 without one.
    """

    box_xyxy: FloatArray
    landmarks: FloatArray
    score: float
    cut: bool = False
    confidence: float = 1.0


@dataclass(frozen=True, slots=True, eq=False)
class _Turned:
    """What was seen of a place that was turned.

    Attributes:
        number: of the place.
        angle: by which it was turned anticlockwise, in degrees.
        face: where and how it was seen, in pixels of the picture.
    """

    number: int
    angle: int
    face: FacePlace


def confirm(
    detector: Detector,
    picture: Halvings,
    places: Sequence[FacePlace],
    *,
    doubtful: bool = False,
) -> list[FacePlace | None]:
    """Look again at places: at a glance, and closely at those that are not settled by that.

    Args:
        detector: which found the places.
        picture: the whole one.
        places: the score of one may be lower than a face needs; the closer look has to be surer,
            then. All are looked at together, so they should not be too many.
        doubtful: whether it has to be surer in any case.

    Returns:
        For each place the face with better landmarks; None when it is none.
    """
    glances = glance_at_each(detector, picture, [place.landmarks for place in places])
    confirmed: list[FacePlace | None] = [
        replace(
            place,
            landmarks=glance.landmarks,
            score=max(place.score, glance.score),
            confidence=glance.confidence,
        )
        for place, glance in zip(places, glances, strict=True)
    ]
    threshold = detector.score_threshold
    unsettled = [
        number
        for number, (place, glance) in enumerate(zip(places, glances, strict=True))
        if doubtful
        or not glance.settled
        or (place.score <= threshold and glance.confidence < CONFIDENT)
    ]
    closer = _confirm_closely(
        detector,
        picture,
        [places[number] for number in unsettled],
        [glances[number].first for number in unsettled],
        doubtful=doubtful,
    )
    for number, face in zip(unsettled, closer, strict=True):
        confirmed[number] = face
    return confirmed


def _confirm_closely(
    detector: Detector,
    picture: Halvings,
    places: Sequence[FacePlace],
    known: Sequence[Sequence[Look]],
    *,
    doubtful: bool,
) -> list[FacePlace | None]:
    """Look level; and where a face is not clearly seen there so, in every turn.

    A network also sees faces that are upside down or on their side, with less confidence and with
    landmarks that are of no use. Level by these landmarks it sees no face, or only in one of two
    mirror images; in the right turn it does.
    """
    level = refine_each(detector, picture, [place.landmarks for place in places], known)
    unsure = [number for number, again in enumerate(level) if again.firmly < LOOKS]
    upright = _turned_upright(detector, picture, [places[number] for number in unsure])
    turned = dict(zip(unsure, upright, strict=True))
    threshold = detector.score_threshold
    confirmed = []
    for number, (place, again) in enumerate(zip(places, level, strict=True)):
        seen: FacePlace | None
        seen = same = _seen_again(place, again)
        if number in turned:
            seen = turned[number]
            if seen and again.times and _apart(_roll(seen), _roll(same)) < _SAME_LEAN:
                seen = replace(same, score=max(same.score, seen.score))
        confirmed.append(_judged(place, seen, threshold, doubtful=doubtful))
    return _looked_at_once_more(detector, picture, confirmed)


def _looked_at_once_more(
    detector: Detector, picture: Halvings, confirmed: Sequence[FacePlace | None]
) -> list[FacePlace | None]:
    """The same with the confidence of those that are in doubt measured by better landmarks."""
    result = list(confirmed)
    doubted = {
        number: face
        for number, face in enumerate(confirmed)
        if face is not None and face.confidence < CONFIDENT
    }
    landmarks = [face.landmarks for face in doubted.values()]
    again = face_confidence(detector, picture, landmarks)
    for (number, face), measured in zip(doubted.items(), again, strict=True):
        result[number] = replace(face, confidence=measured)
    return result


def _seen_again(place: FacePlace, again: RefinedLandmarks) -> FacePlace:
    return replace(
        place,
        landmarks=again.landmarks,
        score=max(place.score, again.score),
        confidence=again.confidence,
    )


def _judged(
    place: FacePlace, seen: FacePlace | None, threshold: float, *, doubtful: bool
) -> FacePlace | None:
    if seen is None:
        alone = not doubtful and place.score > _above(threshold, _ALONE)
        return replace(place, confidence=0.0) if alone else None
    if doubtful or place.score <= threshold:
        return seen if seen.score > _above(threshold, _SURE) else None
    return seen


def _above(threshold: float, share: float) -> float:
    """This share of the way from the threshold to certainty."""
    return threshold + share * (1 - threshold)


def _roll(place: FacePlace) -> float:
    return estimate_pose(place.landmarks).roll_degrees


def _apart(one: float, other: float) -> float:
    """How far two directions are apart, in degrees from 0 to 180."""
    return abs((one - other + 180) % 360 - 180)


def _turned_upright(
    detector: Detector, picture: Halvings, places: Sequence[FacePlace]
) -> list[FacePlace | None]:
    """Each face in the turn in which it is seen best; None when it is in none."""
    best: dict[int, _Turned] = {}
    refined: dict[int, RefinedLandmarks] = {}
    unsettled = list(range(len(places)))
    for angles in (_QUARTERS, _DIAGONALS):
        asked = [(number, angle) for number in unsettled for angle in angles]
        seen_turned = [
            seen
            for side, turns in _by_side(detector, places, asked).items()
            for seen in _seen_turned(detector, picture, places, turns, side)
        ]
        for seen in seen_turned:
            if seen.number not in best or seen.face.score > best[seen.number].face.score:
                best[seen.number] = seen
        known = [number for number in unsettled if number in best]
        again = refine_each(detector, picture, [best[number].face.landmarks for number in known])
        refined.update(zip(known, again, strict=True))
        unsettled = [
            number
            for number in unsettled
            if number not in best or not _is_settled(best[number], refined[number])
        ]
    return [
        _seen_again(best[number].face, refined[number]) if number in best else None
        for number in range(len(places))
    ]


def _is_settled(seen: _Turned, again: RefinedLandmarks) -> bool:
    return again.firmly == LOOKS and _apart(_roll(seen.face), seen.angle) < _MOST_LEAN


def _by_side(
    detector: Detector, places: Sequence[FacePlace], asked: Sequence[tuple[int, int]]
) -> dict[int, list[tuple[int, int]]]:
    """At which side each turn is looked at.

    What only half convinces is seldom a face; and of a tiny one no more can be seen at a larger.
    """
    turns: dict[int, list[tuple[int, int]]] = {_SIDE: [], _SMALL_SIDE: []}
    for number, angle in asked:
        box = places[number].box_xyxy
        weak = places[number].score <= detector.score_threshold
        tiny = float((box[2:] - box[:2]).max()) <= _SMALL_SIDE / _ROOM
        small = (weak or tiny) and detector.sees_small
        turns[_SMALL_SIDE if small else _SIDE].append((number, angle))
    return turns


def _seen_turned(
    detector: Detector,
    picture: Halvings,
    places: Sequence[FacePlace],
    asked: Sequence[tuple[int, int]],
    side: int,
) -> Iterator[_Turned]:
    """What is seen in the middle of places that are turned; asked by number and angle."""
    turns = []
    for number, angle in asked:
        box = places[number].box_xyxy
        extent = float((box[2:] - box[:2]).max())
        if extent >= _LEAST_EXTENT:
            scale = side / (_ROOM * extent)
            turns.append(
                (number, angle, scale, _turning((box[:2] + box[2:]) / 2, scale, angle, side))
            )
    crops = [
        warp(picture, matrix, (side, side), border=cv2.BORDER_CONSTANT) for *_, matrix in turns
    ]
    looks = detector.find_each(crops, side)
    for (number, angle, scale, matrix), found in zip(turns, looks, strict=True):
        for face in _in_the_middle(found, matrix, scale, angle, side):
            yield _Turned(number, angle, face)


def _in_the_middle(
    found: Candidates, matrix: NDArray[np.float64], scale: float, angle: int, side: int
) -> Iterator[FacePlace]:
    middles = found.boxes_xyxy.reshape(-1, 2, 2).mean(axis=1)
    inverse = inverse_of(matrix)
    if inverse is None:
        return
    for number in np.nonzero(np.abs(middles - side / 2).max(axis=1) < _MOST_OFF * side)[0]:
        box = found.boxes_xyxy[number]
        middle = transform_points(inverse, middles[number][None])[0]
        extent_wh = (box[2:] - box[:2]) / scale
        if angle % 180:
            extent_wh = extent_wh[::-1] if angle % 90 == 0 else np.full(2, extent_wh.mean())
        yield FacePlace(
            np.concatenate([middle - extent_wh / 2, middle + extent_wh / 2]).astype(np.float32),
            transform_points(inverse, found.landmarks[number]),
            float(found.scores[number]),
        )


def _turning(
    middle: NDArray[np.floating], scale: float, angle: int, side: int
) -> NDArray[np.float64]:
    """Brings the middle of a place to the middle of the crop, turned anticlockwise."""
    turn = math.radians(angle)
    linear = scale * np.array(
        [[math.cos(turn), math.sin(turn)], [-math.sin(turn), math.cos(turn)]], dtype=np.float64
    )
    return np.column_stack([linear, side / 2 - linear @ middle.astype(np.float64)])
