"""From similarities to an answer. Pure: no database, no clock, no settings."""

from collections.abc import Sequence

from mien.gallery.answers import Candidate
from mien.gallery.answers import Decision


def decide(candidates: Sequence[Candidate], *, threshold: float) -> Decision:
    """Say whether the best candidate is who the face shows, or nobody is.

    Args:
        candidates: best first; may be empty.
        threshold: similarity from which it is a match, in [-1, 1].
    """
    if candidates and candidates[0].similarity >= threshold:
        return "match"
    return "unknown"
