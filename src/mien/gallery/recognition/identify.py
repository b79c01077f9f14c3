"""Say who is in a photo."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import select
from sqlalchemy.orm import Session

from mien.decision.decide import decide
from mien.decision.decide import deciding_rival
from mien.decision.operating_point import OperatingPoint
from mien.decision.operating_point import operating_point
from mien.decision.rank import Ranked
from mien.decision.rank import rank
from mien.errors import InvalidInput
from mien.gallery.analysis import analyze
from mien.gallery.galleries import check_threshold
from mien.gallery.galleries import find_gallery
from mien.gallery.galleries import require_contract
from mien.gallery.results import Answer
from mien.gallery.results import Candidate
from mien.gallery.results import Identification
from mien.gallery.results import PersonRef
from mien.gallery.search_log import Searched
from mien.gallery.services import Services
from mien.options import Detail
from mien.storage.models import GalleryRow
from mien.storage.models import PersonRow
from mien.vision.quality_limits import is_legible
from mien.vision.types import DetectedFace

MOST_CANDIDATES = 100
# Databases take only so many values in one statement.
_IDS_AT_ONCE = 5_000
# The answer rests on so many, however many are to be named.
_DECISIVE = 5


@dataclass(frozen=True, slots=True)
class Found:
    """What a search found.

    Attributes:
        point: where the gallery's answers are cut.
        candidates: for each embedding the most similar people, best first, each once.
    """

    point: OperatingPoint
    candidates: tuple[tuple[Candidate, ...], ...]


def identify(
    services: Services,
    *,
    gallery: str,
    photo: bytes,
    limit: int = 5,
    threshold: float | None = None,
    detail: Detail = "normal",
) -> Identification:
    """Answer, for every face of a photo, who of a gallery it shows, or that it is nobody.

    Args:
        services: the collaborators.
        gallery: its name.
        photo: the file's bytes.
        limit: how many people to name for each face at most, 1 to 100.
        threshold: similarity from which a candidate is a match, for this call; None takes the
            gallery's.
        detail: how closely the photo is searched for faces.

    Raises:
        ImageError: the bytes are no photo that can be read.
        GalleryNotFound: no gallery has this name.
        GalleryModelMismatch: the gallery holds vectors of another model.
        InvalidInput: the limit or the threshold is out of range.
    """
    check_question(services, gallery=gallery, limit=limit, threshold=threshold)
    image, faces = analyze(services, photo=photo, detail=detail)
    with services.database.read() as session:
        row = find_gallery(session, gallery)
        embeddings = [face.embedding for face in faces]
        found = search(services, session, row, embeddings, limit=limit, threshold=threshold)
        gallery_id = row.id
    told = answers(faces, found, limit=limit)
    for each in told:
        services.observer.on_decision(each.decision)
    services.searches.note(gallery_id, searched(faces, found))
    return Identification(
        gallery=row.name,
        point=found.point,
        width=image.width,
        height=image.height,
        answers=told,
    )


def check_question(
    services: Services, *, gallery: str, limit: int, threshold: float | None
) -> None:
    """Refuse what cannot be answered, before a photo is looked at.

    Raises:
        GalleryNotFound: no gallery has this name.
        GalleryModelMismatch: the gallery holds vectors of another model.
        InvalidInput: the limit or the threshold is out of range.
    """
    check_query(limit=limit, threshold=threshold)
    with services.database.read() as session:
        require_contract(find_gallery(session, gallery), services.engine.summary)


def check_query(*, limit: int, threshold: float | None) -> None:
    """Refuse what cannot be answered.

    Raises:
        InvalidInput: the limit or the threshold is out of range.
    """
    if not 1 <= limit <= MOST_CANDIDATES:
        raise InvalidInput(f"A limit is a number from 1 to {MOST_CANDIDATES}.", field="limit")
    check_threshold(threshold)


def search(
    services: Services,
    session: Session,
    gallery: GalleryRow,
    embeddings: Sequence[NDArray[np.float32]],
    *,
    limit: int,
    threshold: float | None = None,
) -> Found:
    """The most similar people for each embedding, and where the gallery's answers are cut.

    Args:
        services: the collaborators.
        session: reading.
        gallery: its row.
        embeddings: float32, shape (dimension,), unit length.
        limit: how many people for each.
        threshold: for this search; None takes what the gallery is set to.

    Raises:
        GalleryModelMismatch: the gallery holds vectors of another model.
    """
    require_contract(gallery, services.engine.summary)
    index = services.indexes.refresh(
        session, gallery.id, dimension=services.engine.summary.dimension
    )
    point = point_of(services, gallery, people=index.groups, faces=len(index), threshold=threshold)
    if not embeddings:
        return Found(point, ())
    queries = np.stack(embeddings)
    needed = wanted = max(limit, _DECISIVE)
    while True:
        ranked = rank(index, queries, limit=wanted)
        people = _people(session, {each.person_id for some in ranked for each in some})
        candidates = tuple(
            tuple(
                _named(each, people[each.person_id]) for each in some if each.person_id in people
            )[:needed]
            for some in ranked
        )
        if not any(
            len(named) < needed and len(some) == wanted
            for named, some in zip(candidates, ranked, strict=True)
        ):
            return Found(point, candidates)
        # Another thread has brought the index to a later moment than this session sees, and
        # people of that moment take the places of people of this one.
        wanted *= 2


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


def searched(faces: Sequence[DetectedFace], found: Found) -> list[Searched]:
    """What is remembered of a search; faces without candidates say nothing."""
    return [
        _searched(candidates[:_DECISIVE], found.point, legible=is_legible(face.quality))
        for face, candidates in zip(faces, found.candidates, strict=True)
        if candidates
    ]


def answers(faces: Sequence[DetectedFace], found: Found, *, limit: int) -> tuple[Answer, ...]:
    """One answer a face, numbered from 1, with so many candidates at most."""
    return tuple(
        _answer(number, face, candidates, found.point, limit)
        for number, (face, candidates) in enumerate(
            zip(faces, found.candidates, strict=True), start=1
        )
    )


def _searched(candidates: Sequence[Candidate], point: OperatingPoint, *, legible: bool) -> Searched:
    best, rival = candidates[0], deciding_rival(candidates, point=point)
    return Searched(
        similarity=best.similarity,
        examples=best.examples,
        runner_up=rival.similarity if rival else None,
        likeness=rival.likeness if rival else None,
        legible=legible,
    )


def _answer(
    number: int,
    face: DetectedFace,
    candidates: tuple[Candidate, ...],
    point: OperatingPoint,
    limit: int,
) -> Answer:
    verdict = decide(candidates[:_DECISIVE], point=point, legible=is_legible(face.quality))
    return Answer(
        number=number,
        face=face,
        decision=verdict.decision,
        doubts=verdict.doubts,
        expected_false_match_rate=verdict.expected_false_match_rate,
        margin=verdict.margin,
        candidates=candidates[:limit],
    )


def _named(ranked: Ranked, person: PersonRef) -> Candidate:
    return Candidate(
        person=person,
        person_id=ranked.person_id,
        similarity=ranked.similarity,
        face_id=ranked.face_id,
        example_similarity=ranked.example_similarity,
        examples=ranked.examples,
        likeness=ranked.likeness,
    )


def _people(session: Session, person_ids: set[str]) -> dict[str, PersonRef]:
    ids = sorted(person_ids)
    people = {}
    for start in range(0, len(ids), _IDS_AT_ONCE):
        some = ids[start : start + _IDS_AT_ONCE]
        rows = session.execute(select(PersonRow.id, PersonRow.name).where(PersonRow.id.in_(some)))
        people.update({person_id: PersonRef(person_id, name) for person_id, name in rows})
    return people
