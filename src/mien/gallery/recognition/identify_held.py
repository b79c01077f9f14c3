"""."""

import datetime as dt
from dataclasses import dataclass

from mien.gallery.face_columns import from_columns
from mien.gallery.held_photos import faces_of_probe
from mien.gallery.held_photos import find_probe
from mien.gallery.recognition.identify import answers
from mien.gallery.recognition.identify import check_query
from mien.gallery.recognition.identify import search
from mien.gallery.recognition.identify import searched
from mien.gallery.results import Identification
from mien.gallery.services import Services


@dataclass(frozen=True, slots=True)
class HeldProbe:
    """A held photo and its answers.

    Attributes:
        id: random; the address of its page.
        expires_at: when it is let go.
    """

    id: str
    expires_at: dt.datetime
    identification: Identification


def identify_probe(services: Services, *, probe_id: str, user_id: str, limit: int = 5) -> HeldProbe:
    """Answer, for every face of a held photo, who it shows now.

    Raises:
        ProbeNotFound: it was let go, or is somebody else's.
        GalleryModelMismatch: the gallery holds vectors of another model.
        InvalidInput: the limit is out of range.
    """
    check_query(limit=limit, threshold=None)
    with services.database.read() as session:
        probe, gallery = find_probe(session, probe_id, user_id)
        rows = faces_of_probe(session, probe)
        found = search(services, session, gallery, [row.embedding for row in rows], limit=limit)
    faces = [from_columns(row) for row in rows]
    # The page may be looked at again and again; it is one search.
    services.searches.note(gallery.id, searched(faces, found), once=probe.id)
    return HeldProbe(
        id=probe.id,
        expires_at=probe.expires_at,
        identification=Identification(
            gallery=gallery.name,
            point=found.point,
            width=probe.width,
            height=probe.height,
            answers=answers(faces, found, limit=limit),
        ),
    )
