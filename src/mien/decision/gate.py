"""Whether a face is worth storing as an example; if not, why, and what would be better. Pure."""

import math
from collections.abc import Mapping
from collections.abc import Sequence
from dataclasses import asdict
from dataclasses import dataclass
from typing import Any
from typing import Final

import numpy as np

from mien.errors import PhotoNotGoodEnough
from mien.options import Gate
from mien.options import Take
from mien.vision import quality_limits as measured
from mien.vision.types import DetectedFace


@dataclass(frozen=True, slots=True)
class Objection:
    """One reason against storing a face.

    Attributes:
        code: stable, for programs.
        detail: what is wrong, in a sentence with its figures.
        advice: how to do better, in a sentence.
        figure: what was measured; for `blurred` the sharpness at equal brightness, for
            `eyes_hidden` below 0 when the eye is outside.
        limit: what it may be, at least or at most.
        unit: of both; empty for none.
    """

    code: str
    detail: str
    advice: str
    figure: float
    limit: float
    unit: str


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


_TAKEN: Final[Mapping[Take, str]] = {
    "largest": "the largest",
    "nearest-centre": "the one nearest the centre",
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
        reasons = [asdict(each) for each in refusals]
        raise PhotoNotGoodEnough(why_not(reasons), reasons=reasons)


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
        "several_faces",
        f"There are {others + 1} faces in the photo; {_TAKEN[take]} was taken.",
        "See whether it is the right one. If not, remove it and say which by its number.",
        *(others + 1.0, 1.0, "faces"),
    )
    return (told, *(each for each in warnings if each.code != told.code))


def why_not(reasons: Sequence[Mapping[str, Any]]) -> str:
    """All reasons in one text, with what to do about the first."""
    return " ".join(
        ["This face is not stored.", *(each["detail"] for each in reasons), reasons[0]["advice"]]
    )


def _objections(
    face: DetectedFace, others: Sequence[DetectedFace], size_wh: tuple[int, int], gate: Gate
) -> tuple[Objection, ...]:
    limits = LIMITS.get(gate)
    if limits is None:
        return ()
    found = (
        _size(face, limits),
        *_light(face, limits),
        _blur(face, limits),
        _turn(face, limits),
        _lean(face, limits),
        _cut(face, limits),
        _eyes(face, size_wh, limits),
        _rivals(face, others, limits),
    )
    return tuple(each for each in found if each is not None)


def _size(face: DetectedFace, limits: Limits) -> Objection | None:
    figure, limit = face.quality.size_px, limits.least_size_px
    if figure >= limit:
        return None
    return Objection(
        "too_small",
        f"The face is {_below(figure)} pixels wide; at least {limit:g} are needed.",
        "Send the original instead of a reduced copy, or a photo taken from nearer.",
        *(round(figure, 1), limit, "pixels"),
    )


def _light(face: DetectedFace, limits: Limits) -> tuple[Objection | None, ...]:
    figure = face.quality.brightness
    dark = bright = None
    if figure < limits.least_brightness:
        dark = Objection(
            "too_dark",
            f"The face is too dark: its brightness is {_below(figure)} of 255; at least "
            f"{limits.least_brightness:g} is needed.",
            "Take it where light falls on the face from the front.",
            *(round(figure, 1), limits.least_brightness, "of 255"),
        )
    if figure > limits.most_brightness:
        bright = Objection(
            "too_bright",
            f"The face is overexposed: its brightness is {_above(figure)} of 255; at most "
            f"{limits.most_brightness:g} is accepted.",
            "Take it with less light on the face, and without a flash from near.",
            *(round(figure, 1), limits.most_brightness, "of 255"),
        )
    return dark, bright


def _blur(face: DetectedFace, limits: Limits) -> Objection | None:
    quality = face.quality
    figure = measured.even_sharpness(quality.sharpness, quality.brightness)
    # Without light there is no contrast to be sharp, and blur cannot be told.
    if (
        figure >= limits.least_sharpness
        or not measured.LEAST_BRIGHTNESS <= quality.brightness <= measured.MOST_BRIGHTNESS
    ):
        return None
    return Objection(
        "blurred",
        f"The face is blurred: its sharpness is {_below(figure)}; at least "
        f"{limits.least_sharpness:g} is needed.",
        "Hold the camera still, let it focus on the face, and send the original file.",
        *(round(figure, 1), limits.least_sharpness, ""),
    )


def _turn(face: DetectedFace, limits: Limits) -> Objection | None:
    figure, limit = 100 * abs(face.pose.yaw), 100 * limits.most_yaw
    if figure <= limit:
        return None
    return Objection(
        "turned_away",
        f"The head is turned away by {_above(figure)} % of the way to a profile; at most "
        f"{limit:g} % is accepted.",
        "Take it from the front, with the face towards the camera.",
        *(round(figure, 1), limit, "%"),
    )


def _lean(face: DetectedFace, limits: Limits) -> Objection | None:
    figure, limit = abs(face.pose.roll_degrees), limits.most_roll_degrees
    if limit is None or figure <= limit:
        return None
    return Objection(
        "tilted",
        f"The head leans by {_above(figure)} degrees; at most {limit:g} are accepted.",
        "Turn the photo upright, or take it with the head held straight.",
        *(round(figure, 1), limit, "degrees"),
    )


def _cut(face: DetectedFace, limits: Limits) -> Objection | None:
    figure, limit = 100 * face.quality.visible, 100 * limits.least_visible
    if figure >= limit:
        return None
    return Objection(
        "cut_off",
        f"Only {_below(figure)} % of the face is in the photo; at least {limit:g} % is needed.",
        "Send the photo before it was cut, or one with room around the head.",
        *(round(figure, 1), limit, "%"),
    )


def _eyes(face: DetectedFace, size_wh: tuple[int, int], limits: Limits) -> Objection | None:
    figure, limit = 100 * _eye_margin(face, size_wh), 100 * limits.least_eye_margin
    if figure >= limit:
        return None
    what = "An eye lies outside the photo."
    if figure >= 0:
        what = (
            f"An eye lies at the very edge of the photo, {_below(figure)} % of the way from eyes "
            f"to mouth away from it; at least {limit:g} % is needed."
        )
    return Objection(
        "eyes_hidden",
        what,
        "Send the photo before it was cut, or one that shows the whole head.",
        *(round(figure, 1), limit, "% of the way from eyes to mouth"),
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
        "several_faces",
        f"There are {rivals + 1} faces of like size in the photo; one is needed.",
        "Send a photo of this person alone, or cut the others off.",
        *(rivals + 1.0, 1.0, "faces"),
    )


def _below(figure: float) -> int:
    """Rounded so that a figure never reads like the limit that it misses."""
    return math.floor(figure)


def _above(figure: float) -> int:
    return math.ceil(figure)
