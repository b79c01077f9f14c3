"""Change galleries and the installation to another pack, all of it in one transaction."""

from collections.abc import Collection
from collections.abc import Mapping
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import structlog
from sqlalchemy import delete
from sqlalchemy import func
from sqlalchemy import select
from sqlalchemy import update
from sqlalchemy.orm import Session

from mien.access import audit
from mien.access import permissions
from mien.errors import StorageError
from mien.gallery.bind_galleries import follow_pack
from mien.gallery.bind_galleries import holding_faces
from mien.gallery.bind_galleries import lock_others
from mien.gallery.chosen_pack import set_chosen
from mien.gallery.embedding_again.doubts import judge_again
from mien.gallery.embedding_again.stage import WhyNot
from mien.gallery.embedding_again.stage import is_staged
from mien.gallery.erasing import finish_erasure
from mien.gallery.former_comparisons import drop_comparisons
from mien.gallery.people.faces import take_out
from mien.gallery.services import Call
from mien.packs.manifest import Manifest
from mien.storage.erased import Erased
from mien.storage.erasures import Noted
from mien.storage.erasures import note_erasure
from mien.storage.models import FaceRow
from mien.storage.models import GalleryRow
from mien.storage.models import NegativeExampleRow
from mien.storage.models import ProbeRow
from mien.storage.models import StagedEmbeddingRow
from mien.storage.revisions import lock_gallery

# One statement for a large gallery would take longer than a statement may.
_AT_ONCE: Final = 2_000

_log = structlog.get_logger(__name__)


class NotReadyError(Exception):
    """Faces or galleries have come that have no embedding of the other pack yet."""


class NotEmbeddedError(Exception):
    """Faces that cannot be embedded are in the way.

    Args:
        face_ids: which.
    """

    def __init__(self, face_ids: Sequence[str]) -> None:
        super().__init__()
        self.face_ids = tuple(face_ids)


@dataclass(frozen=True, slots=True)
class ChangedGallery:
    """A gallery that has changed to another pack.

    Attributes:
        name: in addresses.
        faces: that have embeddings of the other pack now.
        deleted: faces that could not be embedded and were deleted.
        held_photos: that were let go of.
        threshold_dropped: whether it had a threshold that was set by hand, for the former pack.
        negatives_dropped: how many faces were known not to be somebody's; of these there is nothing
            but an embedding of the former pack.
    """

    name: str
    faces: int
    deleted: int
    held_photos: int
    threshold_dropped: bool
    negatives_dropped: int = 0


def switch_pack(
    call: Call,
    *,
    manifest: Manifest,
    galleries: Collection[str],
    leave: Collection[str],
    failed: Mapping[str, WhyNot],
    delete_missing: bool = False,
) -> tuple[ChangedGallery, ...]:
    """Give faces their staged embeddings, and let galleries and installation have the pack.

    Whoever searches sees all of it or none. Nothing of the former embeddings is left in rows and
    indexes afterwards, as if their faces had been deleted and others added.

    Args:
        call: who acts; its engine is that of the pack.
        manifest: of the pack.
        galleries: ids of those that change.
        leave: ids of those that stay with their pack, and are not searched under this one.
        failed: faces that cannot be embedded.
        delete_missing: delete these, instead of changing nothing; neither all faces of a gallery nor
            those whose photo this process does not take.

    Raises:
        NotReadyError: a face or a gallery has come that is not embedded; nothing is changed.
        NotEmbeddedError: there are faces that cannot be embedded; nothing is changed.
        DatabaseBusy: others have held the database, or a gallery, for too long.
    """
    permissions.require(call.actor, "packs.use")
    noted: list[Noted] = []
    changed = []
    with call.services.database.write() as session:
        set_chosen(session, manifest.name)
        audit.record(session, call, "pack_changed", pack=[manifest.name])
        others = lock_others(session, manifest.contract_id)
        held = holding_faces(session, others)
        changing = [
            row
            for row in others
            if row.id in held and row.contract_id not in manifest.replaces and row.id not in leave
        ]
        if not {row.id for row in changing} <= set(galleries):
            raise NotReadyError
        missing = {row.id: _missing(session, row, manifest.contract_id) for row in changing}
        without = [face_id for some in missing.values() for face_id in some]
        if not set(without) <= failed.keys():
            raise NotReadyError
        in_the_way = [
            face_id
            for row in changing
            for face_id in _in_the_way(session, row, missing[row.id], failed, delete_missing)
        ]
        if in_the_way:
            raise NotEmbeddedError(in_the_way)
        for row in changing:
            told, note = _change(call, session, row, manifest, missing[row.id])
            changed.append(told)
            noted.append(note)
        # Of galleries that are left, and of a change to another pack that did not come about.
        session.execute(delete(StagedEmbeddingRow))
        noted += follow_pack(
            call,
            session,
            pack=manifest.name,
            contract_id=manifest.contract_id,
            replaces=manifest.replaces,
        )
    for row in changing:
        call.services.indexes.drop(row.id)
    for each in noted:
        try:
            finish_erasure(call.services, each)
        except StorageError as error:
            # It is noted, and done later; the pack has changed all the same.
            _log.warning("What is left of former embeddings is deleted later", code=error.code)
    return tuple(changed)


