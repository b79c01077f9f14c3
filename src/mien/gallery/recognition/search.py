"""The nearest people for each embedding, and where a gallery's answers are cut."""

from collections.abc import Mapping
from collections.abc import Sequence
from dataclasses import dataclass
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import select
from sqlalchemy.orm import Session

from mien.decision.operating_point import OperatingPoint
from mien.decision.operating_point import operating_point
from mien.decision.rank import Ranked
from mien.decision.rank import rank
from mien.errors import InvalidInput
from mien.gallery.galleries import require_contract
from mien.gallery.people.metadata_terms import Term
from mien.gallery.person_refs import person_refs
from mien.gallery.recognition.chosen import chosen
from mien.gallery.recognition.doubles import alike_from
from mien.gallery.recognition.doubles import with_doubles
from mien.gallery.recognition.negatives import refused_people
from mien.gallery.results import Candidate
from mien.gallery.results import GalleryRef
from mien.gallery.results import PersonRef
from mien.gallery.results import Searched
from mien.gallery.same_face import EnrolledFace
from mien.gallery.services import Services
from mien.gallery.settings import check_threshold
from mien.index.base import ExactSearch
from mien.index.rerank import Examples
from mien.index.several import Joined
from mien.index.several import Narrowed
from mien.storage.models import FaceRow
from mien.storage.models import GalleryRow
from mien.storage.models import PersonRow

MOST_CANDIDATES = 100
DECISIVE = 5
"""An answer rests on so many candidates, however many are to be named."""


@dataclass(frozen=True, slots=True)
class Found:
    """What a search found.

    Attributes:
        point: where the answers are cut; of several galleries by the strictest of their settings.
        candidates: for each embedding the most similar people, best first, each once.
        searched: how much of each gallery was searched.
        refused: for each embedding those who would be among them, if it was not nearer to a face
            that is known not to be theirs; empty where there are none at all.
    """

    point: OperatingPoint
    candidates: tuple[tuple[Candidate, ...], ...]
    searched: tuple[Searched, ...]
    refused: tuple[tuple[Candidate, ...], ...] = ()


def check_query(*, limit: int, threshold: float | None) -> None:
    """Refuse what cannot be answered.

    Raises:
        InvalidInput: the limit or the threshold is out of range.
    """
    if not 1 <= limit <= MOST_CANDIDATES:
        raise InvalidInput("candidate_limit", words={"most": MOST_CANDIDATES}, field="limit")
    check_threshold(threshold)


