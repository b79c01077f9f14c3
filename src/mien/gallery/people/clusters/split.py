"""Part sightings of an unknown person that show somebody else."""

from collections.abc import Collection
from dataclasses import replace

from sqlalchemy import update

from mien.access import audit
from mien.access import permissions
from mien.access.actor import SYSTEM
from mien.errors import FaceNotFound
from mien.errors import InvalidInput
from mien.gallery.galleries import find_gallery
from mien.gallery.people.clusters.rows import faces_of
from mien.gallery.people.clusters.rows import find_cluster
from mien.gallery.people.clusters.settle import settle
from mien.gallery.services import Call
from mien.storage.models import UnknownApartRow
from mien.storage.models import UnknownClusterRow
from mien.storage.models import UnknownFaceRow
from mien.storage.models import new_id
from mien.storage.unknown_faces import recount


def split_unknown(call: Call, *, gallery: str, cluster_id: str, face_ids: Collection[str]) -> str:
    """Make another unknown person of some sightings; the two are never taken for one again.

    Args:
        call: who asks, and with what.
        gallery: its name.
        cluster_id: whose sightings they are.
        face_ids: which; some of them and not all.

    Returns:
        The id of the other one.

    Raises:
        GalleryNotFound, ClusterNotFound, FaceNotFound: it is not there.
        InvalidInput: none or all of the sightings are chosen.
    """
    permissions.require(call.actor, "unknown.change", gallery)
    settle(replace(call, actor=SYSTEM), gallery=gallery)
    with call.services.database.write() as session:
        row = find_gallery(session, gallery, hold="names")
        cluster = find_cluster(session, row, cluster_id)
        faces = faces_of(session, cluster.id)
        chosen = [face for face in faces if face.id in face_ids]
        if len(chosen) < len(set(face_ids)):
            raise FaceNotFound
        if not chosen:
            raise InvalidInput("split_none", field="face_ids")
        if len(chosen) == len(faces):
            raise InvalidInput("split_all", field="face_ids")
        other = UnknownClusterRow(
            id=new_id(),
            gallery_id=row.id,
            state=cluster.state,
            mean=chosen[0].embedding,
            faces=len(chosen),
            first_seen_at=chosen[-1].seen_at,
            last_seen_at=chosen[0].seen_at,
        )
        session.add(other)
        session.flush()
        one, two = sorted((cluster.id, other.id))
        session.add(UnknownApartRow(cluster_id=one, other_cluster_id=two))
        session.execute(
            update(UnknownFaceRow)
            .where(UnknownFaceRow.id.in_([face.id for face in chosen]))
            .values(cluster_id=other.id)
        )
        recount(session, {cluster.id, other.id})
        audit.record(
            session,
            call,
            "cluster_split",
            subject_id=cluster.id,
            gallery_id=row.id,
            faces=len(chosen),
        )
        return other.id
