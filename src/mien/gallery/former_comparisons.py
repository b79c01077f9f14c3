"""What is left in a gallery of comparisons under a contract that it leaves."""

from sqlalchemy import delete
from sqlalchemy import select
from sqlalchemy.orm import Session

from mien.gallery.held_photos import probe_files
from mien.storage.models import GalleryRow
from mien.storage.models import NegativeExampleRow
from mien.storage.models import ProbeRow
from mien.storage.models import SearchRow
from mien.storage.models import UnknownFaceRow
from mien.storage.unknown_faces import let_go_of_unknown


def drop_comparisons(session: Session, gallery: GalleryRow) -> list[str]:
    """Let go of held photos, unknown people, remembered searches, negatives, and a threshold set by hand.

    Similarities of two models have different scales, and an embedding of a held photo, or of a kept
    face of somebody unknown, could become an example.

    Args:
        session: writing; nobody adds anything to the gallery before it ends.
        gallery: its row, of before or after the change.

    Returns:
        The files that go with the held photos and the unknown faces.
    """
    files = []
    for probe in session.scalars(select(ProbeRow).where(ProbeRow.gallery_id == gallery.id)).all():
        files += probe_files(session, probe)
        session.delete(probe)
    files += let_go_of_unknown(session, UnknownFaceRow.gallery_id == gallery.id)
    session.execute(delete(NegativeExampleRow).where(NegativeExampleRow.gallery_id == gallery.id))
    session.execute(delete(SearchRow).where(SearchRow.gallery_id == gallery.id))
    gallery.threshold = None
    return files
