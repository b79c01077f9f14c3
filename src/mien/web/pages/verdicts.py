"""Answers as titles, as marks, and as places on the scale that is drawn under them."""

from collections import Counter
from collections.abc import Callable
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from typing import Final
from typing import Literal
from typing import TypeAlias

from mien.options import Decision
from mien.web.language import translated
from mien.web.pages.certainty import better_words
from mien.web.pages.certainty import certainty
from mien.web.pages.certainty import poor_words
from mien.web.pages.certainty import searched_words
from mien.web.pages.compare import Comparison
from mien.web.pages.faces import AddedTo
from mien.web.pages.faces import CandidateView
from mien.web.pages.faces import Extent
from mien.web.pages.faces import FaceCard
from mien.web.text.filters import counted
from mien.web.text.filters import decimal
from mien.web.text.rates import how_often
from mien.words.decisions import FOUND
from mien.words.decisions import PAIR_ANSWERS
from mien.words.decisions import PAIR_VERDICTS
from mien.words.decisions import PERSON_ANSWERS
from mien.words.decisions import VERDICTS

Anchor: TypeAlias = Literal["start", "middle", "end"]

# Room that a label needs to either side of its tick, as a share of the scale.
_NEAR_EDGE = 20.0


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


def verdict_word(decision: Decision) -> str:
    """The decision as the word beside its mark."""
    return translated(VERDICTS[decision])


def _tick(value: float, low: float, high: float) -> Tick:
    at = 100 * (min(max(value, low), high) - low) / (high - low)
    anchor: Anchor = "start" if at < _NEAR_EDGE else "end" if at > 100 - _NEAR_EDGE else "middle"
    return Tick(at=f"{at:.1f}%", anchor=anchor, text=decimal(value))


def scale(threshold: float, similarity: float | None, runner_up: float | None = None) -> Scale:
    """Places for a scale whose middle is the threshold and whose right end is similarity itself.

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


def likely(card: FaceCard) -> tuple[CandidateView, ...]:
    """Who is shown beside the face: who matched, who may be it; nobody beside a stranger."""
    if card.decision == "unknown" or card.added:
        return ()
    rival = () if card.rival is None else (card.rival.candidate,)
    return card.candidates[:1] + rival


def perhaps(card: FaceCard) -> bool:
    """Whether one person is shown beside the face who may not be it."""
    return card.decision == "ambiguous" and len(likely(card)) == 1


def added_decision(card: FaceCard, added: AddedTo) -> Decision:
    """The mark of an added face on the scale: whether it looks like the person's other faces."""
    alike = added.similarity is not None and added.similarity >= card.threshold
    return "match" if alike else "unknown"


def added_sure(card: FaceCard, added: AddedTo) -> str:
    """How similar an added face is to the person's other faces."""
    if added.similarity is None:
        return f"{added.name} has no other face to compare it with."
    reached, enough = decimal(added.similarity), decimal(card.threshold)
    words = f"Similarity to the other faces of {added.name}: {reached}"
    if added.similarity >= card.threshold:
        return f"{words} ({enough} is enough for a match here)."
    return f"{words}. A match here needs {enough}."


def others(card: FaceCard) -> tuple[CandidateView, ...]:
    """The candidates that are listed, but not shown beside the face."""
    shown = {each.person_id for each in likely(card)} | {each.person_id for each in card.added}
    return tuple(candidate for candidate in card.candidates if candidate.person_id not in shown)


def findings(faces: tuple[FaceCard, ...]) -> str:
    """What an identified photo shows, as the title of its page."""
    if not faces:
        return "No face found"
    if len(faces) == 1:
        return _finding(faces[0])
    if all(card.extent == "nobody" and not card.added for card in faces):
        return absent(faces[0])
    found = Counter("added" if card.added else card.decision for card in faces)
    told = [
        f"{'all' if found[state] == len(faces) else found[state]} {translated(word)}"
        for state, word in FOUND.items()
        if found[state]
    ]
    return f"{counted(len(faces), 'face')}: {', '.join(told)}"


