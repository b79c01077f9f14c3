"""The people of a gallery whom somebody may be taken for."""

import numpy as np
from sqlalchemy import select

from mien.access import permissions
from mien.errors import IndexUnavailable
from mien.errors import ModelError
from mien.gallery.galleries import find_gallery
from mien.gallery.people.person_rows import find_person
from mien.gallery.recognition.search import search
from mien.gallery.results import Candidate
from mien.gallery.services import Call
from mien.storage.models import FaceRow

# The newest stand for all; a page is to be quick.
_MOST_EXAMPLES = 20


def look_alikes(
    call: Call, *, gallery: str, person_id: str, limit: int = 3
) -> tuple[Candidate, ...]:
    """Other people whom a search with one of this person's examples would name, likest first.

    Nobody, where nothing can be compared: the gallery belongs to another model, or no model or no
    index is there.

    Args:
        call: who asks, and with what.
        gallery: its name.
        person_id: who.
        limit: how many at most.

    Raises:
        GalleryNotFound, PersonNotFound: they are not there.
    """
    permissions.require(call.actor, "people.read", gallery)
    with call.services.database.read() as session:
        row = find_gallery(session, gallery)
        person = find_person(session, row, person_id)
        embeddings: list[np.ndarray] = list(
            session.scalars(
                select(FaceRow.embedding)
                .where(FaceRow.person_id == person.id)
                .order_by(FaceRow.revision.desc(), FaceRow.id)
                .limit(_MOST_EXAMPLES)
            )
        )
        try:
            if not embeddings or row.contract_id != call.services.engine.summary.contract_id:
                return ()
            found = search(call.services, session, row, embeddings, limit=limit + 1)
        except (ModelError, IndexUnavailable):
            return ()
    best: dict[str, Candidate] = {}
    for candidate in (each for some in found.candidates for each in some):
        if candidate.person_id == person_id or candidate.similarity < found.point.threshold:
            continue
        known = best.get(candidate.person_id)
        if known is None or known.similarity < candidate.similarity:
            best[candidate.person_id] = candidate
    ranked = sorted(best.values(), key=lambda each: (-each.similarity, each.person_id))
    return tuple(ranked[:limit])
