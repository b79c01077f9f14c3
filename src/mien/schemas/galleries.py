"""Galleries and their settings, as JSON."""

from typing import Any
from typing import Final

from pydantic import Field

from mien.gallery.recognition.what_if import Weighed
from mien.gallery.results import Gallery
from mien.gallery.settings import AcceptedRate
from mien.gallery.settings import GallerySettings
from mien.gallery.settings import Threshold
from mien.schemas.addresses import GalleryName
from mien.schemas.base import In
from mien.schemas.base import Out
from mien.schemas.figures import Rate
from mien.schemas.figures import rate_out
from mien.schemas.figures import similarity_out

FPIR: Final = GallerySettings.model_fields["accepted_fpir"].description


class GalleryIn(In, GallerySettings):
    """A new gallery."""

    name: GalleryName | None = Field(
        default=None,
        examples=["club"],
        description="Used in addresses; made from `display_name` if not given.",
    )

    @property
    def called(self) -> str:
        """What the verb makes its name from."""
        return self.name or self.display_name

    def settings(self) -> dict[str, Any]:
        """As the verb takes them."""
        return self.as_fields()


class GalleryChangeIn(In, GallerySettings):
    """What to change; fields that are left out stay the same."""

    name: GalleryName = Field(default="", examples=["choir"])

    def changes(self) -> dict[str, Any]:
        """As the verb takes them."""
        given = self.model_dump(exclude_unset=True)
        return {"new_name": given.pop("name", None), "settings": given}


class GalleryOut(Out, GallerySettings):
    """A gallery and how much is in it."""

    name: GalleryName
    pack: str = Field(description="The model pack that made its vectors.")
    person_count: int
    searched_person_count: int = Field(
        description="People who have a face, so a search can find them."
    )
    face_count: int
    created_at: str = Field(json_schema_extra={"format": "date-time"})
    updated_at: str = Field(json_schema_extra={"format": "date-time"})

    @classmethod
    def from_gallery(cls, gallery: Gallery) -> "GalleryOut":
        """From the verbs' answer."""
        return cls(
            name=gallery.name,
            pack=gallery.pack,
            person_count=gallery.people,
            searched_person_count=gallery.searched,
            face_count=gallery.faces,
            created_at=gallery.created_at.isoformat(),
            updated_at=gallery.updated_at.isoformat(),
            **gallery.settings.as_fields(),
        )


class GalleriesOut(Out):
    """All galleries, default first."""

    galleries: list[GalleryOut]


class WeighQuery(In):
    """The setting to try; with neither, the gallery's current settings."""

    accepted_fpir: AcceptedRate | None = Field(default=None, description=FPIR)
    threshold: Threshold | None = Field(
        default=None, description="A fixed threshold; takes precedence over `accepted_fpir`."
    )


class WeighedOut(Out):
    """What a setting would have done. Counts only, no names."""

    threshold: Threshold
    accepted_false_positive_rate: Rate | None = Field(
        description="The rate the threshold is derived from; null if the threshold was given."
    )
    expected_false_positive_rate: Rate | None = Field(
        description="Share of strangers' searches that name someone at this threshold; null if "
        "the model has not been calibrated."
    )
    searched_face_count: int = Field(description="How many recent searches were used.")
    match_count: int
    ambiguous_count: int
    unknown_count: int
    compared_person_count: int = Field(
        description="People whose example was compared with everyone else's."
    )
    alike_person_count: int = Field(
        description="Those whose example could be taken for someone else in the gallery."
    )

    @classmethod
    def of(cls, weighed: Weighed) -> "WeighedOut":
        """From the verb's answer."""
        return cls(
            threshold=similarity_out(weighed.point.threshold),
            accepted_false_positive_rate=rate_out(weighed.point.accepted_fpir),
            expected_false_positive_rate=rate_out(weighed.point.expected_fpir),
            searched_face_count=weighed.searches,
            match_count=weighed.decisions["match"],
            ambiguous_count=weighed.decisions["ambiguous"],
            unknown_count=weighed.decisions["unknown"],
            compared_person_count=weighed.compared,
            alike_person_count=weighed.alike,
        )