def search(
    services: Services,
    session: Session,
    galleries: GalleryRow | Sequence[GalleryRow],
    embeddings: Sequence[NDArray[np.float32]],
    *,
    limit: int,
    threshold: float | None = None,
    without: Sequence[Sequence[EnrolledFace]] = (),
    terms: Sequence[Term] = (),
) -> Found:
    """The most similar people for each embedding, and where the answers are cut.

    Several galleries are searched as if they were one: as many people are compared, so the error
    that is accepted is spread over all of them.

    Args:
        services: the collaborators.
        session: reading.
        galleries: their rows, as this session sees them, one at least.
        embeddings: float32, shape (dimension,), unit length.
        limit: how many people for each.
        threshold: for this search; None takes what the galleries are set to.
        without: for each embedding, the examples that it is not compared with; empty for none.
        terms: what people's metadata must say for them to be searched; none for everybody.

    Raises:
        GalleryModelMismatch: a gallery holds vectors of another model.
    """
    rows = (galleries,) if isinstance(galleries, GalleryRow) else tuple(galleries)
    parts = [_part(services, session, row, terms) for row in rows]
    index = parts[0] if len(parts) == 1 else Joined(parts)
    # Where one is asked more than another, all are asked as much.
    point = max(
        (
            point_of(services, row, people=index.groups, faces=len(index), threshold=threshold)
            for row in rows
        ),
        key=lambda each: each.threshold,
    )
    searched = tuple(
        Searched(GalleryRef(row.name, row.display_name or row.name), part.groups)
        for row, part in zip(rows, parts, strict=True)
    )
    if not embeddings:
        return Found(point, (), searched)
    queries = np.stack(embeddings)
    instead: Sequence[Mapping[str, Examples | None]] = _other_examples(
        session, _reached(without, parts)
    )
    # Of each further gallery one may be the best person once more and decides nothing.
    needed = wanted = max(limit, DECISIVE + len(rows) - 1)
    same_from = alike_from(services.engine.summary, rows, people=index.groups, faces=len(index))
    passed_over: list[dict[str, Ranked]] = [{} for _ in queries]
    while True:
        ranked = rank(index, queries, limit=wanted, instead=instead)
        refusals = refused_people(services, session, rows, queries, ranked)
        if any(refusals):
            # Only the faces that are meant are compared anew, as if those people were not there.
            for some, refused, by in zip(ranked, refusals, passed_over, strict=True):
                by.update({each.person_id: each for each in some if each.person_id in refused})
            instead = _without_refused(instead, passed_over)
            continue
        ids = {each.person_id for some in ranked for each in some}
        ids.update(*passed_over)
        people = person_refs(session, ids)
        owners = _owners(session, rows, ids)
        candidates = tuple(
            tuple(
                replace(named(each, people[each.person_id]), gallery=owners[each.person_id])
                for each in some
                if each.person_id in people
            )[:needed]
            for some in ranked
        )
        if not any(
            len(kept) < needed and len(some) == wanted
            for kept, some in zip(candidates, ranked, strict=True)
        ):
            marked = tuple(with_doubles(some, same_from=same_from) for some in candidates)
            refused_by = tuple(
                tuple(
                    replace(named(each, people[each.person_id]), gallery=owners[each.person_id])
                    for each in by.values()
                    if each.person_id in people
                )
                for by in passed_over
            )
            return Found(point, marked, searched, refused_by)
        # Another thread has brought the index to a later moment than this session sees, and
        # people of that moment take the places of people of this one.
        wanted *= 2


def _without_refused(
    instead: Sequence[Mapping[str, Examples | None]], refused: Sequence[Mapping[str, Ranked]]
) -> list[Mapping[str, Examples | None]]:
    before = instead or [{} for _ in refused]
    return [
        {**by, **dict.fromkeys(people, None)} for by, people in zip(before, refused, strict=True)
    ]


def _part(
    services: Services, session: Session, gallery: GalleryRow, terms: Sequence[Term]
) -> ExactSearch:
    """What is searched of one gallery."""
    require_contract(session, gallery, services.engine.summary)
    index = services.indexes.refresh(
        session, gallery.id, dimension=services.engine.summary.dimension, known=gallery
    )
    if not terms:
        return index
    those = chosen(services, session, gallery, terms)
    return Narrowed(index, those.people, those.faces)


def _reached(
    known: Sequence[Sequence[EnrolledFace]], parts: Sequence[ExactSearch]
) -> Sequence[Sequence[EnrolledFace]]:
    """Of some examples those of people who are searched."""
    narrowed = [part.among for part in parts if isinstance(part, Narrowed)]
    if not narrowed:
        return known
    among = frozenset().union(*narrowed)
    return [[each for each in some if each.person_id in among] for some in known]


def _owners(session: Session, galleries: Sequence[GalleryRow], ids: set[str]) -> dict[str, str]:
    """The name of the gallery of each person."""
    if len(galleries) == 1:
        return dict.fromkeys(ids, galleries[0].name)
    names = {row.id: row.name for row in galleries}
    found = session.execute(
        select(PersonRow.id, PersonRow.gallery_id).where(PersonRow.id.in_(sorted(ids)))
    )
    return {person_id: names[gallery_id] for person_id, gallery_id in found}


@dataclass(frozen=True, slots=True)
class Nearest:
    """The nearest people of an index as it stood, not looked up in the rows.

    Attributes:
        revision: of the gallery up to which the index had been brought.
        point: where the gallery's answers are cut.
        ranked: best first.
    """

    revision: int
    point: OperatingPoint
    ranked: tuple[Ranked, ...]


