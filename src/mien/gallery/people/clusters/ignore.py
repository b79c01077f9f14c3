"""Ignore an unknown person, whose later sightings are not shown either, and take that back."""

from dataclasses import replace

from mien.access import audit
from mien.access import permissions
from mien.access.actor import SYSTEM
from mien.gallery.galleries import find_gallery
from mien.gallery.people.clusters.rows import IGNORED
from mien.gallery.people.clusters.rows import OPEN
from mien.gallery.people.clusters.rows import find_cluster
from mien.gallery.people.clusters.settle import settle
from mien.gallery.services import Call


def ignore_unknown(call: Call, *, gallery: str, cluster_id: str) -> None:
    """Do not show an unknown person again, nor when they are seen later.

    That is remembered by their faces alone: as long as one of them is kept.

    Raises:
        GalleryNotFound, ClusterNotFound: it is not there.
    """
    permissions.require(call.actor, "unknown.change", gallery)
    settle(replace(call, actor=SYSTEM), gallery=gallery)
    with call.services.database.write() as session:
        row = find_gallery(session, gallery, hold="names")
        cluster = find_cluster(session, row, cluster_id)
        if cluster.state != IGNORED:
            cluster.state = IGNORED
            audit.record(session, call, "cluster_ignored", subject_id=cluster.id, gallery_id=row.id)


def unignore_unknown(call: Call, *, gallery: str, cluster_id: str) -> None:
    """Show an unknown person again.

    Raises:
        GalleryNotFound, ClusterNotFound: it is not there.
    """
    permissions.require(call.actor, "unknown.change", gallery)
    settle(replace(call, actor=SYSTEM), gallery=gallery)
    with call.services.database.write() as session:
        row = find_gallery(session, gallery, hold="names")
        cluster = find_cluster(session, row, cluster_id)
        if cluster.state != OPEN:
            cluster.state = OPEN
            audit.record(
                session, call, "cluster_unignored", subject_id=cluster.id, gallery_id=row.id
            )
