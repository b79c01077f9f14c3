"""Photos of imports about which somebody has to say which face is the person's."""

import datetime as dt
from dataclasses import dataclass

from sqlalchemy import Select
from sqlalchemy import func
from sqlalchemy import select
from sqlalchemy.orm import Session

from mien.gallery.person_refs import person_refs
from mien.gallery.results import PersonRef
from mien.storage.models import GalleryRow
from mien.storage.models import PersonRow
from mien.storage.models import ProbeRow
from mien.storage.models import now


@dataclass(frozen=True, slots=True)
class PhotoToDecide:
    """A photo of an import that shows several faces, of which none is known to be the person's.

    Attributes:
        id: of the held photo.
        person: whom it is said to show.
        file_name: what its sender calls it.
        expires_at: when it is let go.
    """

    id: str
    person: PersonRef
    file_name: str
    expires_at: dt.datetime


def photos_to_decide(
    session: Session, gallery: GalleryRow, *, limit: int
) -> tuple[PhotoToDecide, ...]:
    """Photos of imports about which somebody has to say which face is the person's, by person."""
    probes = session.execute(
        _to_decide(gallery)
        .with_only_columns(ProbeRow.id, PersonRow.id, ProbeRow.file_name, ProbeRow.expires_at)
        .order_by(PersonRow.sort_key, ProbeRow.expires_at, ProbeRow.id)
        .limit(limit)
    ).all()
    people = person_refs(session, {person_id for _, person_id, _, _ in probes})
    return tuple(
        PhotoToDecide(probe_id, people[person_id], file_name, expires_at)
        for probe_id, person_id, file_name, expires_at in probes
    )


def count_photos_to_decide(session: Session, gallery: GalleryRow) -> int:
    """How many of them there are."""
    return session.scalar(_to_decide(gallery).with_only_columns(func.count())) or 0


def _to_decide(gallery: GalleryRow) -> Select[ProbeRow]:
    return (
        select(ProbeRow)
        .join(PersonRow, PersonRow.id == ProbeRow.person_id)
        .where(ProbeRow.gallery_id == gallery.id, ProbeRow.user_id.is_(None))
        .where(ProbeRow.expires_at > now())
    )
