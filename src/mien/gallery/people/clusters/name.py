"""Name an unknown person: their best faces become examples of somebody new or known."""

from collections.abc import Sequence
from dataclasses import dataclass
from dataclasses import replace
from typing import Final

from sqlalchemy import delete
from sqlalchemy.orm import Session

from mien.access import audit
from mien.access import permissions
from mien.access.actor import SYSTEM
from mien.decision.clustering import diverse
from mien.gallery.enrolment.checks import NewFace
from mien.gallery.enrolment.checks import check_example
from mien.gallery.enrolment.duplicates import examples_of
from mien.gallery.enrolment.duplicates import same_face
from mien.gallery.enrolment.subject import Subject
from mien.gallery.enrolment.subject import resolve
from mien.gallery.erasing import finish_erasure
from mien.gallery.galleries import find_gallery
from mien.gallery.galleries import require_contract
from mien.gallery.people.clusters.rows import faces_of
from mien.gallery.people.clusters.rows import find_cluster
from mien.gallery.people.clusters.settle import settle
from mien.gallery.person_refs import person_refs
from mien.gallery.recognition.search import Nearest
from mien.gallery.recognition.search import nearest
from mien.gallery.results import EnrolmentWarning
from mien.gallery.results import PersonRef
from mien.gallery.services import Call
from mien.gallery.suspicions import keep_suspicions
from mien.names import name_key
from mien.storage.erased import Erased
from mien.storage.erasures import note_erasure
from mien.storage.models import FaceRow
from mien.storage.models import GalleryRow
from mien.storage.models import PersonRow
from mien.storage.models import UnknownFaceRow
from mien.storage.models import new_id
from mien.storage.models import now
from mien.storage.revisions import lock_gallery
from mien.storage.unknown_faces import let_go_of_unknown
from mien.vision.types import Box

MOST_EXAMPLES: Final = 5
"""So many faces become examples; more teach little, and each is one more to be mistaken for."""
# Who is nearest, and who else where that is the person itself.
_LOOKED_AT: Final = 2


@dataclass(frozen=True, slots=True)
class Named:
    """What became of an unknown person who was named.

    Attributes:
        gallery: the name of where it is.
        person: who it is.
        new_person: whether the person was made by it.
        face_ids: the new examples.
        deleted: how many other sightings were deleted.
        warnings: what may be a mistake, of any of the examples.
    """

    gallery: str
    person: PersonRef
    new_person: bool
    face_ids: tuple[str, ...]
    deleted: int
    warnings: tuple[EnrolmentWarning, ...] = ()


def name_unknown(call: Call, *, gallery: str, cluster_id: str, subject: Subject) -> Named:
    """Make the best faces of an unknown person examples of somebody, and delete the others.

    Up to five that are good and not the same picture: see `clustering.diverse`. The others go, so
    that all that is left of the person is what deleting them deletes.

    Args:
        call: who asks, and with what.
        gallery: its name.
        cluster_id: the unknown person.
        subject: who it is, new or known.

    Raises:
        GalleryNotFound, ClusterNotFound: it is not there.
        PersonNotFound, PersonAmbiguous: it is not clear who is meant.
        NameTaken, InvalidInput: a new person cannot be called so.
        GalleryModelMismatch: the gallery holds vectors of another model.
        IndexUnavailable: the gallery cannot be searched for who it may be instead.
    """
    permissions.require(call.actor, "unknown.name", gallery)
    settle(replace(call, actor=SYSTEM), gallery=gallery)
    near = _nearest(call, gallery, cluster_id)
    with call.services.database.write() as session:
        row = lock_gallery(session, key=name_key(gallery))
        require_contract(session, row, call.services.engine.summary)
        cluster = find_cluster(session, row, cluster_id)
        faces = faces_of(session, cluster.id)
        # Those that came since are deleted with the others.
        chosen = [face for face in _best(faces) if face.id in near]
        person, is_new = resolve(session, row, subject)
        ref = person_refs(session, [person.id])[person.id]
        if is_new:
            audit.record(session, call, "person_created", subject_id=person.id, gallery_id=row.id)
        whose = _Whose(person, ref, is_new)
        made, warnings = _enrol(
            call, session, row, whose, [(face, near[face.id]) for face in chosen]
        )
        # Their portraits are the examples' now.
        session.execute(
            delete(UnknownFaceRow).where(UnknownFaceRow.id.in_(made)),
            execution_options={"synchronize_session": False},
        )
        rest = [face.id for face in faces if face.id not in made]
        files = let_go_of_unknown(session, UnknownFaceRow.cluster_id == cluster.id)
        if not files:
            session.delete(cluster)
        erasure = note_erasure(
            session,
            files,
            erased=[Erased("unknown_face", face.id) for face in faces],
            subject_id=cluster_id,
            gallery_id=row.id,
        )
        audit.record(
            session,
            call,
            "cluster_named",
            subject_id=person.id,
            gallery_id=row.id,
            faces=len(made),
            faces_deleted=len(rest),
        )
    finish_erasure(call.services, erasure)
    return Named(row.name, ref, is_new, tuple(made.values()), len(rest), warnings)


