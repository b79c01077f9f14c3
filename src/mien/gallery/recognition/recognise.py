"""Say who each of some embeddings shows: the one verb behind every door that names faces."""

from collections.abc import Sequence
from dataclasses import dataclass
from dataclasses import field
from dataclasses import replace
from typing import Literal
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from mien.access import permissions
from mien.decision.decide import decide
from mien.decision.decide import deciding_rival
from mien.decision.operating_point import OperatingPoint
from mien.gallery.galleries import find_gallery
from mien.gallery.recognition.search import DECISIVE
from mien.gallery.recognition.search import Found
from mien.gallery.recognition.search import check_query
from mien.gallery.recognition.search import search
from mien.gallery.results import Candidate
from mien.gallery.results import Recognised
from mien.gallery.same_face import EnrolledFace
from mien.gallery.same_face import SeenFace
from mien.gallery.same_face import enrolled_faces
from mien.gallery.search_log import SearchRecord
from mien.gallery.services import Call

Itself: TypeAlias = Literal["marked", "left_out"]
"""What is done about an example that is the very face that is searched for."""


@dataclass(frozen=True, slots=True, eq=False)
class Probe:
    """A face to be recognised.

    Attributes:
        embedding: float32, shape (dimension,), unit length.
        legible: whether the face shows enough to be told from others; see `quality.is_legible`.
        seen: where it was seen; None for a face of no photo.
    """

    embedding: NDArray[np.float32] = field(repr=False)
    legible: bool = True
    seen: SeenFace | None = None


@dataclass(frozen=True, slots=True)
class Recognition:
    """Who some faces show.

    Attributes:
        gallery: the name of the gallery that was searched.
        point: where its answers are cut, and what that means for strangers.
        faces: one answer a probe, in their order.
    """

    gallery: str
    point: OperatingPoint
    faces: tuple[Recognised, ...]


def recognise(
    call: Call,
    *,
    gallery: str,
    probes: Sequence[Probe],
    limit: int = 5,
    threshold: float | None = None,
    itself: Itself = "marked",
) -> Recognition:
    """Search, decide, count the decisions and remember the search.

    Args:
        call: who asks, and with what.
        gallery: its name.
        probes: the faces.
        limit: how many people to name for each at most, 1 to 100.
        threshold: similarity from which a candidate is a match, for this call; None takes the
            gallery's.
        itself: whether an example that is the very face is compared with and marked, or left out.

    Raises:
        GalleryNotFound: no gallery has this name.
        GalleryModelMismatch: the gallery holds vectors of another model.
        InvalidInput: the limit or the threshold is out of range.
    """
    permissions.require(call.actor, "photos.identify", gallery)
    check_query(limit=limit, threshold=threshold)
    services = call.services
    with services.database.read() as session:
        row = find_gallery(session, gallery)
        known = enrolled_faces(session, row.id, [probe.seen for probe in probes])
        found = search(
            services,
            session,
            row,
            [probe.embedding for probe in probes],
            limit=limit,
            threshold=threshold,
            without=known if itself == "left_out" else (),
        )
    found = _marked(found, known)
    faces = decided(probes, found, limit=limit)
    for each in faces:
        services.observer.on_decision(each.decision)
    services.searches.note(row.id, _searched(probes, found))
    return Recognition(row.name, found.point, faces)


def decided(probes: Sequence[Probe], found: Found, *, limit: int) -> tuple[Recognised, ...]:
    """The answer about each probe, from what a search found, with so many candidates at most."""
    return tuple(
        _decided(probe, candidates, found.point, limit)
        for probe, candidates in zip(probes, found.candidates, strict=True)
    )


def _marked(found: Found, known: Sequence[Sequence[EnrolledFace]]) -> Found:
    """The same, with a mark at those whose example is the very face."""
    return replace(
        found,
        candidates=tuple(
            tuple(
                replace(each, same_photo=True) if each.face_id in examples else each
                for each in candidates
            )
            for candidates, examples in zip(
                found.candidates, ({face.face_id for face in some} for some in known), strict=True
            )
        ),
    )


def _decided(
    probe: Probe, candidates: tuple[Candidate, ...], point: OperatingPoint, limit: int
) -> Recognised:
    verdict = decide(candidates[:DECISIVE], point=point, legible=probe.legible)
    return Recognised(
        decision=verdict.decision,
        doubts=verdict.doubts,
        expected_false_match_rate=verdict.expected_false_match_rate,
        margin=verdict.margin,
        candidates=candidates[:limit],
    )


def _searched(probes: Sequence[Probe], found: Found) -> list[SearchRecord]:
    """What is remembered of a search; faces without candidates say nothing."""
    return [
        _remembered(candidates[:DECISIVE], found.point, legible=probe.legible)
        for probe, candidates in zip(probes, found.candidates, strict=True)
        if candidates
    ]


def _remembered(
    candidates: Sequence[Candidate], point: OperatingPoint, *, legible: bool
) -> SearchRecord:
    best, rival = candidates[0], deciding_rival(candidates, point=point)
    return SearchRecord(
        similarity=best.similarity,
        examples=best.examples,
        runner_up=rival.similarity if rival else None,
        similarity_to_best=rival.similarity_to_best if rival else None,
        legible=legible,
    )
