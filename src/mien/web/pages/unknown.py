"""The unknown people of a gallery, and every sighting of one."""

from dataclasses import dataclass
from typing import Any
from typing import ClassVar

from flask import url_for

from mien.access.permissions import may
from mien.gallery.galleries import show_gallery
from mien.gallery.people.clusters.list_unknown import list_unknown
from mien.gallery.people.clusters.list_unknown import show_unknown
from mien.gallery.people.clusters.rows import IGNORED
from mien.gallery.people.clusters.rows import OPEN
from mien.gallery.people.clusters.rows import UnknownPerson
from mien.gallery.people.person_names import list_person_names
from mien.gallery.services import Call
from mien.web.forms.state import FormState
from mien.web.pages.base import Page
from mien.web.pages.confirm import ConfirmPage
from mien.web.pages.faces import crop_url
from mien.web.text.filters import counted

# More portraits at once are slow to draw; those named make room for the next.
_AT_ONCE = 60
_MOST_NAMES = 500


@dataclass(frozen=True, slots=True)
class LooksLike:
    """Who of the gallery an unknown person is most like; an empty portrait shows a silhouette."""

    name: str
    url: str
    portrait_url: str
    similarity: float


@dataclass(frozen=True, slots=True)
class UnknownCard:
    """One unknown person.

    Attributes:
        id: for the element that shows it.
        url: the page with every sighting.
        portrait_url: the best of them.
        sightings: how many there are.
        first_seen_at, last_seen_at: ISO 8601 in UTC.
        looks_like: who it may be; None when nobody is worth a look.
        name_url: takes a POST with a `name`; empty for those who may not.
        ignore_url: takes a POST that ignores, or shows again; empty for those who may not.
        ignored: whether it is ignored now.
    """

    id: str
    url: str
    portrait_url: str
    sightings: int
    first_seen_at: str
    last_seen_at: str
    looks_like: LooksLike | None
    name_url: str
    ignore_url: str
    ignored: bool


@dataclass(frozen=True, slots=True)
class UnknownPage(Page):
    """The unknown people of a gallery, or those of them who are ignored.

    Attributes:
        gallery: its name.
        people: those seen most often first.
        more: how many more there are.
        ignored: whether it is those who are ignored.
        other_url: the page with the others.
        other_count: how many they are.
        keep_days: for how many days faces are kept; 0 for not at all.
        settings_url: where that is set; empty for those who may not.
        form: of a name, empty.
        names: offered while one types who it is.
        identify_url: where photos are identified.
        back_url: the contact sheet.
    """

    template: ClassVar[str] = "unknown/list.html"

    gallery: str
    people: tuple[UnknownCard, ...]
    more: int
    ignored: bool
    other_url: str
    other_count: int
    keep_days: int
    settings_url: str
    form: FormState
    names: tuple[str, ...]
    identify_url: str
    back_url: str


@dataclass(frozen=True, slots=True)
class Sighting:
    """One sighting of an unknown person; times in ISO 8601 and UTC.

    Attributes:
        id: of the face; the value of the field `face_ids`.
    """

    id: str
    portrait_url: str
    seen_at: str
    expires_at: str


@dataclass(frozen=True, slots=True)
class SightingsPage(Page):
    """Every sighting of an unknown person.

    Attributes:
        person: the unknown person.
        sightings: the newest first.
        form: what was typed or ticked and could not be done.
        names: offered while one types who it is.
        split_url: takes a POST with the `face_ids` of somebody else; empty for those who may not,
            and where there is one sighting alone.
        delete_url: the page that asks; empty for those who may not.
        back_url: the page with all of them.
    """

    template: ClassVar[str] = "unknown/sightings.html"

    person: UnknownCard
    sightings: tuple[Sighting, ...]
    form: FormState
    names: tuple[str, ...]
    split_url: str
    delete_url: str
    back_url: str


