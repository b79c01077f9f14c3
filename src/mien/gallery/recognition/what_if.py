"""What another accepted error would have meant for the last searches, and for the gallery."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TypeAlias

import numpy as np
from sqlalchemy import func
from sqlalchemy import select
from sqlalchemy.orm import Session

from mien.access import permissions
from mien.decision.decide import decide
from mien.decision.operating_point import OperatingPoint
from mien.decision.rank import Ranked
from mien.gallery.galleries import find_gallery
from mien.gallery.galleries import require_contract
from mien.gallery.recognition.search import point_of
from mien.gallery.search_log import SearchRecord
from mien.gallery.search_log import last_searches
from mien.gallery.services import Call
from mien.gallery.settings import check_rate
from mien.gallery.settings import check_threshold
from mien.index.base import ExactSearch
from mien.options import Decision
from mien.storage.models import FaceRow

# More people are not all compared with each other; these stand for them.
MOST_COMPARED = 500

_Size: TypeAlias = tuple[int, int]
"""How many people were searched, and how many faces they have."""


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


@dataclass(frozen=True, slots=True)
class Setting:
    """One way to cut a gallery's answers; as it stands, it is the gallery's own.

    Attributes:
        accepted_fpir: share of strangers' searches that may name somebody; None takes the
            gallery's own.
        threshold: set by hand; None lets it follow from the accepted rate.
    """

    accepted_fpir: float | None = None
    threshold: float | None = None


def weigh(
    call: Call,
    *,
    gallery: str,
    accepted_fpir: float | None = None,
    threshold: float | None = None,
) -> Weighed:
    """Answer the gallery's last searches again under another setting; see `weigh_all`."""
    permissions.require(call.actor, "galleries.weigh", gallery)
    (weighed,) = weigh_all(call, gallery=gallery, settings=[Setting(accepted_fpir, threshold)])
    return weighed


def weigh_all(
    call: Call, *, gallery: str, settings: Sequence[Setting] = (Setting(),)
) -> tuple[Weighed, ...]:
    """Answer the gallery's last searches again under other settings; changes nothing.

    Args:
        call: who asks, and with what.
        gallery: its name.
        settings: each is weighed; what they have in common is computed once.

    Raises:
        GalleryNotFound: no gallery has this name.
        GalleryModelMismatch: the gallery holds vectors of another model.
        InvalidInput: a figure is out of range.
    """
    permissions.require(call.actor, "galleries.weigh", gallery)
    for setting in settings:
        check_threshold(setting.threshold)
        if setting.accepted_fpir is not None:
            check_rate(setting.accepted_fpir, "accepted_fpir")
    # What this process has not written yet counts, too.
    call.services.searches.flush()
    with call.services.database.read() as session:
        row = find_gallery(session, gallery)
        require_contract(session, row, call.services.engine.summary)
        index = call.services.indexes.refresh(
            session, row.id, dimension=call.services.engine.summary.dimension
        )
        whole = (index.groups, len(index))
        searches = _by_size(last_searches(session, row.id), whole)
        cut: list[dict[_Size, OperatingPoint]] = [
            {
                size: point_of(
                    call.services,
                    row,
                    people=size[0],
                    faces=size[1],
                    threshold=setting.threshold,
                    accepted_fpir=setting.accepted_fpir,
                )
                for size in (whole, *searches)
            }
            for setting in settings
        ]
        some = _some_examples(session, row.id)
        nearest = _nearest_others(index, some)
    return tuple(
        Weighed(
            point=points[whole],
            decisions=_decided(searches, points),
            compared=len(some),
            alike=sum(similarity >= points[whole].threshold for similarity in nearest),
        )
        for points in cut
    )


def _by_size(
    searches: Sequence[SearchRecord], whole: _Size
) -> dict[_Size, list[tuple[Sequence[Ranked], bool]]]:
    """What was found, by how much was searched; of the whole gallery, as much as there is now."""
    found: dict[_Size, list[tuple[Sequence[Ranked], bool]]] = {}
    for each in searches:
        size = whole if each.people is None or each.faces is None else (each.people, each.faces)
        found.setdefault(size, []).append((_candidates(each), each.legible))
    return found


def _decided(
    searches: dict[_Size, list[tuple[Sequence[Ranked], bool]]],
    points: dict[_Size, OperatingPoint],
) -> dict[Decision, int]:
    counted = Counter(
        decide(candidates, point=points[size], legible=legible).decision
        for size, some in searches.items()
        for candidates, legible in some
    )
    decisions: tuple[Decision, ...] = ("match", "ambiguous", "unknown")
    return {decision: counted[decision] for decision in decisions}


def _candidates(searched: SearchRecord) -> list[Ranked]:
    found = [_ranked(searched.similarity, searched.examples, None)]
    if searched.runner_up is not None:
        found.append(_ranked(searched.runner_up, 1, searched.similarity_to_best))
    return found


def _ranked(similarity: float, examples: int, similarity_to_best: float | None) -> Ranked:
    return Ranked(
        person_id="",
        similarity=similarity,
        face_id="",
        example_similarity=similarity,
        examples=examples,
        similarity_to_best=similarity_to_best,
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


def _nearest_others(index: ExactSearch, examples: dict[str, np.ndarray]) -> list[float]:
    """How similar each of these examples is to the nearest person other than their own."""
    if not examples:
        return []
    people = list(examples)
    found = index.search(np.stack([examples[person] for person in people]), groups=2)
    return [
        max((hit.similarity for hit in hits if hit.group != person), default=-1.0)
        for person, hits in zip(people, found, strict=True)
    ]
