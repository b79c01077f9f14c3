"""All galleries, and the settings of one."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar

from flask import url_for

from mien.access.permissions import may
from mien.gallery.galleries import list_galleries
from mien.gallery.people.portraits import PersonPortrait
from mien.gallery.people.portraits import newest_portraits
from mien.gallery.results import Gallery
from mien.gallery.services import Call
from mien.options import ACCEPTED_RATE
from mien.web.forms.state import Choice
from mien.web.forms.state import FormState
from mien.web.pages.base import Page
from mien.web.pages.faces import crop_url

_PORTRAITS = 4


@dataclass(frozen=True, slots=True)
class GalleryEntry:
    """One gallery of the list.

    Attributes:
        settings_url: empty for those who may not change it.
        portraits: those of up to four of its people.
        accepted: share of strangers' searches that may name somebody; None where the threshold is
            set by hand, or the model has not been calibrated.
    """

    name: str
    url: str
    settings_url: str
    people_count: int
    face_count: int
    portraits: tuple[str, ...] = ()
    accepted: float | None = None


@dataclass(frozen=True, slots=True)
class GalleriesPage(Page):
    """All galleries.

    Attributes:
        new_url: empty for those who may make none.
    """

    template: ClassVar[str] = "galleries/list.html"

    galleries: tuple[GalleryEntry, ...]
    new_url: str


@dataclass(frozen=True, slots=True)
class NewGalleryPage(Page):
    """Creates a gallery; field `name`, and `keep_photos` with the value `yes` when ticked.

    Attributes:
        accepted: share of strangers' searches that it will let name somebody; None when the model
            has not been calibrated.
    """

    template: ClassVar[str] = "galleries/new.html"

    form: FormState
    accepted: float | None
    action_url: str
    back_url: str


@dataclass(frozen=True, slots=True)
class Count:
    """How many, under its heading, and how many more than as the gallery is set now."""

    heading: str
    number: int
    change: int


@dataclass(frozen=True, slots=True)
class Step:
    """One choice of the accepted error, and what it means for this gallery.

    Attributes:
        value: of the field `accepted_fpir`.
        label: “1 in 1,000”.
        threshold: similarity that a match needs then, at the gallery's present size; None when no
            number has been given by hand.
        now: whether the gallery is set so.
        counts: what it would have done, in the order of the page's headings; empty when no
            threshold is known.
    """

    value: str
    label: str
    threshold: float | None
    now: bool
    counts: tuple[Count, ...] = ()


@dataclass(frozen=True, slots=True)
class GallerySettingsPage(Page):
    """Changes the name and the settings of a gallery; fields are called as those of the settings.

    A POST with `look` shows what a threshold given by hand would do, and changes nothing.

    Attributes:
        form: typed so far, or what holds now; a ticked box is `chosen["keep_photos"] = ("yes",)`.
        contract_id: for whose similarities the form was made; the POST sends it back.
        name: as it is now.
        renamable: the default gallery keeps its name, and cannot be deleted.
        steps: to choose from, the most tolerant first, the one by hand last; none when the model
            has not been calibrated or is not the gallery's.
        headings: of the counts of the steps.
        searches: how many searched faces the counts of the steps are about.
        compared: how many people of the gallery the counts of those who look alike are about.
        default_threshold: what the model pack recommends.
        fmr_choices: accepted errors of comparing with one person; none as for the steps.
        gates: how much a photo has to be worth.
        other_model: the model that runs, when the gallery belongs to another; else empty.
        model: the pack that this gallery is bound to.
        people_count, face_count: how large it is.
        searched_count: people who have a face, and so can be found.
        created_at: ISO 8601 in UTC.
        action_url: takes the POST.
        delete_url: the page that asks; empty where it may not be deleted.
        back_url: the list of galleries.
    """

    template: ClassVar[str] = "galleries/settings.html"

    form: FormState
    contract_id: str
    name: str
    renamable: bool
    steps: tuple[Step, ...]
    headings: tuple[str, ...]
    searches: int
    compared: int
    default_threshold: float
    fmr_choices: tuple[Choice, ...]
    gates: tuple[Choice, ...]
    other_model: str
    model: str
    people_count: int
    searched_count: int
    face_count: int
    created_at: str
    action_url: str
    delete_url: str
    back_url: str


def galleries_page(call: Call) -> GalleriesPage:
    """All galleries, with a few faces each."""
    galleries = list_galleries(call)
    portraits = newest_portraits(
        call, gallery_ids=[gallery.id for gallery in galleries], most=_PORTRAITS
    )
    return GalleriesPage(
        galleries=tuple(
            _row(call, gallery, portraits.get(gallery.id, ())) for gallery in galleries
        ),
        new_url=url_for("galleries.new") if may(call.actor, "galleries.create") else "",
    )


def new_gallery_page(call: Call, form: FormState) -> NewGalleryPage:
    """The page that makes a gallery."""
    return NewGalleryPage(
        form=form,
        accepted=None if call.services.engine.summary.calibration is None else ACCEPTED_RATE,
        action_url=url_for("galleries.create"),
        back_url=url_for("galleries.show_all"),
    )


def _row(call: Call, gallery: Gallery, portraits: Sequence[PersonPortrait]) -> GalleryEntry:
    return GalleryEntry(
        name=gallery.title,
        url=url_for("people.sheet", gallery=gallery.name),
        settings_url=(
            url_for("galleries.settings", gallery=gallery.name)
            if may(call.actor, "galleries.change", gallery.name)
            else ""
        ),
        people_count=gallery.people,
        face_count=gallery.faces,
        portraits=tuple(crop_url(gallery.name, each.person_id, each.face_id) for each in portraits),
        accepted=_accepted(call, gallery),
    )


def _accepted(call: Call, gallery: Gallery) -> float | None:
    calibrated = call.services.engine.summary.calibration is not None
    return (
        gallery.settings.accepted_fpir
        if calibrated and gallery.settings.threshold is None
        else None
    )
