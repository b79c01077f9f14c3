"""Whether a face is worth storing as an example; if not, why. Pure."""

import math
from collections.abc import Mapping
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np

from mien.errors import Objection
from mien.errors import PhotoNotGoodEnough
from mien.options import Gate
from mien.options import Take
from mien.vision import quality_limits as measured
from mien.vision.types import DetectedFace


@dataclass(frozen=True, slots=True)
class Judgement:
    """What a gate says of a face.

    Attributes:
        refusals: why it is not to be stored; empty when it may be.
        warnings: what the gallery's usual gate objects to and this one lets through.
    """

    refusals: tuple[Objection, ...]
    warnings: tuple[Objection, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """What a gate asks for; figures as in `Quality` and `Pose`.

    Attributes:
        least_eye_margin: distance of an eye to the picture's border, in ways from eyes to mouth.
        most_roll_degrees: how far the head may lean; None for any, since crops are levelled.
        most_rival: size of the next face of the photo, in sizes of this one; None for any.
    """

    least_confidence: float
    least_size_px: float
    least_sharpness: float
    least_brightness: float
    most_brightness: float
    most_yaw: float
    least_visible: float
    least_eye_margin: float
    most_roll_degrees: float | None = None
    most_rival: float | None = None


LIMITS: Final[Mapping[Gate, Limits]] = {
    # What was measured to hurt; see `vision.quality_limits` and `docs/accuracy.md`.
    "standard": Limits(
        least_confidence=measured.LEAST_CONFIDENCE,
        least_size_px=measured.LEAST_SIZE_PX,
        least_sharpness=measured.LEAST_SHARPNESS,
        least_brightness=measured.LEAST_BRIGHTNESS,
        most_brightness=measured.MOST_BRIGHTNESS,
        most_yaw=measured.MOST_YAW,
        least_visible=measured.LEAST_VISIBLE,
        least_eye_margin=0.2,
    ),
    # Photos made for the purpose, as for a passport: one face, seen from the front.
    "strict": Limits(
        least_confidence=0.6,
        least_size_px=64.0,
        least_sharpness=60.0,
        least_brightness=50.0,
        most_brightness=180.0,
        most_yaw=0.4,
        least_visible=0.95,
        least_eye_margin=0.3,
        most_roll_degrees=25.0,
        most_rival=0.5,
    ),
}


def judge(
    face: DetectedFace,
    others: Sequence[DetectedFace],
    *,
    size_wh: tuple[int, int],
    gate: Gate,
    usual: Gate = "standard",
) -> Judgement:
    """Say whether a face may be stored.

    Args:
        face: the one that is meant.
        others: the other faces of the photo.
        size_wh: of the upright photo, in pixels.
        gate: what decides.
        usual: the gallery's own; what it objects to, or `standard` when it is off, comes as a
            warning where `gate` lets it through.
    """
    refusals = _objections(face, others, size_wh, gate)
    refused = {each.code for each in refusals}
    told = _objections(face, others, size_wh, "standard" if usual == "off" else usual)
    return Judgement(refusals, tuple(each for each in told if each.code not in refused))


def refuse(refusals: Sequence[Objection]) -> None:
    """Stop when there are refusals.

    Raises:
        PhotoNotGoodEnough: there are; all of them are in `extra["reasons"]`.
    """
    if refusals:
        raise PhotoNotGoodEnough(reasons=tuple(refusals))


def passed_over(warnings: Sequence[Objection], take: Take, *, others: int) -> tuple[Objection, ...]:
    """The warnings of a face that was taken of several without anybody looking which it is.

    Args:
        warnings: of its gate.
        take: how it was taken.
        others: how many faces of the photo were passed over.
    """
    if take == "only" or not others:
        return tuple(warnings)
    told = Objection(
        code="several_faces",
        variant=take.replace("-", "_"),
        figure=others + 1.0,
        limit=1.0,
        unit="faces",
    )
    return (told, *(each for each in warnings if each.code != told.code))


def _objections(
    face: DetectedFace, others: Sequence[DetectedFace], size_wh: tuple[int, int], gate: Gate
) -> tuple[Objection, ...]:
    limits = LIMITS.get(gate)
    if limits is None:
        return ()
    found = (
        _confidence(face, limits),
        _size(face, limits),
        _light(face, limits),
        _blur(face, limits),
        _turn(face, limits),
        _lean(face, limits),
        _cut(face, limits),
        _eyes(face, size_wh, limits),
        _rivals(face, others, limits),
    )
    return tuple(each for each in found if each is not None)


def _confidence(face: DetectedFace, limits: Limits) -> Objection | None:
    figure, limit = 100 * face.quality.confidence, 100 * limits.least_confidence
    if figure >= limit:
        return None
    return Objection(code="not_a_face", figure=figure, limit=limit, unit="%")


def _size(face: DetectedFace, limits: Limits) -> Objection | None:
    figure, limit = face.quality.size_px, limits.least_size_px
    if figure >= limit:
        return None
    return Objection(code="too_small", figure=figure, limit=limit, unit="pixels")


def _light(face: DetectedFace, limits: Limits) -> Objection | None:
    figure = face.quality.brightness
    if figure < limits.least_brightness:
        limit = limits.least_brightness
        return Objection(code="too_dark", figure=figure, limit=limit, unit="of 255")
    if figure > limits.most_brightness:
        limit = limits.most_brightness
        return Objection(code="too_bright", figure=figure, limit=limit, unit="of 255")
    return None


def _blur(face: DetectedFace, limits: Limits) -> Objection | None:
    quality = face.quality
    figure = measured.even_sharpness(quality.sharpness, quality.brightness)
    # Without light there is no contrast to be sharp, and blur cannot be told.
    if (
        figure >= limits.least_sharpness
        or not measured.LEAST_BRIGHTNESS <= quality.brightness <= measured.MOST_BRIGHTNESS
    ):
        return None
    return Objection(code="blurred", figure=figure, limit=limits.least_sharpness, unit="")


def _turn(face: DetectedFace, limits: Limits) -> Objection | None:
    figure, limit = 100 * abs(face.pose.yaw), 100 * limits.most_yaw
    if figure <= limit:
        return None
    return Objection(code="turned_away", figure=figure, limit=limit, unit="%")


def _lean(face: DetectedFace, limits: Limits) -> Objection | None:
    figure, limit = abs(face.pose.roll_degrees), limits.most_roll_degrees
    if limit is None or figure <= limit:
        return None
    return Objection(code="tilted", figure=figure, limit=limit, unit="degrees")


def _cut(face: DetectedFace, limits: Limits) -> Objection | None:
    figure, limit = 100 * face.quality.visible, 100 * limits.least_visible
    if figure >= limit:
        return None
    return Objection(code="cut_off", figure=figure, limit=limit, unit="%")


def _eyes(face: DetectedFace, size_wh: tuple[int, int], limits: Limits) -> Objection | None:
    figure, limit = 100 * _eye_margin(face, size_wh), 100 * limits.least_eye_margin
    if figure >= limit:
        return None
    return Objection(
        code="eyes_hidden",
        variant="outside" if figure < 0 else "",
        figure=figure,
        limit=limit,
        unit="% of the way from eyes to mouth",
    )


def _eye_margin(face: DetectedFace, size_wh: tuple[int, int]) -> float:
    points = face.landmarks.astype(np.float64)
    eyes = points[:2]
    inside = min(float(eyes.min()), float((np.array(size_wh) - eyes).min()))
    return inside / max(math.dist(eyes.mean(axis=0), points[3:].mean(axis=0)), 1.0)


def _rivals(face: DetectedFace, others: Sequence[DetectedFace], limits: Limits) -> Objection | None:
    if limits.most_rival is None:
        return None
    own = face.quality.size_px
    rivals = sum(each.quality.size_px > limits.most_rival * own for each in others)
    if not rivals:
        return None
    return Objection(
        code="several_faces", variant="alike", figure=rivals + 1.0, limit=1.0, unit="faces"
    )
