"""Let galleries follow the pack in use where nothing is lost by it."""

from collections.abc import Sequence

from sqlalchemy import select
from sqlalchemy.orm import Session

from mien.access import audit
from mien.access import permissions
from mien.gallery.erasing import finish_erasure
from mien.gallery.former_comparisons import drop_comparisons
from mien.gallery.services import Call
from mien.names import name_key
from mien.options import DEFAULT_GALLERY
from mien.storage.erasures import Noted
from mien.storage.erasures import note_erasure
from mien.storage.models import FaceRow
from mien.storage.models import GalleryRow


def bind_galleries(
    call: Call, *, pack: str, contract_id: str, replaces: Sequence[str] = ()
) -> None:
    """Make the default gallery when it is missing, and let galleries follow the pack that may.

    Args:
        call: who asks, and with what.
        pack: in use.
        contract_id: of its embeddings.
        replaces: earlier contracts whose vectors may be compared with them.
    """
    permissions.require(call.actor, "galleries.bind")
    with call.services.database.read() as session:
        contracts = dict(session.execute(select(GalleryRow.name, GalleryRow.contract_id)).all())
    if DEFAULT_GALLERY in contracts and set(contracts.values()) == {contract_id}:
        return
    with call.services.database.write() as session:
        if session.scalar(select(GalleryRow.id).filter_by(name_key=DEFAULT_GALLERY)) is None:
            made = GalleryRow(
                name=DEFAULT_GALLERY,
                name_key=name_key(DEFAULT_GALLERY),
                pack=pack,
                contract_id=contract_id,
            )
            session.add(made)
            session.flush()
            audit.record(session, call, "gallery_created", gallery_id=made.id)
        noted = follow_pack(call, session, pack=pack, contract_id=contract_id, replaces=replaces)
    for each in noted:
        finish_erasure(call.services, each)


def lock_others(session: Session, contract_id: str) -> list[GalleryRow]:
    """The galleries of another contract, locked.

    Whoever adds a face, or holds a photo, waits, and makes sure then that the contract is theirs.
    """
    query = (
        select(GalleryRow)
        .where(GalleryRow.contract_id != contract_id)
        .order_by(GalleryRow.id)
        .with_for_update()
    )
    return list(session.scalars(query, execution_options={"populate_existing": True}))


def holding_faces(session: Session, galleries: Sequence[GalleryRow]) -> frozenset[str]:
    """Ids of those of some galleries that hold faces."""
    ids = [each.id for each in galleries]
    has_face = select(FaceRow.id).where(FaceRow.gallery_id == GalleryRow.id).exists()
    return frozenset(session.scalars(select(GalleryRow.id).where(GalleryRow.id.in_(ids), has_face)))


def follow_pack(
    call: Call, session: Session, *, pack: str, contract_id: str, replaces: Sequence[str] = ()
) -> list[Noted]:
    """Bind the galleries to the pack in use that may follow it, in the transaction of whoever asks.

    An empty gallery holds no vectors of another model, and one of a contract that this one
    replaces holds vectors that may be compared with its. Held photos of an empty one go, because
    their embeddings are of the other model.

    Args:
        call: who asks, and with what.
        session: writing.
        pack: in use.
        contract_id: of its embeddings.
        replaces: earlier contracts whose vectors may be compared with them.

    Returns:
        What is to be finished after the commit; see `erasing.finish_erasure`.
    """
    permissions.require(call.actor, "galleries.bind")
    others = lock_others(session, contract_id)
    # Asked once they are locked: somebody may just have been added.
    held = holding_faces(session, others)
    noted = []
    for row in others:
        comparable = row.contract_id in replaces
        if row.id in held and not comparable:
            continue
        if not comparable:
            files = drop_comparisons(session, row)
            if files:
                noted.append(note_erasure(session, files, gallery_id=row.id))
        row.pack, row.contract_id = pack, contract_id
        audit.record(session, call, "gallery_bound", gallery_id=row.id, pack=[pack])
        call.services.indexes.drop(row.id)
    return noted
