"""Which galleries would be embedded again for another pack, and which lack the photos for it."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import case
from sqlalchemy import func
from sqlalchemy import select

from mien.access import permissions
from mien.gallery.embedding_again.stage import is_staged
from mien.gallery.services import Call
from mien.storage.models import FaceRow
from mien.storage.models import GalleryRow


@dataclass(frozen=True, slots=True)
class SurveyedGallery:
    """A gallery that holds faces of another embedding contract.

    Attributes:
        id: its id.
        name: in addresses.
        title: as pages show it.
        pack: that made its embeddings.
        faces: how many it holds.
        without_photo: how many of them were not taken from a photo that is stored, and have not
            been embedded again already.
        staged: how many have been embedded again already.
    """

    id: str
    name: str
    title: str
    pack: str
    faces: int
    without_photo: int
    staged: int

    def can_change(self, *, delete_missing: bool) -> bool:
        """Whether it can be embedded again, as far as is known before photos are looked at.

        Args:
            delete_missing: whether faces without a photo may be deleted; nobody means all of them.
        """
        return not self.without_photo or (delete_missing and self.without_photo < self.faces)


def survey_galleries(
    call: Call, *, contract_id: str, replaces: Sequence[str] = ()
) -> tuple[SurveyedGallery, ...]:
    """The galleries with faces whose embeddings cannot be compared with a contract's, by name.

    Args:
        call: who asks, and with what.
        contract_id: that they are to change to.
        replaces: earlier contracts whose vectors may be compared with its.
    """
    permissions.require(call.actor, "packs.use")
    staged = is_staged(contract_id)
    counted = (
        select(
            GalleryRow.id,
            GalleryRow.name,
            GalleryRow.display_name,
            GalleryRow.pack,
            func.count(),
            func.sum(case((FaceRow.photo_id.is_(None) & ~staged, 1), else_=0)),
            func.sum(case((staged, 1), else_=0)),
        )
        .join(FaceRow, FaceRow.gallery_id == GalleryRow.id)
        .where(GalleryRow.contract_id.not_in([contract_id, *replaces]))
        .group_by(
            GalleryRow.id,
            GalleryRow.name,
            GalleryRow.display_name,
            GalleryRow.pack,
            GalleryRow.name_key,
        )
        .order_by(GalleryRow.name_key)
    )
    with call.services.database.read() as session:
        rows = session.execute(counted).all()
    return tuple(
        SurveyedGallery(gallery_id, name, shown or name, pack, faces, without or 0, done or 0)
        for gallery_id, name, shown, pack, faces, without, done in rows
    )
