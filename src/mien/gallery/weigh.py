"""What another accepted error would have meant for the last searches, and for the gallery."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from sqlalchemy import func
from sqlalchemy import select
from sqlalchemy.orm import Session

from mien.gallery.decide import Decision
from mien.gallery.decide import decide
from mien.gallery.galleries import check_rate
from mien.gallery.galleries import check_threshold
from mien.gallery.galleries import find_gallery
from mien.gallery.galleries import require_contract
from mien.gallery.operating_point import OperatingPoint
from mien.gallery.operating_point import operating_point
from mien.gallery.rank import Ranked
from mien.gallery.searches import Searched
from mien.gallery.searches import last_searches
from mien.gallery.tools import Tools
from mien.index.base import VectorIndex
from mien.storage.models import FaceRow
from mien.storage.models import GalleryRow

# More people are not all compared with each other; these stand for them.
MOST_COMPARED = 1_000


@dataclass(frozen=True, slots=True)
class Weighed:
    """What one setting means; counts only, nobody is named.

    Attributes:
        point: where the gallery's answers would be cut.
        decisions: how the last searched faces would be answered.
        compared: people whose examples were compared with everybody else's.
        alike: how many of them are so like somebody else of the gallery that a photo of them
            could be taken for that person: their example reaches the threshold.
    """

    point: OperatingPoint
    decisions: dict[Decision, int]
    compared: int
    alike: int

    @property
    def searches(self) -> int:
        """How many faces were weighed."""
        return sum(self.decisions.values())


def weigh(
    tools: Tools,
    *,
    gallery: str,
    accepted_fpir: float | None = None,
    threshold: float | None = None,
) -> Weighed:
    """Answer the gallery's last searches again under other settings; changes nothing.

    Args:
        tools: the collaborators.
        gallery: its name.
        accepted_fpir: share of strangers' searches that may name somebody; None takes the
            gallery's own.
        threshold: set by hand; None lets it follow from the accepted rate, and with both None the
            gallery's own settings hold.

    Raises:
        GalleryNotFound: no gallery has this name.
        GalleryModelMismatch: the gallery holds vectors of another model.
        InvalidInput: a figure is out of range.
    """
    check_threshold(threshold)
    if accepted_fpir is not None:
        check_rate(accepted_fpir, "accepted_fpir")
    # What this process has not written yet counts, too.
    tools.searches.flush()
    with tools.database.read() as session:
        row = find_gallery(session, gallery)
        require_contract(row, tools.engine.summary)
        index = tools.indexes.refresh(session, row.id, dimension=tools.engine.summary.dimension)
        point = _point(tools, row, index, accepted_fpir, threshold)
        searches = last_searches(session, row.id)
        some = _some_examples(session, row.id)
    return Weighed(
        point=point,
        decisions=_decided(searches, point),
        compared=len(some),
        alike=_alike(index, some, point.threshold),
    )


def _point(
    tools: Tools,
    row: GalleryRow,
    index: VectorIndex,
    accepted_fpir: float | None,
    threshold: float | None,
) -> OperatingPoint:
    own = accepted_fpir is None and threshold is None
    return operating_point(
        calibration=tools.engine.summary.calibration,
        accepted_fpir=row.accepted_fpir if accepted_fpir is None else accepted_fpir,
        threshold=row.threshold if own else threshold,
        otherwise=tools.engine.summary.identify_threshold,
        people=index.groups,
        faces=len(index),
    )


def _decided(searches: Sequence[Searched], point: OperatingPoint) -> dict[Decision, int]:
    counted = Counter(
        decide(_candidates(each), point=point, legible=each.legible).decision for each in searches
    )
    decisions: tuple[Decision, ...] = ("match", "ambiguous", "unknown")
    return {decision: counted[decision] for decision in decisions}


def _candidates(searched: Searched) -> list[Ranked]:
    found = [_ranked(searched.similarity, searched.examples, None)]
    if searched.runner_up is not None:
        found.append(_ranked(searched.runner_up, 1, searched.likeness))
    return found


def _ranked(similarity: float, examples: int, likeness: float | None) -> Ranked:
    return Ranked(
        person_id="",
        similarity=similarity,
        face_id="",
        example_similarity=similarity,
        examples=examples,
        likeness=likeness,
    )


def _some_examples(session: Session, gallery_id: str) -> dict[str, np.ndarray]:
    """One example of each of some people, by person."""
    # Ids are random, so the first of them are a fair choice, and the same one each time.
    first = (
        select(func.min(FaceRow.id))
        .where(FaceRow.gallery_id == gallery_id)
        .group_by(FaceRow.person_id)
        .order_by(FaceRow.person_id)
        .limit(MOST_COMPARED)
    )
    rows = session.execute(
        select(FaceRow.person_id, FaceRow.embedding).where(FaceRow.id.in_(first))
    )
    return {row.person_id: row.embedding for row in rows}


def _alike(index: VectorIndex, examples: dict[str, np.ndarray], threshold: float) -> int:
    if not examples:
        return 0
    people = list(examples)
    found = index.search(np.stack([examples[person] for person in people]), groups=2)
    return sum(
        any(hit.group != person and hit.similarity >= threshold for hit in hits)
        for person, hits in zip(people, found, strict=True)
    )
