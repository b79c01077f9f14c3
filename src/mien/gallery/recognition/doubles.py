"""Somebody who is enrolled in several of the galleries that are searched at once."""

from collections.abc import Sequence
from dataclasses import replace

from mien.decision.operating_point import operating_point
from mien.gallery.results import Candidate
from mien.storage.models import GalleryRow
from mien.vision.types import EngineSummary


def alike_from(
    summary: EngineSummary, galleries: Sequence[GalleryRow], *, people: int, faces: int
) -> float:
    """How similar the examples of two people are from which they may be one person, in [-1, 1].

    As similar as a match has to be among so many, by the calibration: a threshold that was set by
    hand, however low, makes nobody the same person.

    Args:
        summary: of the engine.
        galleries: that are searched.
        people: who can be found in them.
        faces: their examples.
    """
    matching = (
        operating_point(
            calibration=summary.calibration,
            accepted_fpir=each.accepted_fpir,
            threshold=None,
            otherwise=summary.identify_threshold,
            people=people,
            faces=faces,
        ).threshold
        for each in galleries
    )
    return max(summary.verify_threshold, *matching)


def with_doubles(candidates: tuple[Candidate, ...], *, same_from: float) -> tuple[Candidate, ...]:
    """The same, with a mark at those who may be the first one once more, in another gallery.

    In each other gallery that is one at most, who is most like the first: another who is like them
    as well is somebody else of that gallery, who may be the one that is looked for.

    Args:
        candidates: best first; each with its gallery.
        same_from: see `alike_from`.
    """
    if not candidates:
        return ()
    best = candidates[0]
    likest: dict[str, Candidate] = {}
    for each in candidates[1:]:
        if each.gallery == best.gallery or _likeness(each) < same_from:
            continue
        known = likest.get(each.gallery)
        if known is None or _likeness(known) < _likeness(each):
            likest[each.gallery] = each
    doubles = {each.person_id for each in likest.values()}
    return tuple(
        replace(each, may_be_same_person=True) if each.person_id in doubles else each
        for each in candidates
    )


def _likeness(candidate: Candidate) -> float:
    """To the first candidate; as unlike as can be where it is not known."""
    known = candidate.similarity_to_best
    return -1.0 if known is None else known
