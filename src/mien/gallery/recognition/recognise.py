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
from mien.gallery.recognition.reach import EVERYBODY
from mien.gallery.recognition.reach import Reach
from mien.gallery.recognition.reach import nobody_searched
from mien.gallery.recognition.reach import reached_galleries
from mien.gallery.recognition.reach import require_reach
from mien.gallery.recognition.search import DECISIVE
from mien.gallery.recognition.search import Found
from mien.gallery.recognition.search import check_query
from mien.gallery.recognition.search import search
from mien.gallery.results import Candidate
from mien.gallery.results import Recognised
from mien.gallery.results import Searched
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
        counted: whether the search is counted and remembered; not where the same face was searched
            for a moment ago, as in the pictures of a camera.
    """

    embedding: NDArray[np.float32] = field(repr=False)
    legible: bool = True
    seen: SeenFace | None = None
    counted: bool = True


@dataclass(frozen=True, slots=True)
class Recognition:
    """Who some faces show.

    Attributes:
        gallery: the name of the gallery that was searched.
        point: where its answers are cut, and what that means for strangers.
        faces: one answer a probe, in their order.
        searched: how much of each gallery was searched.
    """

    gallery: str
    point: OperatingPoint
    faces: tuple[Recognised, ...]
    searched: tuple[Searched, ...]


def recognise(
    call: Call,
    *,
    gallery: str,
    probes: Sequence[Probe],
    limit: int = 5,
    threshold: float | None = None,
    itself: Itself = "marked",
    reach: Reach = EVERYBODY,
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
        reach: which other galleries are searched, and among whom.

    Raises:
        GalleryNotFound: no gallery has this name.
        GalleryModelMismatch: a gallery holds vectors of another model.
        NobodySearched: nobody with a face has such metadata.
        InvalidInput: the limit, the threshold or the reach is out of range.
    """
    permissions.require(call.actor, "photos.identify", gallery)
    require_reach(call.actor, gallery, reach)
    check_query(limit=limit, threshold=threshold)
    services = call.services
    terms = reach.terms
    with services.database.read() as session:
        rows = reached_galleries(session, services.engine.summary, gallery, reach)
        known = enrolled_faces(session, [row.id for row in rows], [each.seen for each in probes])
        found = search(
            services,
            session,
            rows,
            [probe.embedding for probe in probes],
            limit=limit,
            threshold=threshold,
            without=known if itself == "left_out" else (),
            terms=terms,
        )
    if terms and not found.point.people:
        raise nobody_searched(rows, terms)
    found = _marked(found, known)
    faces = decided(probes, found, limit=limit)
    for probe, each in zip(probes, faces, strict=True):
        if probe.counted:
            services.observer.on_decision(each.decision)
    if len(rows) == 1:
        # What several galleries answer together says nothing of the settings of one.
        services.searches.note(
            rows[0].id,
            _remembered_faces(probes, found, narrowed=bool(terms)),
            contract_id=rows[0].contract_id,
        )
    return Recognition(rows[0].name, found.point, faces, found.searched)


def decided(probes: Sequence[Probe], found: Found, *, limit: int) -> tuple[Recognised, ...]:
    """The answer about each probe, from what a search found, with so many candidates at most."""
    refused = found.refused or tuple(() for _ in probes)
    return tuple(
        replace(_decided(probe, candidates, found.point, limit), refused=passed_over)
        for probe, candidates, passed_over in zip(probes, found.candidates, refused, strict=True)
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
    rivals = [each for each in candidates if not each.may_be_same_person]
    verdict = decide(rivals[:DECISIVE], point=point, legible=probe.legible)
    return Recognised(
        decision=verdict.decision,
        doubts=verdict.doubts,
        expected_false_match_rate=verdict.expected_false_match_rate,
        margin=verdict.margin,
        candidates=candidates[:limit],
    )


def _remembered_faces(
    probes: Sequence[Probe], found: Found, *, narrowed: bool
) -> list[SearchRecord]:
    """What is remembered of a search; faces without candidates say nothing."""
    return [
        _remembered(candidates[:DECISIVE], found.point, legible=probe.legible, narrowed=narrowed)
        for probe, candidates in zip(probes, found.candidates, strict=True)
        if candidates and probe.counted
    ]


def _remembered(
    candidates: Sequence[Candidate], point: OperatingPoint, *, legible: bool, narrowed: bool
) -> SearchRecord:
    best, rival = candidates[0], deciding_rival(candidates, point=point)
    return SearchRecord(
        similarity=best.similarity,
        examples=best.examples,
        runner_up=rival.similarity if rival else None,
        similarity_to_best=rival.similarity_to_best if rival else None,
        legible=legible,
        people=point.people if narrowed else None,
        faces=point.faces if narrowed else None,
    )
