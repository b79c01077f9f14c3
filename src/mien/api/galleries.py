"""Galleries: list, create, show, change, remove."""

from typing import Any

from flask import Response
from flask import url_for
from pydantic import Field

from mien.api.blueprint import BODY
from mien.api.blueprint import answer
from mien.api.blueprint import described
from mien.api.blueprint import make_blueprint
from mien.api.bodies import json_body
from mien.api.bodies import read_body
from mien.api.shapes import AcceptedRate
from mien.api.shapes import GalleryName
from mien.api.shapes import GalleryPath
from mien.api.shapes import In
from mien.api.shapes import Out
from mien.api.shapes import Rate
from mien.api.shapes import Threshold
from mien.api.shapes import rate_out
from mien.api.shapes import similarity_out
from mien.gallery.galleries import change_gallery
from mien.gallery.galleries import create_gallery
from mien.gallery.galleries import delete_gallery
from mien.gallery.galleries import list_galleries
from mien.gallery.galleries import show_gallery
from mien.gallery.recognition.what_if import Weighed
from mien.gallery.recognition.what_if import weigh
from mien.gallery.results import Gallery
from mien.http.auth import require_scope
from mien.http.context import services
from mien.options import ACCEPTED_RATE
from mien.options import Gate

_FPIR = (
    "Share of strangers' searches that may name somebody (false positive identification rate); "
    "0.001 is 1 of 1,000. The threshold follows from it and from the number of people."
)
_FMR = "Share of comparisons of two people that may pass as one (false match rate)."
_GATE = "How much a photo has to be worth to be stored as an example."

bp = make_blueprint("galleries", "Galleries")


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


@bp.get(
    "/galleries",
    operation_id="list_galleries",
    responses=described(200, GalleriesOut, text="All galleries."),
)
@require_scope("read")
def list_all() -> Response:
    """List the galleries."""
    found = list_galleries(services())
    return answer(GalleriesOut(galleries=[GalleryOut.of(each) for each in found]))


@bp.post(
    "/galleries",
    operation_id="create_gallery",
    request_body=json_body(GalleryIn),
    responses=described(201, GalleryOut, 409, *BODY, text="The new gallery."),
)
@require_scope("admin")
def create() -> Response:
    """Create an empty gallery, bound to the model pack in use."""
    made = create_gallery(services(), **dict(read_body(GalleryIn)))
    location = url_for("api_galleries.show", gallery=made.name)
    return answer(GalleryOut.of(made), status=201, location=location)


@bp.get(
    "/galleries/<gallery:gallery>",
    operation_id="show_gallery",
    responses=described(200, GalleryOut, 404, text="The gallery."),
)
@require_scope("read")
def show(path: GalleryPath) -> Response:
    """Show a gallery."""
    return answer(GalleryOut.of(show_gallery(services(), name=path.gallery)))


@bp.patch(
    "/galleries/<gallery:gallery>",
    operation_id="change_gallery",
    request_body=json_body(GalleryChangeIn),
    responses=described(200, GalleryOut, 404, 409, *BODY, text="The gallery as it is now."),
)
@require_scope("admin")
def change(path: GalleryPath) -> Response:
    """Rename a gallery or change its settings."""
    changes = read_body(GalleryChangeIn).changes()
    return answer(GalleryOut.of(change_gallery(services(), name=path.gallery, **changes)))


@bp.get(
    "/galleries/<gallery:gallery>/weigh",
    operation_id="weigh_gallery",
    responses=described(200, WeighedOut, 404, 409, 422, text="What the setting would have done."),
)
@require_scope("read")
def weigh_settings(path: GalleryPath, query: WeighQuery) -> Response:
    """Weigh a setting: how the last searches would have been answered, and who looks alike."""
    weighed = weigh(
        services(),
        gallery=path.gallery,
        accepted_fpir=query.accepted_fpir,
        threshold=query.threshold,
    )
    return answer(WeighedOut.of(weighed))


@bp.delete(
    "/galleries/<gallery:gallery>",
    operation_id="delete_gallery",
    responses=described(200, GalleryOut, 404, 409, text="What was removed."),
)
@require_scope("admin")
def delete(path: GalleryPath) -> Response:
    """Remove a gallery with all its people, faces, crops and photos."""
    return answer(GalleryOut.of(delete_gallery(services(), name=path.gallery)))
