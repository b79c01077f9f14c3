"""Held photos that wait until somebody says which face is a person's, or that it is stored anyway."""

import datetime as dt
from collections.abc import Iterable
from collections.abc import Mapping
from collections.abc import Sequence
from dataclasses import dataclass
from typing import cast

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import ColumnElement
from sqlalchemy import select
from sqlalchemy import update
from sqlalchemy.orm import Session

from mien.access import permissions
from mien.decision.gate import judge
from mien.decision.likeliest_face import likeliest_face
from mien.errors import PhotoNotGoodEnough
from mien.gallery.enrolment.checks import least_like_oneself
from mien.gallery.face_columns import from_columns
from mien.gallery.galleries import find_gallery
from mien.gallery.held_photos import is_for
from mien.gallery.people.person_rows import find_person
from mien.gallery.services import Call
from mien.names import can_be_stored
from mien.options import Gate
from mien.storage.models import FaceRow
from mien.storage.models import GalleryRow
from mien.storage.models import ProbeFaceRow
from mien.storage.models import ProbeRow
from mien.storage.models import now


@dataclass(frozen=True, slots=True)
class WaitingPhoto:
    """A held photo that may give somebody an example.

    Attributes:
        id: of the held photo.
        file_name: what its sender calls it; may be empty.
        expires_at: when it is let go.
        faces: how many can be chosen from.
        faces_left_out: how many more it shows.
        likeliest: the number of the face that is probably the person's.
        refusal: why its only face is not stored as it is; None where it may be, or there are more.
    """

    id: str
    file_name: str
    expires_at: dt.datetime
    faces: int
    faces_left_out: int
    likeliest: int
    refusal: PhotoNotGoodEnough | None

    @property
    def needs_choice(self) -> bool:
        """Whether it has to be said which face is meant."""
        return self.shown > 1

    @property
    def shown(self) -> int:
        """How many faces the photo shows."""
        return self.faces + self.faces_left_out


def photos_waiting_for(call: Call, *, gallery: str, person_id: str) -> tuple[WaitingPhoto, ...]:
    """The photos held for who acts that wait to become examples of somebody, the first sent first.

    Raises:
        GalleryNotFound, PersonNotFound: they are not there.
    """
    permissions.require(call.actor, "photos.hold", gallery)
    with call.services.database.read() as session:
        row = find_gallery(session, gallery)
        person = find_person(session, row, person_id)
        probes = _probes(session, call, row, ProbeRow.person_id == person.id)
        if not probes:
            return ()
        examples = session.execute(
            select(FaceRow.id, FaceRow.embedding).where(FaceRow.person_id == person.id)
        )
        return _waiting(call, session, row, probes, {face.id: face.embedding for face in examples})


def photos_waiting(
    call: Call, *, gallery: str, probe_ids: Iterable[str]
) -> tuple[WaitingPhoto, ...]:
    """The same of photos that wait for somebody who is not in the gallery yet; those gone are left out.

    Raises:
        GalleryNotFound: no gallery has this name.
    """
    permissions.require(call.actor, "photos.hold", gallery)
    with call.services.database.read() as session:
        row = find_gallery(session, gallery)
        ids = [each for each in probe_ids if can_be_stored(each)]
        probes = _probes(session, call, row, ProbeRow.id.in_(ids)) if ids else []
        return _waiting(call, session, row, probes, {})


def let_photos_wait_for(
    call: Call, *, gallery: str, person_id: str, probe_ids: Sequence[str]
) -> None:
    """Let photos that are held for who acts wait for somebody.

    Raises:
        GalleryNotFound, PersonNotFound: they are not there.
    """
    permissions.require(call.actor, "photos.hold", gallery)
    with call.services.database.write() as session:
        row = find_gallery(session, gallery)
        person = find_person(session, row, person_id)
        session.execute(
            update(ProbeRow)
            .where(
                ProbeRow.id.in_(list(filter(can_be_stored, probe_ids))),
                ProbeRow.user_id == call.actor.id,
            )
            .where(ProbeRow.gallery_id == row.id)
            .values(person_id=person.id)
        )


def _probes(
    session: Session, call: Call, gallery: GalleryRow, which: ColumnElement[bool]
) -> list[ProbeRow]:
    query = (
        select(ProbeRow)
        .where(ProbeRow.gallery_id == gallery.id, is_for(call.actor), which)
        .where(ProbeRow.expires_at > now())
        .order_by(ProbeRow.expires_at, ProbeRow.id)
    )
    return list(session.scalars(query))


def _waiting(
    call: Call,
    session: Session,
    gallery: GalleryRow,
    probes: Sequence[ProbeRow],
    examples: Mapping[str, NDArray[np.float32]],
) -> tuple[WaitingPhoto, ...]:
    rows = session.scalars(
        select(ProbeFaceRow)
        .where(ProbeFaceRow.probe_id.in_([probe.id for probe in probes]))
        .order_by(ProbeFaceRow.number)
    ).all()
    faces = {probe.id: [row for row in rows if row.probe_id == probe.id] for probe in probes}
    vectors = {probe_id: [row.embedding for row in found] for probe_id, found in faces.items()}
    least = least_like_oneself(call.services.engine.summary)
    return tuple(
        WaitingPhoto(
            id=probe.id,
            file_name=probe.file_name,
            expires_at=probe.expires_at,
            faces=len(faces[probe.id]),
            faces_left_out=probe.faces_left_out,
            likeliest=_likeliest(probe.id, vectors, examples, least),
            refusal=_refusal(gallery, probe, faces[probe.id]),
        )
        for probe in probes
        if faces[probe.id]
    )


def _likeliest(
    probe_id: str,
    vectors: Mapping[str, Sequence[NDArray[np.float32]]],
    examples: Mapping[str, NDArray[np.float32]],
    least: float,
) -> int:
    faces = vectors[probe_id]
    # What another model has made says nothing.
    size = faces[0].size
    others = [each for other, each in vectors.items() if other != probe_id]
    return likeliest_face(
        faces,
        examples={each: vector for each, vector in examples.items() if vector.size == size},
        others=[[face for face in photo if face.size == size] for photo in others],
        least=least,
    )


def _refusal(
    gallery: GalleryRow, probe: ProbeRow, faces: Sequence[ProbeFaceRow]
) -> PhotoNotGoodEnough | None:
    if len(faces) + probe.faces_left_out > 1:
        return None
    gate = cast("Gate", gallery.gate)
    size_wh = (probe.width, probe.height)
    refusals = judge(from_columns(faces[0]), [], size_wh=size_wh, gate=gate).refusals
    return PhotoNotGoodEnough(reasons=refusals) if refusals else None
