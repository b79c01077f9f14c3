"""How sure the answer about a face is, and what to do about it, as sentences."""

from collections.abc import Mapping
from typing import Final

from mien.web.language import translated
from mien.web.pages.faces import Extent
from mien.web.pages.faces import FaceCard
from mien.web.pages.faces import Rival
from mien.web.text.filters import counted
from mien.web.text.filters import decimal
from mien.web.text.filters import quality_words
from mien.web.text.rates import Rate
from mien.web.text.rates import accepted_words
from mien.web.text.rates import how_often
from mien.words.quality import BETTER

_LEAST_SHOWN = 0.005
"""Smaller differences are nothing with two decimals."""


_NO_ONE: Final[Mapping[Extent, str]] = {
    "gallery": "No one in this gallery",
    "galleries": "No one in these galleries",
    "people": "No one who was searched",
    "nobody": "No one",
}


def certainty(card: FaceCard) -> str:
    """A few sentences on how sure the answer about a face is."""
    if card.extent == "nobody":
        return "No one with a face has this in their metadata any more."
    if not card.candidates or card.similarity is None:
        return "This gallery has no people to compare with yet."
    if card.decision == "match":
        return _sure_of_match(card, card.similarity) + _once_more(card)
    if card.decision == "ambiguous":
        return _sure_of_nothing(card) + _once_more(card)
    return _sure_of_nobody(card, card.similarity)


def searched_words(
    galleries: tuple[str, ...],
    people: int,
    threshold: float,
    accepted: float | None,
    wrong: Rate | None,
    *,
    where: tuple[str, ...] = (),
) -> str:
    """Whom the faces were compared with, and what an answer is held to there.

    Args:
        galleries: what they are called; one at least.
        people: who could be found.
        threshold: similarity that a match needs.
        accepted: what the threshold follows from; None when it was set by hand.
        wrong: how often a stranger is named; None when the model has not been calibrated.
        where: what people's metadata had to say for them to be searched; empty for everybody.
    """
    words = (
        f"Compared with {counted(people, 'person', 'people')} of "
        f"{_listed([f'“{gallery}”' for gallery in galleries])}"
    )
    if where:
        words += f" with {_listed(list(where))}"
    if not people:
        return f"{words}."
    if accepted is not None:
        return f"{words}. {_begun(accepted_words(accepted))}."
    words += f", where a match needs {decimal(threshold)}."
    if wrong is None:
        return f"{words} How often strangers are named by mistake has not been measured for this model."
    return f"{words} {_begun(how_often(wrong, 'strangers'))} would be named by mistake."


def poor_words(reasons: tuple[str, ...]) -> str:
    """What is poor about a face: “small, blurred and dark”."""
    return _listed([quality_words((code,)) for code in reasons])


def better_words(reasons: tuple[str, ...]) -> str:
    """How to take a better photo of it; one sentence."""
    ways = _listed([translated(BETTER[code]) for code in reasons if code in BETTER])
    return f"Take another photo{' ' + ways if ways else ''}."


def _sure_of_match(card: FaceCard, similarity: float) -> str:
    words = (
        f"Similarity {decimal(similarity)} ({decimal(card.threshold)} is enough for a match here)."
    )
    if card.alike is None:
        return (
            f"{words} How often strangers look this similar has not been measured for this model."
        )
    often = _begun(how_often(card.alike, "strangers"))
    return f"{words} {often} would look this similar to anyone here."


def _once_more(card: FaceCard) -> str:
    """Who may be the first candidate in another gallery; a sentence, or nothing."""
    again = [each.called for each in card.candidates if each.may_be_same_person]
    if not again:
        return ""
    first = card.candidates[0].called
    return f" {_listed(again)} may be the same person as {first}: their own photos are that alike."


def _begun(words: str) -> str:
    """The words as they begin a sentence."""
    return f"{words[:1].upper()}{words[1:]}"


def _sure_of_nobody(card: FaceCard, similarity: float) -> str:
    words = (
        f"{_NO_ONE[card.extent]} is similar enough. "
        f"The closest is {card.candidates[0].called} at {decimal(similarity)}; "
        f"a match needs {decimal(card.threshold)}."
    )
    if not card.quality.acceptable:
        poor = poor_words(card.quality.reasons)
        words += f" The face is {poor}, so someone who is here may have been missed."
    if card.wrong is None:
        return words
    return f"{words} {_begun(how_often(card.wrong, 'strangers'))} would be named by mistake."


def _sure_of_nothing(card: FaceCard) -> str:
    words = []
    if card.rival is not None and "look_alike" in card.doubts:
        words.append(_look_alike(card, card.rival))
    elif card.rival is not None:
        words.append(_too_close(card, card.rival))
    if "low_quality" in card.doubts:
        words.append(_too_poor(card, first=not words))
    return " ".join(words)


def _too_close(card: FaceCard, rival: Rival) -> str:
    first, second = card.candidates[0], rival.candidate
    words = (
        f"{first.called} reaches {decimal(first.similarity)} and {second.called} "
        f"{decimal(second.similarity)}; a match needs {decimal(card.threshold)}. "
    )
    lead = first.similarity - second.similarity
    if lead >= rival.lead_needed:
        words += "Both are similar enough to match. "
    else:
        words += f"{_apart(lead)}, too close to call. "
    return words + "Compare them yourself, and add better photos of both."


def _look_alike(card: FaceCard, rival: Rival) -> str:
    first, second = card.candidates[0], rival.candidate
    alike = (
        "" if rival.similarity is None else f" (their own photos reach {decimal(rival.similarity)})"
    )
    lead = first.similarity - second.similarity
    return (
        f"{first.called} and {second.called} look alike{alike}, so one has to be ahead of the other by "
        f"{decimal(rival.lead_needed)} before it is a match. Here it is {decimal(lead)}: "
        f"{decimal(first.similarity)} and {decimal(second.similarity)}. "
        "Compare them yourself, and add more photos of both."
    )


def _too_poor(card: FaceCard, *, first: bool) -> str:
    reasons = card.quality.reasons
    poor = poor_words(reasons) or "poor"
    shows = f"face is {poor} and shows too little to be told from others. {better_words(reasons)}"
    if not first:
        return f"Besides, the {shows}"
    nearest = card.candidates[0]
    return (
        f"{nearest.called} is the closest, at {decimal(nearest.similarity)}, and a match needs "
        f"{decimal(card.threshold)}. But this {shows}"
    )


def _apart(lead: float) -> str:
    if lead < _LEAST_SHOWN:
        return "They are level"
    return f"They are only {decimal(lead)} apart"


def _listed(words: list[str]) -> str:
    if len(words) < 2:  # noqa: PLR2004 - one needs no "and"
        return "".join(words)
    return f"{', '.join(words[:-1])} and {words[-1]}"