def _finding(card: FaceCard) -> str:
    if card.added:
        return f"Added to {' and '.join(each.name for each in card.added)}"
    names = [candidate.name for candidate in likely(card)]
    if not names:
        return absent(card)
    if card.decision == "match":
        return f"This looks like {names[0]}"
    return f"{' or '.join(names)}?" if len(names) > 1 else f"Perhaps {names[0]}"


def absent(card: FaceCard) -> str:
    """That a face shows none of those it was compared with, as a title."""
    return _ABSENT[card.extent]


_ABSENT: Final[Mapping[Extent, str]] = {
    "gallery": "Not in this gallery",
    "galleries": "Not in these galleries",
    "people": "Not one of the people searched",
    "nobody": "Nobody was searched",
}


def pair_decision(result: Comparison) -> Decision:
    """The mark of a comparison: as for a match, for a doubt, or for a stranger."""
    if not result.same_person:
        return "unknown"
    return "match" if result.legible else "ambiguous"


def pair_words(result: Comparison) -> str:
    """The word beside that mark."""
    return translated(PAIR_VERDICTS[pair_decision(result)])


def pair_answer(result: Comparison) -> str:
    """The answer as a title."""
    return translated(PAIR_ANSWERS[pair_decision(result)])


def person_answer(result: Comparison, name: str) -> str:
    """The answer about one person as a title."""
    return translated(PERSON_ANSWERS[pair_decision(result)]).format(name=name)


def pair_sure(result: Comparison) -> str:
    """How sure that is, and which faces were compared where a photo had several."""
    reached, needed = decimal(result.similarity), decimal(result.threshold)
    words = [f"Similarity {reached} ({needed} is enough for the same person)."]
    if result.same_photo:
        words.append("But both are the same photo, so the face was compared with itself.")
    if result.same_person and result.alike is not None:
        often = how_often(result.alike, "comparisons of different people")
        words.append(f"{often[:1].upper()}{often[1:]} would look this alike.")
    if not result.same_person and result.wrong is not None:
        often = how_often(result.wrong, "comparisons")
        words.append(f"{often[:1].upper()}{often[1:]} of different people would end in a match.")
    if result.alike is None:
        words.append("How often different people look this alike has not been measured.")
    both = (result.photo_a, result.photo_b)
    if any(photo.face_count > 1 and not photo.chosen for photo in both):
        words.append("Where a photo shows several faces, the largest was compared.")
    return " ".join(words)


def pair_caveat(result: Comparison) -> str:
    """What is too poor about the two faces to be sure; empty when nothing is."""
    if result.legible:
        return ""
    sides = [("the first photo", result.photo_a), ("the second photo", result.photo_b)]
    if result.of_person:
        sides = [("the photo", result.photo_a)]
    poor = [
        f"The face of {which} is {poor_words(photo.poor)}." for which, photo in sides if photo.poor
    ]
    reasons = tuple(dict.fromkeys((*result.photo_a.poor, *result.photo_b.poor)))
    return " ".join((*poor, "That shows too little to be sure.", better_words(reasons)))


def found_word(decision: Decision) -> str:
    """The decision as it stands beside a count of faces."""
    return translated(FOUND[decision])


def in_short(card: FaceCard) -> str:
    """What is said of a face in one line."""
    if card.added:
        return f"Face {card.number}, {translated(FOUND['added'])}"
    if not card.candidates:
        return f"Face {card.number}"
    reached = decimal(card.candidates[0].similarity)
    if likely(card):
        return f"Face {card.number}, similarity {reached}"
    return f"Face {card.number}, best: {card.candidates[0].called} {reached}"


FILTERS: dict[str, Callable[..., Any]] = {
    "absent": absent,
    "added_decision": added_decision,
    "added_sure": added_sure,
    "findings": findings,
    "found_word": found_word,
    "in_short": in_short,
    "certainty": certainty,
    "likely": likely,
    "others": others,
    "pair_answer": pair_answer,
    "pair_caveat": pair_caveat,
    "pair_decision": pair_decision,
    "pair_sure": pair_sure,
    "pair_words": pair_words,
    "perhaps": perhaps,
    "person_answer": person_answer,
    "searched_words": searched_words,
    "verdict_word": verdict_word,
}
"""The filters by the names that templates know."""