def _nearest(call: Call, gallery: str, cluster_id: str) -> dict[str, Nearest]:
    """Who is nearest to each face that may become an example; searched before anything is locked."""
    services = call.services
    with services.database.read() as session:
        row = find_gallery(session, gallery)
        require_contract(session, row, services.engine.summary)
        faces = faces_of(session, find_cluster(session, row, cluster_id).id)
        return {
            face.id: nearest(services, session, row, face.embedding, limit=_LOOKED_AT)
            for face in _best(faces)
        }


def _best(faces: Sequence[UnknownFaceRow]) -> list[UnknownFaceRow]:
    places = diverse(
        [face.embedding for face in faces],
        [float(face.quality["score"]) for face in faces],
        most=MOST_EXAMPLES,
    )
    return [faces[place] for place in places]


@dataclass(frozen=True, slots=True)
class _Whose:
    """The person whose examples they become, and whether they were made for it."""

    person: PersonRow
    ref: PersonRef
    is_new: bool


def _enrol(
    call: Call,
    session: Session,
    gallery: GalleryRow,
    whose: _Whose,
    faces: Sequence[tuple[UnknownFaceRow, Nearest]],
) -> tuple[dict[str, str], tuple[EnrolmentWarning, ...]]:
    """Write the examples; gives their ids by those of the faces, and what may be a mistake."""
    made: dict[str, str] = {}
    told: list[EnrolmentWarning] = []
    person = whose.person
    for face, near in faces:
        own = examples_of(session, person.id)
        if same_face(own, photo_sha256=face.photo_sha256, box=Box(*face.box)) is not None:
            continue
        warnings = check_example(
            session,
            NewFace(face.embedding, face.crop_hash),
            person=whose.ref,
            own=[each.face for each in own],
            nearest=near,
            summary=call.services.engine.summary,
        )
        example = FaceRow(
            id=new_id(),
            gallery_id=gallery.id,
            person_id=person.id,
            photo_id=None,
            crop_file=face.crop_file,
            crop_hash=face.crop_hash,
            photo_sha256=face.photo_sha256,
            revision=gallery.revision,
            embedding=face.embedding,
            box=face.box,
            landmarks=face.landmarks,
            score=face.score,
            pose=face.pose,
            quality=face.quality,
            # Of one moment with a person made for it, as where a face is enrolled.
            created_at=person.created_at if whose.is_new and not made else now(),
        )
        session.add(example)
        session.flush()
        keep_suspicions(session, gallery_id=gallery.id, face_id=example.id, warnings=warnings)
        audit.record(session, call, "face_added", subject_id=person.id, gallery_id=gallery.id)
        made[face.id] = example.id
        told += warnings
    return made, tuple(told)
