"""Say who is in a photo of a page, and hold it so that the answer can be looked at again."""

import datetime as dt
from collections.abc import Mapping
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import select
from sqlalchemy.orm import Session

from mien.access import permissions
from mien.decision.similarity import similarity_to
from mien.gallery.analysis import Upload
from mien.gallery.analysis import analyze
from mien.gallery.face_columns import from_columns
from mien.gallery.held_photos import Held
from mien.gallery.held_photos import held_rows
from mien.gallery.held_photos import hold_photo
from mien.gallery.people.metadata_terms import parse_terms
from mien.gallery.person_refs import person_refs
from mien.gallery.recognition.identify import answers
from mien.gallery.recognition.identify import check_question
from mien.gallery.recognition.identify import identify
from mien.gallery.recognition.reach import EVERYBODY
from mien.gallery.recognition.reach import Reach
from mien.gallery.recognition.reach import require_search
from mien.gallery.recognition.recognise import Probe
from mien.gallery.recognition.recognise import decided
from mien.gallery.recognition.search import check_query
from mien.gallery.recognition.search import search
from mien.gallery.results import Identification
from mien.gallery.results import PersonRef
from mien.gallery.same_face import EnrolledFace
from mien.gallery.same_face import SeenFace
from mien.gallery.same_face import enrolled_faces
from mien.gallery.services import Call
from mien.storage.models import FaceRow
from mien.vision.quality_limits import is_legible


@dataclass(frozen=True, slots=True)
class AddedFace:
    """A face of a held photo that is an example of somebody.

    Attributes:
        person: whose.
        face_id: the example.
        similarity: to the person's other examples, as `rank` has it; None when there is no other.
        nearest_face_id: the nearest of the others.
    """

    person: PersonRef
    face_id: str
    similarity: float | None
    nearest_face_id: str | None


@dataclass(frozen=True, slots=True)
class HeldProbe:
    """A held photo and its answers.

    Attributes:
        id: random; the address of its page.
        expires_at: when it is let go.
        identification: no face is compared with itself, should it be an example by now.
        added: whose example each face is, the first added first, by the face's number.
        file_name: what its sender calls it; empty where that is not known.
    """

    id: str
    expires_at: dt.datetime
    identification: Identification
    added: Mapping[int, tuple[AddedFace, ...]]
    file_name: str = ""


def identify_and_hold(
    call: Call, *, gallery: str, photo: Upload, reach: Reach = EVERYBODY, file_name: str = ""
) -> Held:
    """Identify the faces of a photo, and hold it for who acts.

    The decisions are counted and the search is remembered now, once, however often the answer is
    looked at afterwards.

    Args:
        call: who asks, and with what.
        gallery: its name; faces that are added go there.
        photo: as it was sent.
        reach: which other galleries are searched, and among whom, now and whenever it is shown.
        file_name: what its sender calls it.

    Raises:
        ImageError: the bytes are no photo that can be read.
        GalleryNotFound: no gallery has this name.
        GalleryModelMismatch: a gallery holds vectors of another model.
        NobodySearched: nobody with a face has such metadata.
        InvalidInput: the reach is out of range.
        UserNotFound: the account is gone.
    """
    permissions.require(call.actor, "photos.hold", gallery)
    check_question(call, gallery=gallery, limit=1, threshold=None, reach=reach)
    analyzed = analyze(call.services, photo, call.budget())
    # Counted and remembered as it is going to be shown.
    identify(call, gallery=gallery, photo=analyzed, limit=1, itself="left_out", reach=reach)
    return hold_photo(
        call,
        gallery=gallery,
        photo=analyzed,
        file_name=file_name,
        also=reach.also,
        terms=tuple(map(str, reach.terms)),
    )


def show_held(call: Call, *, probe_id: str, limit: int = 5) -> HeldProbe:
    """Who each face of a held photo shows, as the gallery knows it now; counts nothing.

    A face that is an example already is not compared with itself: that would always be a match.
    It is searched as it was held, so that by now nobody may be left to be searched. Galleries that
    are gone by now are left out.

    Raises:
        ProbeNotFound: it was let go, or is somebody else's.
        GalleryModelMismatch: the gallery holds vectors of another model.
        InvalidInput: the limit is out of range.
    """
    permissions.require(call.actor, "photos.hold")
    check_query(limit=limit, threshold=None)
    with call.services.database.read() as session:
        held = held_rows(session, probe_id, call.actor)
        embeddings = [row.embedding for row in held.faces]
        faces = [from_columns(row) for row in held.faces]
        seen = [SeenFace(held.probe.sha256, face.box) for face in faces]
        galleries = (held.gallery, *held.also)
        for row in galleries:
            require_search(call.actor, row.name, among_some=bool(held.probe.terms))
        known = enrolled_faces(session, [held.gallery.id], seen)
        # Whoever may be the first candidate once more is listed beside the others.
        limit += len(held.also)
        known_elsewhere = enrolled_faces(session, [row.id for row in held.also], seen)
        found = search(
            call.services,
            session,
            galleries,
            embeddings,
            limit=limit,
            without=[(*here, *there) for here, there in zip(known, known_elsewhere, strict=True)],
            terms=parse_terms(held.probe.terms),
        )
        added = {
            row.number: _added(session, row.embedding, examples)
            for row, examples in zip(held.faces, known, strict=True)
            if examples
        }
    probes = [
        Probe(row.embedding, is_legible(face.quality))
        for row, face in zip(held.faces, faces, strict=True)
    ]
    return HeldProbe(
        id=held.probe.id,
        expires_at=held.probe.expires_at,
        identification=Identification(
            gallery=held.gallery.name,
            point=found.point,
            width=held.probe.width,
            height=held.probe.height,
            answers=answers(faces, decided(probes, found, limit=limit)),
            faces_left_out=held.probe.faces_left_out,
            searched=found.searched,
            where=tuple(held.probe.terms),
        ),
        added=added,
        file_name=held.probe.file_name,
    )


def _added(
    session: Session, embedding: NDArray[np.float32], examples: Sequence[EnrolledFace]
) -> tuple[AddedFace, ...]:
    """Whose example a face is, with how similar it is to their others."""
    people = {each.person_id for each in examples}
    named = person_refs(session, people)
    rows = session.execute(
        select(FaceRow.id, FaceRow.person_id, FaceRow.embedding).where(
            FaceRow.person_id.in_(people), FaceRow.id.not_in([each.face_id for each in examples])
        )
    ).all()
    found = []
    for each in examples:
        others = {row.id: row.embedding for row in rows if row.person_id == each.person_id}
        similarity, nearest = similarity_to(embedding, others) if others else (None, None)
        found.append(AddedFace(named[each.person_id], each.face_id, similarity, nearest))
    return tuple(found)
