"""Whether somebody was enrolled from a photo before, told by the file's bytes alone."""

import datetime as dt
import hashlib
from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import func
from sqlalchemy import select
from sqlalchemy.orm import Session

from mien.access import permissions
from mien.gallery.enrolment.subject import KnownPerson
from mien.gallery.enrolment.subject import Subject
from mien.gallery.galleries import find_gallery
from mien.gallery.people.person_rows import find_same_name
from mien.gallery.people.person_rows import only_one
from mien.gallery.same_face import SeenFace
from mien.gallery.services import Call
from mien.storage.models import FaceRow
from mien.storage.models import PersonRow
from mien.storage.models import PhotoRow
from mien.vision.types import Box


@dataclass(frozen=True, slots=True)
class FoundExample:
    """An example that a file has given.

    Attributes:
        face_id: of the example.
        person_id: whose it is.
        created_at: when it was stored.
    """

    face_id: str
    person_id: str
    created_at: dt.datetime


def is_example_already(call: Call, *, gallery: str, subject: Subject, photo: bytes) -> bool:
    """Whether this very file has given an example of somebody.

    Args:
        call: who asks, and with what.
        gallery: its name.
        subject: the person; there may be nobody of this name yet.
        photo: the file's bytes.

    Raises:
        GalleryNotFound: no gallery has this name.
        PersonAmbiguous: several people have this name.
    """
    permissions.require(call.actor, "faces.read", gallery)
    return find_example(call, gallery=gallery, subject=subject, photo=photo) is not None


def find_example(
    call: Call, *, gallery: str, subject: Subject, photo: bytes
) -> FoundExample | None:
    """The example of somebody that this very file has given; None when there is none.

    Args:
        call: who asks, and with what.
        gallery: its name.
        subject: the person; there may be nobody of this name yet.
        photo: the file's bytes.

    Raises:
        GalleryNotFound: no gallery has this name.
        PersonAmbiguous: several people have this name.
    """
    permissions.require(call.actor, "faces.read", gallery)
    with call.services.database.read() as session:
        row = find_gallery(session, gallery)
        if isinstance(subject, KnownPerson):
            who = PersonRow.id == subject.id
        else:
            named = only_one(find_same_name(session, row, subject.name))
            if named is None:
                return None
            who = PersonRow.id == named.id
        known = (
            select(FaceRow.id, FaceRow.person_id, FaceRow.created_at)
            .join(PersonRow, PersonRow.id == FaceRow.person_id)
            .outerjoin(PhotoRow, PhotoRow.id == FaceRow.photo_id)
            .where(PersonRow.gallery_id == row.id, who)
            # Examples from before digests were recorded are known by the original that was kept.
            .where(
                func.coalesce(FaceRow.photo_sha256, PhotoRow.sha256)
                == hashlib.sha256(photo).hexdigest()
            )
        )
        found = session.execute(known.limit(1)).first()
        return None if found is None else FoundExample(*found)


@dataclass(frozen=True, slots=True)
class KnownExample:
    """An example of a person.

    Attributes:
        face: its row.
        photo_sha256: of the photo that it was taken from; None when that is not known any more.
    """

    face: FaceRow
    photo_sha256: str | None


def examples_of(session: Session, person_id: str) -> list[KnownExample]:
    """A person's examples, in one query."""
    rows = session.execute(
        select(FaceRow, PhotoRow.sha256)
        .outerjoin(PhotoRow, PhotoRow.id == FaceRow.photo_id)
        .where(FaceRow.person_id == person_id)
    )
    # Examples from before digests were recorded are known by the original that was kept.
    return [KnownExample(face, face.photo_sha256 or sha256) for face, sha256 in rows]


def same_face(examples: Sequence[KnownExample], *, photo_sha256: str, box: Box) -> FaceRow | None:
    """The example that is the same face of the same file.

    Args:
        examples: of the person.
        photo_sha256: of the photo's bytes.
        box: of the face, since a photo may show several.
    """
    seen = SeenFace(photo_sha256, box)
    return next(
        (each.face for each in examples if seen.is_at(each.photo_sha256, each.face.box)), None
    )