def nearest_as_it_stands(
    services: Services, gallery: GalleryRow, embedding: NDArray[np.float32], *, limit: int
) -> Nearest | None:
    """The nearest people for one embedding in the index as this process has it; asks no database.

    Args:
        services: the collaborators.
        gallery: its row.
        embedding: float32, shape (dimension,), unit length.
        limit: how many people.

    Returns:
        None when this process has not searched the gallery yet, or cannot without the rows.

    Raises:
        IndexUnavailable: the index cannot be reached.
    """
    # Looked up before the index is asked, which may be brought further meanwhile.
    revision = services.indexes.applied_revision(gallery.id)
    index = services.indexes.as_it_stands(gallery.id, contract_id=gallery.contract_id)
    if index is None or revision is None:
        return None
    return _nearest(services, gallery, index, embedding, revision=revision, limit=limit)


def nearest(
    services: Services,
    session: Session,
    gallery: GalleryRow,
    embedding: NDArray[np.float32],
    *,
    limit: int,
) -> Nearest:
    """The same with everything that this session sees.

    Args:
        services: the collaborators.
        session: reading.
        gallery: its row, as this session sees it.
        embedding: float32, shape (dimension,), unit length.
        limit: how many people.

    Raises:
        IndexUnavailable: the index cannot be reached.
    """
    index = services.indexes.refresh(
        session, gallery.id, dimension=services.engine.summary.dimension, known=gallery
    )
    return _nearest(services, gallery, index, embedding, revision=gallery.revision, limit=limit)


def _nearest(
    services: Services,
    gallery: GalleryRow,
    index: ExactSearch,
    embedding: NDArray[np.float32],
    *,
    revision: int,
    limit: int,
) -> Nearest:
    point = point_of(services, gallery, people=index.groups, faces=len(index))
    return Nearest(revision, point, rank(index, embedding[np.newaxis], limit=limit)[0])


def point_of(
    services: Services,
    gallery: GalleryRow,
    *,
    people: int,
    faces: int,
    threshold: float | None = None,
    accepted_fpir: float | None = None,
) -> OperatingPoint:
    """Where a gallery's answers are cut when so many can be found.

    Args:
        services: the collaborators.
        gallery: its row.
        people: who can be found.
        faces: their examples.
        threshold: goes before what the gallery is set to.
        accepted_fpir: goes before what the gallery is set to, a threshold set by hand included.
    """
    summary = services.engine.summary
    if accepted_fpir is None:
        threshold = gallery.threshold if threshold is None else threshold
        accepted_fpir = gallery.accepted_fpir
    return operating_point(
        calibration=summary.calibration,
        accepted_fpir=accepted_fpir,
        threshold=threshold,
        otherwise=summary.identify_threshold,
        people=people,
        faces=faces,
    )


def named(ranked: Ranked, person: PersonRef) -> Candidate:
    """Somebody ranked, with the name."""
    return Candidate(
        person=person,
        person_id=ranked.person_id,
        similarity=ranked.similarity,
        face_id=ranked.face_id,
        example_similarity=ranked.example_similarity,
        examples=ranked.examples,
        similarity_to_best=ranked.similarity_to_best,
    )


def _other_examples(
    session: Session, without: Sequence[Sequence[EnrolledFace]]
) -> list[Mapping[str, Examples | None]]:
    """For each face, by person, what is left of the examples of those who have lost some."""
    people = sorted({each.person_id for some in without for each in some})
    if not people:
        return []
    rows = session.execute(
        select(FaceRow.id, FaceRow.person_id, FaceRow.embedding)
        .where(FaceRow.person_id.in_(people))
        .order_by(FaceRow.id)
    ).all()
    left: list[Mapping[str, Examples | None]] = []
    for some in without:
        passed_over = {each.face_id for each in some}
        kept = {
            person_id: [
                row for row in rows if row.person_id == person_id and row.id not in passed_over
            ]
            for person_id in {each.person_id for each in some}
        }
        left.append(
            {
                person_id: Examples(
                    [row.id for row in faces], np.stack([row.embedding for row in faces])
                )
                if faces
                else None
                for person_id, faces in kept.items()
            }
        )
    return left