def _in_the_way(
    session: Session,
    gallery: GalleryRow,
    missing: Sequence[str],
    failed: Mapping[str, WhyNot],
    delete_missing: bool,
) -> Sequence[str]:
    """Faces of a gallery that cannot be embedded and are not to be deleted.

    Nobody means everybody in it, and a photo that this process does not take is a good one.
    """
    count = select(func.count()).select_from(FaceRow).where(FaceRow.gallery_id == gallery.id)
    if not delete_missing or len(missing) == session.scalar(count):
        return missing
    return [face_id for face_id in missing if failed[face_id] == "photo_refused"]


def _missing(session: Session, gallery: GalleryRow, contract_id: str) -> list[str]:
    return list(
        session.scalars(
            select(FaceRow.id)
            .where(FaceRow.gallery_id == gallery.id, ~is_staged(contract_id))
            .order_by(FaceRow.id)
        )
    )


def _change(
    call: Call, session: Session, row: GalleryRow, manifest: Manifest, missing: Sequence[str]
) -> tuple[ChangedGallery, Noted]:
    gallery = lock_gallery(session, gallery_id=row.id)
    had_threshold = gallery.threshold is not None
    files = []
    for face_id in missing:
        face = session.get_one(FaceRow, face_id)
        files += take_out(session, gallery, face)
        audit.record(
            session, call, "face_removed", subject_id=face.person_id, gallery_id=gallery.id
        )
    faces = _replace(session, gallery, manifest.contract_id)
    probes = len(
        session.scalars(select(ProbeRow.id).where(ProbeRow.gallery_id == gallery.id)).all()
    )
    negatives = len(
        session.scalars(
            select(NegativeExampleRow.id).where(NegativeExampleRow.gallery_id == gallery.id)
        ).all()
    )
    files += drop_comparisons(session, gallery)
    gallery.pack, gallery.contract_id = manifest.name, manifest.contract_id
    # Whatever was made of former embeddings is older than this, and is made anew.
    gallery.floor_revision = gallery.revision
    session.flush()
    judge_again(call.services, session, gallery)
    audit.record(
        session,
        call,
        "gallery_embedded_again",
        gallery_id=gallery.id,
        pack=[manifest.name],
        faces=faces,
        faces_deleted=len(missing),
        held_photos_deleted=probes,
        threshold_dropped=had_threshold,
        negatives_dropped=negatives,
    )
    note = note_erasure(
        session,
        files,
        erased=[Erased("face", face_id) for face_id in missing],
        gallery_id=gallery.id,
    )
    told = ChangedGallery(
        gallery.name, faces, len(missing), probes, had_threshold, negatives_dropped=negatives
    )
    return told, note


def _replace(session: Session, gallery: GalleryRow, contract_id: str) -> int:
    """Put the staged embeddings of a gallery in the place of the others; says how many."""
    ids = session.scalars(select(FaceRow.id).where(FaceRow.gallery_id == gallery.id)).all()
    staged = (
        select(StagedEmbeddingRow.embedding)
        .where(
            StagedEmbeddingRow.face_id == FaceRow.id, StagedEmbeddingRow.contract_id == contract_id
        )
        .scalar_subquery()
    )
    for start in range(0, len(ids), _AT_ONCE):
        some = ids[start : start + _AT_ONCE]
        session.execute(
            update(FaceRow)
            .where(FaceRow.id.in_(some))
            .values(embedding=staged, revision=gallery.revision),
            execution_options={"synchronize_session": False},
        )
        session.execute(
            delete(StagedEmbeddingRow).where(StagedEmbeddingRow.face_id.in_(some)),
            execution_options={"synchronize_session": False},
        )
    return len(ids)
