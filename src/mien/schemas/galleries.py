"""Galleries and their settings, as JSON."""

from typing import Any

from pydantic import Field

from mien.gallery.recognition.what_if import Weighed
from mien.gallery.results import Gallery
from mien.options import ACCEPTED_RATE
from mien.options import Gate
from mien.schemas.common import AcceptedRate
from mien.schemas.common import GalleryName
from mien.schemas.common import In
from mien.schemas.common import Out
from mien.schemas.common import Rate
from mien.schemas.common import Threshold
from mien.schemas.common import rate_out
from mien.schemas.common import similarity_out

_FPIR = (
    "Share of strangers' searches that may name somebody (false positive identification rate); "
    "0.001 is 1 of 1,000. The threshold follows from it and from the number of people."
)
_FMR = "Share of comparisons of two people that may pass as one (false match rate)."
_GATE = "How much a photo has to be worth to be stored as an example."


class GalleryIn(In):
    """A new gallery."""

    name: GalleryName = Field(examples=["club"])
    threshold: Threshold | None = Field(
        default=None, description="Set by hand; null lets it follow from `accepted_fpir`."
    )
    accepted_fpir: AcceptedRate = Field(default=ACCEPTED_RATE, description=_FPIR)
    accepted_fmr: AcceptedRate = Field(default=ACCEPTED_RATE, description=_FMR)
    gate: Gate = Field(default="standard", description=_GATE)
    keep_photos: bool = Field(
        default=True, description="Whether original photos are kept beside the crops."
    )


class GalleryChangeIn(In):
    """What is to change; what is left out stays."""

    name: GalleryName = Field(default="", examples=["choir"])
    threshold: Threshold | None = Field(
        default=None, description="Set by hand; null lets it follow from `accepted_fpir` again."
    )
    accepted_fpir: AcceptedRate = Field(default=ACCEPTED_RATE, description=_FPIR)
    accepted_fmr: AcceptedRate = Field(default=ACCEPTED_RATE, description=_FMR)
    gate: Gate = Field(default="standard", description=_GATE)
    keep_photos: bool = True

    def changes(self) -> dict[str, Any]:
        """As the verb takes them."""
        given = self.model_dump(exclude_unset=True)
        if "name" in given:
            given["new_name"] = given.pop("name")
        given["automatic_threshold"] = given.get("threshold", 0) is None
        return given


class GalleryOut(Out):
    """A gallery and how much is in it."""

    name: GalleryName
    pack: str = Field(description="The model pack whose vectors it holds.")
    threshold: Threshold | None = Field(
        description="Set by hand; null when it follows from `accepted_fpir`."
    )
    accepted_fpir: AcceptedRate = Field(description=_FPIR)
    accepted_fmr: AcceptedRate = Field(description=_FMR)
    gate: Gate = Field(description=_GATE)
    keep_photos: bool
    person_count: int
    face_count: int
    created_at: str = Field(json_schema_extra={"format": "date-time"})
    updated_at: str = Field(json_schema_extra={"format": "date-time"})

    @classmethod
    def of(cls, gallery: Gallery) -> "GalleryOut":
        """From the verbs' answer."""
        return cls(
            name=gallery.name,
            pack=gallery.pack,
            threshold=gallery.threshold,
            accepted_fpir=gallery.accepted_fpir,
            accepted_fmr=gallery.accepted_fmr,
            gate=gallery.gate,
            keep_photos=gallery.keep_photos,
            person_count=gallery.people,
            face_count=gallery.faces,
            created_at=gallery.created_at.isoformat(),
            updated_at=gallery.updated_at.isoformat(),
        )


class GalleriesOut(Out):
    """All galleries, the default one first."""

    galleries: list[GalleryOut]


class WeighQuery(In):
    """Which setting is weighed; with neither, the gallery as it is set."""

    accepted_fpir: AcceptedRate | None = Field(default=None, description=_FPIR)
    threshold: Threshold | None = Field(
        default=None, description="Set by hand; goes before `accepted_fpir`."
    )


class WeighedOut(Out):
    """What a setting would have done; counts only, nobody is named."""

    threshold: Threshold
    accepted_false_positive_rate: Rate | None = Field(
        description="From which the threshold follows; null when it was given."
    )
    expected_false_positive_rate: Rate | None = Field(
        description="Share of strangers' searches that name somebody at this threshold; null when "
        "the model has not been calibrated."
    )
    searched_face_count: int = Field(description="How many of the last searches were weighed.")
    match_count: int
    ambiguous_count: int
    unknown_count: int
    compared_person_count: int = Field(
        description="People whose example was compared with everybody else's."
    )
    alike_person_count: int = Field(
        description="Those of them whose example could be taken for somebody else in the gallery."
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
