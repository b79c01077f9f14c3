"""What is suspected of a stored face, as a small word and as a sentence."""

from collections.abc import Callable
from typing import Any

from mien.web.language import translated
from mien.web.pages.review import Doubt
from mien.web.text.filters import decimal
from mien.words.sentences import ended
from mien.words.warnings import SUSPECTED


def suspicion_words(codes: tuple[str, ...]) -> str:
    """Suspicions as small words: “unlike the others, same photo twice”."""
    return ", ".join(translated(SUSPECTED[code]) for code in codes if code in SUSPECTED)


def doubt_words(doubt: Doubt, name: str) -> str:
    """A suspicion as a sentence.

    Args:
        doubt: what is suspected.
        name: whose face it is.
    """
    measured = "" if doubt.similarity is None else f" (similarity {decimal(doubt.similarity)})"
    if doubt.code == "looks_like_another":
        return ended(f"It looks like {doubt.other or 'another person'}{measured}")
    if doubt.code == "same_photo":
        whose = doubt.other or name
        same = ended(f"It looks like the same photo as another face of {whose}")
        return f"{same} One of the two is enough."
    return ended(f"It does not look like the other faces of {name}{measured}")


FILTERS: dict[str, Callable[..., Any]] = {
    "doubt_words": doubt_words,
    "suspicion_words": suspicion_words,
}
"""The filters by the names that templates know."""
