"""Delete an unknown person, with every sighting."""

from mien.access import audit
from mien.access import permissions
from mien.gallery.galleries import find_gallery
from mien.gallery.people.clusters.rows import faces_of
from mien.gallery.people.clusters.rows import find_cluster
from mien.gallery.services import Call
from mien.storage.erased import Erased
from mien.storage.erasures import finish
from mien.storage.erasures import note_erasure
from mien.storage.models import UnknownFaceRow
from mien.storage.unknown_faces import let_go_of_unknown


def delete_unknown(call: Call, *, gallery: str, cluster_id: str) -> int:
    """Delete every face of an unknown person; seen again, they are somebody new.

    Returns:
        How many faces there were.

    Raises:
        GalleryNotFound, ClusterNotFound: it is not there.
    """
    permissions.require(call.actor, "unknown.delete", gallery)
    services = call.services
    with services.database.write() as session:
        row = find_gallery(session, gallery, hold="names")
        cluster = find_cluster(session, row, cluster_id)
        faces = [face.id for face in faces_of(session, cluster.id)]
        files = let_go_of_unknown(session, UnknownFaceRow.cluster_id == cluster.id)
        erasure = note_erasure(
            session,
            files,
            erased=[Erased("unknown_face", face_id) for face_id in faces],
            subject_id=cluster_id,
            gallery_id=row.id,
        )
        audit.record(
            session,
            call,
            "cluster_deleted",
            subject_id=cluster_id,
            gallery_id=row.id,
            faces=len(faces),
        )
    finish(services.database, services.files, services.erasures, erasure)
    return len(faces)
