"""How much there is, all galleries together; for whoever watches the machine."""

from dataclasses import dataclass

from sqlalchemy import func
from sqlalchemy import select

from mien.access import permissions
from mien.gallery.services import Call
from mien.storage.models import FaceRow
from mien.storage.models import GalleryRow
from mien.storage.models import PersonRow
from mien.storage.models import ProbeRow


@dataclass(frozen=True, slots=True)
class Sizes:
    """Counts of rows; galleries are not told apart, their names may be personal."""

    galleries: int
    people: int
    faces: int
    probes: int


def count_all(call: Call) -> Sizes:
    """Count galleries, people, examples and held photos, at one moment."""
    permissions.require(call.actor, "installation.read")
    tables = (GalleryRow, PersonRow, FaceRow, ProbeRow)
    with call.services.database.read() as session:
        counts = [session.scalar(select(func.count()).select_from(table)) for table in tables]
    return Sizes(*(count or 0 for count in counts))
