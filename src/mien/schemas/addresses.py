"""Parameters in the addresses of a gallery and what belongs to it."""

from typing import Annotated

from pydantic import Field

from mien.names import GALLERY_PATTERN
from mien.names import ID_PATTERN
from mien.schemas.base import In

Id = Annotated[str, Field(pattern=f"^{ID_PATTERN}$")]


GalleryName = Annotated[str, Field(pattern=f"^{GALLERY_PATTERN}$", description="A gallery's name.")]


class GalleryPath(In):
    """Addresses below a gallery."""

    gallery: GalleryName = Field(examples=["default"])


class PersonPath(GalleryPath):
    """Addresses below a person."""

    person_id: Id


class OriginalPath(GalleryPath):
    """Addresses of original photos that were kept."""

    photo_id: Id


class FacePath(PersonPath):
    """Addresses below a face."""

    face_id: Id
