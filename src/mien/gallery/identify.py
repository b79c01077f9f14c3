"""Say who is in a photo."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import select
from sqlalchemy.orm import Session

from mien.errors import InvalidInput
from mien.gallery.analyze import analyze
from mien.gallery.answers import Answer
from mien.gallery.answers import Candidate
from mien.gallery.answers import Identification
from mien.gallery.answers import PersonRef
from mien.gallery.decide import decide
from mien.gallery.galleries import find_gallery
from mien.gallery.galleries import require_contract
from mien.gallery.tools import Tools
from mien.storage.models import GalleryRow
from mien.storage.models import PersonRow
from mien.vision.types import DetectedFace

MOST_CANDIDATES = 100
# Databases take only so many values in one statement.
_IDS_AT_ONCE = 5_000


def identify(
    tools: Tools, *, gallery: str, photo: bytes, limit: int = 5, threshold: float | None = None
) -> Identification:
    """Answer, for every face of a photo, who of a gallery it shows, or that it is nobody.

    Args:
        tools: the collaborators.
        gallery: its name.
        photo: the file's bytes.
        limit: how many people to name for each face at most, 1 to 100.
        threshold: similarity from which a candidate is a match, for this call; None takes the
            gallery's.

    Raises:
        ImageError: the bytes are no photo that can be read.
        GalleryNotFound: no gallery has this name.
        GalleryModelMismatch: the gallery holds vectors of another model.
        InvalidInput: the limit or the threshold is out of range.
    """
    check_question(tools, gallery=gallery, limit=limit, threshold=threshold)
    image, faces = analyze(tools, photo=photo)
    with tools.database.read() as session:
        row = find_gallery(session, gallery)
        chosen = effective_threshold(tools, row) if threshold is None else threshold
        embeddings = [face.embedding for face in faces]
        candidates = search(tools, session, row, embeddings, limit=limit)
    found = answers(faces, candidates, threshold=chosen)
    for each in found:
        tools.observer.on_decision(each.decision)
    return Identification(
        gallery=row.name,
        threshold=chosen,
        width=image.width,
        height=image.height,
        answers=found,
    )


def check_question(tools: Tools, *, gallery: str, limit: int, threshold: float | None) -> None:
    """Refuse what cannot be answered, before a photo is looked at.

    Raises:
        GalleryNotFound: no gallery has this name.
        GalleryModelMismatch: the gallery holds vectors of another model.
        InvalidInput: the limit or the threshold is out of range.
    """
    check_query(limit=limit, threshold=threshold)
    with tools.database.read() as session:
        require_contract(find_gallery(session, gallery), tools.engine.summary)


def check_query(*, limit: int, threshold: float | None) -> None:
    """Refuse what cannot be answered.

    Raises:
        InvalidInput: the limit or the threshold is out of range.
    """
    if not 1 <= limit <= MOST_CANDIDATES:
        raise InvalidInput(f"A limit is a number from 1 to {MOST_CANDIDATES}.", field="limit")
    if threshold is not None and not -1 <= threshold <= 1:
        raise InvalidInput("A threshold is a similarity from -1 to 1.", field="threshold")


def effective_threshold(tools: Tools, gallery: GalleryRow) -> float:
    """The similarity from which a candidate is a match in this gallery."""
    if gallery.threshold is not None:
        return gallery.threshold
    return tools.engine.summary.identify_threshold


def search(
    tools: Tools,
    session: Session,
    gallery: GalleryRow,
    embeddings: Sequence[NDArray[np.float32]],
    *,
    limit: int,
) -> list[tuple[Candidate, ...]]:
    """The most similar people for each embedding, best first, each once.

    Raises:
        GalleryModelMismatch: the gallery holds vectors of another model.
    """
    require_contract(gallery, tools.engine.summary)
    if not embeddings:
        return []
    index = tools.indexes.refresh(session, gallery.id, dimension=tools.engine.summary.dimension)
    queries = np.stack(embeddings)
    wanted = limit
    while True:
        hits = index.search(queries, groups=wanted)
        people = _people(session, {hit.group for found in hits for hit in found})
        candidates = [
            tuple(
                Candidate(person=people[hit.group], similarity=hit.similarity, face_id=hit.key)
                for hit in found
                if hit.group in people
            )[:limit]
            for found in hits
        ]
        if not any(
            len(named) < limit and len(found) == wanted
            for named, found in zip(candidates, hits, strict=True)
        ):
            return candidates
        # Another thread has brought the index to a later moment than this session sees, and
        # people of that moment take the places of people of this one.
        wanted *= 2


def answers(
    faces: Sequence[DetectedFace],
    candidates: Sequence[tuple[Candidate, ...]],
    *,
    threshold: float,
) -> tuple[Answer, ...]:
    """One answer a face, numbered from 1."""
    return tuple(
        Answer(
            number=number,
            face=face,
            decision=decide(found, threshold=threshold),
            candidates=found,
        )
        for number, (face, found) in enumerate(zip(faces, candidates, strict=True), start=1)
    )


def _people(session: Session, person_ids: set[str]) -> dict[str, PersonRef]:
    ids = sorted(person_ids)
    people = {}
    for start in range(0, len(ids), _IDS_AT_ONCE):
        some = ids[start : start + _IDS_AT_ONCE]
        rows = session.execute(select(PersonRow.id, PersonRow.name).where(PersonRow.id.in_(some)))
        people.update({person_id: PersonRef(person_id, name) for person_id, name in rows})
    return people
