"""Put kept faces of unknown people to others of the same person, and let go of those past their time."""

from collections.abc import Mapping

from sqlalchemy import ColumnElement
from sqlalchemy import delete
from sqlalchemy import or_
from sqlalchemy import select
from sqlalchemy import update
from sqlalchemy.orm import Session

from mien.access import permissions
from mien.decision.clustering import Cluster
from mien.decision.clustering import Clustering
from mien.decision.clustering import joining_similarity
from mien.errors import GalleryNotFound
from mien.errors import ModelError
from mien.gallery.galleries import find_gallery
from mien.gallery.people.clusters.rows import OPEN
from mien.gallery.services import Call
from mien.gallery.services import Services
from mien.storage.erasures import finish
from mien.storage.erasures import note_erasure
from mien.storage.models import GalleryRow
from mien.storage.models import UnknownApartRow
from mien.storage.models import UnknownClusterRow
from mien.storage.models import UnknownFaceRow
from mien.storage.models import new_id
from mien.storage.models import now
from mien.storage.unknown_faces import expired
from mien.storage.unknown_faces import let_go_of_unknown
from mien.storage.unknown_faces import recount
from mien.vision.types import EngineSummary


def settle(call: Call, *, gallery: str) -> None:
    """Put new faces of a gallery where they belong, and delete those whose time is over.

    Done before unknown people are looked at, and every minute while a server runs. A quick look
    when there is nothing new. Several processes may do it at once: one waits for the other and finds
    it done. Mien itself does it, on nobody's behalf: nothing of record changes by it.

    Raises:
        GalleryNotFound: no gallery has this name.
    """
    permissions.require(call.actor, "maintenance.settle_unknown", gallery)
    services = call.services
    with services.database.read() as session:
        row = find_gallery(session, gallery)
        summary = _summary(services, row)
        # Without the model of the gallery nothing can be put anywhere.
        what = expired(now()) if summary is None else _waiting()
        waits = session.scalar(
            select(UnknownFaceRow.id).where(UnknownFaceRow.gallery_id == row.id, what).limit(1)
        )
    if waits is None:
        return
    with services.database.write() as session:
        row = find_gallery(session, gallery, hold="names")
        files = let_go_of_unknown(session, (UnknownFaceRow.gallery_id == row.id) & expired(now()))
        if summary is not None and row.contract_id == summary.contract_id:
            _sort(session, row, summary)
        erasure = note_erasure(session, files) if files else None
    if erasure is not None:
        finish(services.database, services.files, services.erasures, erasure)


def settle_all(call: Call) -> int:
    """The same for every gallery; gives how many faces were deleted because their time is over."""
    permissions.require(call.actor, "maintenance.clean_up")
    with call.services.database.read() as session:
        names = session.scalars(
            select(GalleryRow.name).where(
                select(UnknownFaceRow.id)
                .where(UnknownFaceRow.gallery_id == GalleryRow.id, _waiting())
                .exists()
            )
        ).all()
        over = len(session.scalars(select(UnknownFaceRow.id).where(expired(now()))).all())
    for name in names:
        try:
            settle(call, gallery=name)
        except GalleryNotFound:
            continue  # deleted or renamed meanwhile
    return over


def _waiting() -> ColumnElement[bool]:
    return or_(UnknownFaceRow.cluster_id.is_(None), expired(now()))


def _summary(services: Services, gallery: GalleryRow) -> EngineSummary | None:
    try:
        summary = services.engine.summary
    except ModelError:
        return None  # without a model nothing is compared; what is over goes all the same
    return summary if summary.contract_id == gallery.contract_id else None


def _sort(session: Session, gallery: GalleryRow, summary: EngineSummary) -> None:
    faces = session.execute(
        select(UnknownFaceRow.id, UnknownFaceRow.embedding)
        .where(UnknownFaceRow.gallery_id == gallery.id, UnknownFaceRow.cluster_id.is_(None))
        .order_by(UnknownFaceRow.seen_at, UnknownFaceRow.id)
    ).all()
    if not faces:
        return
    rows = session.execute(
        select(
            UnknownClusterRow.id,
            UnknownClusterRow.mean,
            UnknownClusterRow.faces,
            UnknownClusterRow.state,
        )
        .where(UnknownClusterRow.gallery_id == gallery.id)
        .order_by(UnknownClusterRow.created_at, UnknownClusterRow.id)
    ).all()
    clustering = Clustering(
        [Cluster(row.id, row.mean, row.faces, row.state) for row in rows],
        similarity=joining_similarity(summary),
        apart=_apart(session, gallery),
        kind=OPEN,
    )
    placed = {face_id: clustering.add(embedding, new_id=new_id()) for face_id, embedding in faces}
    _write(session, gallery, clustering, placed, known={row.id for row in rows})


def _apart(session: Session, gallery: GalleryRow) -> list[tuple[str, str]]:
    return [
        (row.cluster_id, row.other_cluster_id)
        for row in session.execute(
            select(UnknownApartRow.cluster_id, UnknownApartRow.other_cluster_id)
            .join(UnknownClusterRow, UnknownClusterRow.id == UnknownApartRow.cluster_id)
            .where(UnknownClusterRow.gallery_id == gallery.id)
        )
    ]


def _write(
    session: Session,
    gallery: GalleryRow,
    clustering: Clustering,
    placed: Mapping[str, str],
    *,
    known: set[str],
) -> None:
    """Write where faces are now, and which clusters have become one."""
    of = {face_id: clustering.merged.get(into, into) for face_id, into in placed.items()}
    moment = now()
    for cluster in clustering.clusters:
        if cluster.id not in known:
            session.add(
                UnknownClusterRow(
                    id=cluster.id,
                    gallery_id=gallery.id,
                    state=cluster.kind,
                    mean=cluster.mean,
                    faces=cluster.faces,
                    first_seen_at=moment,
                    last_seen_at=moment,
                )
            )
    session.flush()
    for face_id, cluster_id in of.items():
        session.execute(
            update(UnknownFaceRow).where(UnknownFaceRow.id == face_id).values(cluster_id=cluster_id)
        )
    gone = {goes: stays for goes, stays in clustering.merged.items() if goes in known}
    for goes, stays in gone.items():
        session.execute(
            update(UnknownFaceRow).where(UnknownFaceRow.cluster_id == goes).values(cluster_id=stays)
        )
    if gone:
        _inherit(session, gallery, gone)
        session.execute(delete(UnknownClusterRow).where(UnknownClusterRow.id.in_(gone)))
    recount(session, {*of.values(), *gone.values()})


def _inherit(session: Session, gallery: GalleryRow, gone: Mapping[str, str]) -> None:
    """Whoever was parted from one of two that are one now is parted from both."""
    pairs = _apart(session, gallery)
    wanted = {
        (min(one, other), max(one, other))
        for one, other in ((gone.get(a, a), gone.get(b, b)) for a, b in pairs)
    }
    for one, other in sorted(wanted - set(pairs)):
        session.add(UnknownApartRow(cluster_id=one, other_cluster_id=other))
    session.flush()