def unknown_page(call: Call, *, gallery: str, ignored: bool = False) -> UnknownPage:
    """The unknown people of a gallery.

    Raises:
        GalleryNotFound: no gallery has this name.
    """
    found = list_unknown(call, gallery=gallery, state=IGNORED if ignored else OPEN, limit=_AT_ONCE)
    shown = show_gallery(call, name=gallery)
    sheet = url_for("unknown.show_all", gallery=shown.name)
    return UnknownPage(
        gallery=shown.title,
        people=tuple(_card(call, shown.name, each) for each in found.people),
        more=found.total - len(found.people),
        ignored=ignored,
        other_url=sheet
        if ignored
        else url_for("unknown.show_all", gallery=shown.name, state=IGNORED),
        other_count=found.open if ignored else found.ignored,
        keep_days=found.keep_days,
        settings_url=(
            url_for("galleries.settings", gallery=shown.name)
            if may(call.actor, "galleries.change", shown.name)
            else ""
        ),
        form=FormState(),
        names=_names(call, shown.name),
        identify_url=url_for("identify.home", gallery=shown.name),
        back_url=url_for("people.sheet", gallery=shown.name),
    )


def sightings_page(
    call: Call, *, gallery: str, cluster_id: str, form: FormState | None = None
) -> SightingsPage:
    """An unknown person with every sighting.

    Raises:
        GalleryNotFound, ClusterNotFound: it is not there.
    """
    found = show_unknown(call, gallery=gallery, cluster_id=cluster_id)
    place: dict[str, Any] = {"gallery": gallery, "cluster_id": cluster_id}
    may_split = len(found.faces) > 1 and may(call.actor, "unknown.change", gallery)
    return SightingsPage(
        person=_card(call, gallery, found.person),
        sightings=tuple(
            Sighting(
                face.id,
                url_for("unknown.crop", face_id=face.id, **place),
                face.seen_at.isoformat(),
                face.expires_at.isoformat(),
            )
            for face in found.faces
        ),
        form=form or FormState(),
        names=_names(call, gallery),
        split_url=url_for("unknown.split", **place) if may_split else "",
        delete_url=(
            url_for("unknown.ask_delete", **place)
            if may(call.actor, "unknown.delete", gallery)
            else ""
        ),
        back_url=_list_url(gallery, found.person),
    )


def confirm_unknown(call: Call, *, gallery: str, cluster_id: str) -> ConfirmPage:
    """Asks before an unknown person is deleted.

    Raises:
        GalleryNotFound, ClusterNotFound: it is not there.
    """
    person = show_unknown(call, gallery=gallery, cluster_id=cluster_id).person
    place: dict[str, Any] = {"gallery": gallery, "cluster_id": cluster_id}
    return ConfirmPage(
        title="Delete this unknown person?",
        erased=(f"{counted(person.sightings, 'sighting')}, with portraits and measurements",),
        kept=("Nothing that keeps them from being seen and kept again",),
        action_label="Delete",
        action_url=url_for("unknown.delete", **place),
        back_url=url_for("unknown.show_one", **place),
        portrait_url=url_for("unknown.crop", face_id=person.best_face_id, **place),
    )


def _list_url(gallery: str, person: UnknownPerson) -> str:
    state = IGNORED if person.state == IGNORED else None
    return url_for("unknown.show_all", gallery=gallery, state=state)


def _names(call: Call, gallery: str) -> tuple[str, ...]:
    if not may(call.actor, "people.read", gallery):
        return ()
    return list_person_names(call, gallery=gallery, most=_MOST_NAMES).names


def _card(call: Call, gallery: str, person: UnknownPerson) -> UnknownCard:
    place: dict[str, Any] = {"gallery": gallery, "cluster_id": person.id}
    ignored = person.state == IGNORED
    like = person.looks_like
    return UnknownCard(
        id=f"unknown-{person.id}",
        url=url_for("unknown.show_one", **place),
        portrait_url=url_for("unknown.crop", face_id=person.best_face_id, **place),
        sightings=person.sightings,
        first_seen_at=person.first_seen_at.isoformat(),
        last_seen_at=person.last_seen_at.isoformat(),
        looks_like=LooksLike(
            like.person.label,
            url_for("person.show_one", gallery=gallery, person_id=like.person.id),
            crop_url(gallery, like.person.id, like.face_id),
            like.similarity,
        )
        if like
        else None,
        name_url=(
            url_for("unknown.name", **place) if may(call.actor, "unknown.name", gallery) else ""
        ),
        ignore_url=(
            url_for("unknown.unignore" if ignored else "unknown.ignore", **place)
            if may(call.actor, "unknown.change", gallery)
            else ""
        ),
        ignored=ignored,
    )
