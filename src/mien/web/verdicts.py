"""How sure an answer is, as sentences, and as places on the scale that is drawn under them."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any
from typing import Literal
from typing import TypeAlias

from mien.web.contexts.compare import Comparison
from mien.web.contexts.faces import BoxView
from mien.web.contexts.faces import CandidateView
from mien.web.contexts.faces import FaceCard
from mien.web.filters import counted
from mien.web.filters import decimal
from mien.web.filters import share

Anchor: TypeAlias = Literal["start", "middle", "end"]

# Room that a label needs to either side of its tick, as a share of the scale.
_NEAR_EDGE = 20.0
# Room, in CSS pixels, that a label above or below a box takes.
_LABEL_PX = 32
# The narrowest that a photo is shown, on a phone; there its labels take the largest share of it.
_NARROW_PX = 330
_CLEARLY = 0.3
"""Share of the way from the threshold to likeness itself from which a match is called clear."""

_VERDICT_WORDS = {"match": "Match", "ambiguous": "Ambiguous", "unknown": "Unknown"}


@dataclass(frozen=True, slots=True)
class Tick:
    """A place on the scale: a percentage, the side on which its label has room, its number."""

    at: str
    anchor: Anchor
    text: str


@dataclass(frozen=True, slots=True)
class Scale:
    """Where the threshold, this face and the runner-up lie; the threshold is always the middle."""

    threshold: Tick
    face: Tick | None
    runner_up: Tick | None


@dataclass(frozen=True, slots=True)
class MarkPlace:
    """Where the label of a numbered box goes: percentages of the photo, and its direction.

    Attributes:
        x, y: the corner of the box that the label sits at.
        above: whether it sits above that corner; below, where a face is near the photo's top.
        anchor: `start` when the name runs to the right, `end` when it runs to the left.
    """

    x: str
    y: str
    above: bool
    anchor: Anchor


def verdict_word(decision: str) -> str:
    """The decision as the word beside its mark."""
    return _VERDICT_WORDS[decision]


def _tick(value: float, low: float, high: float) -> Tick:
    at = 100 * (min(max(value, low), high) - low) / (high - low)
    anchor: Anchor = "start" if at < _NEAR_EDGE else "end" if at > 100 - _NEAR_EDGE else "middle"
    return Tick(at=f"{at:.1f}%", anchor=anchor, text=decimal(value))


def scale(threshold: float, similarity: float | None, runner_up: float | None = None) -> Scale:
    """Places for a scale whose middle is the threshold and whose right end is likeness itself.

    What lies further left than the scale reaches is drawn at its left end.

    Args:
        threshold: in [-1, 1).
        similarity: of this face; None when there was nobody to compare it with.
        runner_up: of the second candidate; None when there is none.
    """
    high = 1.0
    low = 2 * threshold - high
    return Scale(
        threshold=_tick(threshold, low, high),
        face=None if similarity is None else _tick(similarity, low, high),
        runner_up=None if runner_up is None else _tick(runner_up, low, high),
    )


def how_sure(card: FaceCard) -> str:
    """One or two sentences on how sure the answer about a face is."""
    if not card.candidates or card.similarity is None:
        return "There is nobody in this gallery yet to compare this face with."
    first = card.candidates[0].name
    reached, needed = decimal(card.similarity), decimal(card.threshold)
    if card.decision == "match":
        clear = card.similarity - card.threshold >= _CLEARLY * (1 - card.threshold)
        how = "well above" if clear else "just above"
        return f"The likeness is {reached}, {how} the {needed} that a match needs."
    if card.decision == "ambiguous":
        second = card.candidates[1].name if len(card.candidates) > 1 else "someone else"
        return f"{first} and {second} are almost equally like this face. Please look for yourself."
    return (
        "No one in this gallery looks enough like this face. "
        f"The nearest, {first}, reaches {reached}; a match needs {needed}."
    )


def likely(card: FaceCard) -> tuple[CandidateView, ...]:
    """The candidates worth showing beside the face: one for a match, two for a doubt, else none."""
    return card.candidates[: {"match": 1, "ambiguous": 2, "unknown": 0}[card.decision]]


def others(card: FaceCard) -> tuple[CandidateView, ...]:
    """The candidates that are listed, but not shown beside the face."""
    return card.candidates[len(likely(card)) :]


def findings(faces: tuple[FaceCard, ...]) -> str:
    """What an identified photo shows, as the title of its page."""
    if not faces:
        return "No face found"
    if len(faces) == 1:
        (card,) = faces
        names = [candidate.name for candidate in likely(card)]
        if not names:
            return "No one in this gallery"
        return f"This looks like {names[0]}" if len(names) == 1 else " or ".join(names)
    matched = sum(card.decision == "match" for card in faces)
    if not matched:
        return f"{counted(len(faces), 'face')}, none recognised"
    if matched == len(faces):
        return f"{counted(len(faces), 'face')}, all recognised"
    return f"{counted(len(faces), 'face')}, {matched} recognised"


def pair_decision(result: Comparison) -> str:
    """The mark of a comparison: as for a match, or as for a stranger."""
    return "match" if result.same_person else "unknown"


def pair_words(result: Comparison) -> str:
    """The word beside that mark."""
    return "Same person" if result.same_person else "Different people"


def pair_answer(result: Comparison) -> str:
    """The answer as a title."""
    if result.same_person:
        return "This looks like the same person"
    return "These look like two different people"


def pair_sure(result: Comparison) -> str:
    """How sure that is, and which faces were compared where a photo had several."""
    reached, needed = decimal(result.similarity), decimal(result.threshold)
    words = f"The likeness is {reached}; the same person needs {needed}."
    if max(result.photo_a.face_count, result.photo_b.face_count) > 1:
        words += " Where a photo shows several faces, the largest was compared."
    return words


def stranger_words(odds: int | None) -> str:
    """What the threshold means for strangers; empty when it has not been measured."""
    if odds is None:
        return ""
    return f"A stranger would be named wrongly in about 1 of {odds:,} searches."


def mark_place(box: BoxView, width: float, height: float) -> MarkPlace:
    """Where a box's number goes so that it neither covers the face nor leaves the photo.

    Above the box; where the photo ends there, below it; where it ends there too, inside the box.

    Args:
        box: in pixels of the photo.
        width: of the photo in pixels.
        height: of the photo in pixels.
    """
    room = _LABEL_PX * width / min(width, _NARROW_PX)
    top, bottom = max(box.y, 0.0), min(box.y + box.height, height)
    above = top >= room
    to_left = box.x + box.width / 2 > width / 2
    corner = min(box.x + box.width, width) if to_left else max(box.x, 0.0)
    return MarkPlace(
        x=share(corner, width),
        y=share(top if above or bottom > height - room else bottom, height),
        above=above,
        anchor="end" if to_left else "start",
    )


FILTERS: dict[str, Callable[..., Any]] = {
    "findings": findings,
    "how_sure": how_sure,
    "likely": likely,
    "others": others,
    "pair_answer": pair_answer,
    "pair_decision": pair_decision,
    "pair_sure": pair_sure,
    "pair_words": pair_words,
    "stranger_words": stranger_words,
    "verdict_word": verdict_word,
}
"""The filters by the names that templates know."""
