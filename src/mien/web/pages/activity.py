"""The page "Activity": what was done, by whom, to whom, and when."""

from dataclasses import dataclass
from typing import Any
from typing import ClassVar
from typing import Final

from flask import url_for

from mien.access.api_keys import list_keys
from mien.access.permissions import may
from mien.access.users import list_users
from mien.errors import PersonNotFound
from mien.gallery.activity import Event
from mien.gallery.activity import EventGroup
from mien.gallery.activity import list_activity
from mien.gallery.activity import visible_groups
from mien.gallery.galleries import list_gallery_names
from mien.gallery.people.people import show_person
from mien.gallery.services import Call
from mien.web.forms.state import Choice
from mien.web.language import translated
from mien.web.pages.base import Page
from mien.web.pages.changes import ChangeEntry
from mien.web.pages.changes import changes_to_undo
from mien.words.events import ACTORS
from mien.words.events import GROUPS
from mien.words.events import NAMELESS
from mien.words.events import tell_event
from mien.words.events import tell_facts

_A_PAGE: Final = 50
_UNDONE_HERE: Final = 3


@dataclass(frozen=True, slots=True)
class EventEntry:
    """One line of what was done.

    Attributes:
        what: a few words, with the name of what it was done to.
        how_much: counts and the names of settings; may be empty.
        at: when, ISO 8601 in UTC.
        by: who did it; empty where that is not known.
        gallery: as it is called; empty for none.
        url: of what it was done to, while that is there; else empty.
    """

    what: str
    how_much: str
    at: str
    by: str
    gallery: str
    url: str


@dataclass(frozen=True, slots=True)
class ActivityFilter:
    """What is shown alone; empty for everything.

    Attributes:
        gallery: by name.
        group: what it is about.
        actor: id of a user or a key, `operator` or `system`.
        person: id of a person.
    """

    gallery: str = ""
    group: EventGroup | None = None
    actor: str = ""
    person: str = ""


@dataclass(frozen=True, slots=True)
class ActivityPage(Page):
    """What was done, the newest first.

    Attributes:
        events: of this page.
        filters_url: takes a GET with `gallery`, `about`, `by` and `person`.
        galleries, groups, actors: to choose from; the first of each is everything.
        chosen: what is shown alone.
        person: the name of the one who alone is shown; empty for everybody.
        everybody_url: the same without the person.
        undoable: the last changes of the gallery that can be undone.
        undoable_in: that gallery, as it is called.
        changes_url: all changes of it.
        next_url: older ones; empty on the last page.
        newest_url: the first page; empty on it.
        filtered: whether anything is left out by what is chosen.
    """

    template: ClassVar[str] = "activity.html"

    events: tuple[EventEntry, ...]
    filters_url: str
    galleries: tuple[Choice, ...]
    groups: tuple[Choice, ...]
    actors: tuple[Choice, ...]
    chosen: ActivityFilter
    person: str
    everybody_url: str
    undoable: tuple[ChangeEntry, ...]
    undoable_in: str
    changes_url: str
    next_url: str
    newest_url: str
    filtered: bool


def activity_page(
    call: Call, *, current: str, chosen: ActivityFilter, cursor: str | None = None
) -> ActivityPage:
    """What was done, and the last changes of a gallery that can be undone.

    Args:
        call: who asks, and with what.
        current: the gallery whose changes can be undone where none is chosen.
        chosen: what is shown alone.
        cursor: of an older page.

    Raises:
        GalleryNotFound: no gallery has this name.
        InvalidInput: the cursor is wrong.
    """
    found = list_activity(
        call,
        gallery=chosen.gallery or None,
        person_id=chosen.person or None,
        actor=chosen.actor or None,
        group=chosen.group,
        limit=_A_PAGE,
        cursor=cursor,
    )
    place = chosen.gallery or current
    kept: dict[str, Any] = {
        "gallery": chosen.gallery or None,
        "about": chosen.group,
        "by": chosen.actor or None,
    }
    everything = {**kept, "person": chosen.person or None}
    galleries = list_gallery_names(call)
    return ActivityPage(
        events=event_entries(found.events),
        filters_url=url_for("activity.show_all"),
        galleries=(
            Choice("", translated("All")),
            *(Choice(each.name, each.title) for each in galleries),
        ),
        groups=(
            Choice("", translated("All")),
            *(Choice(each, translated(GROUPS[each])) for each in visible_groups(call.actor)),
        ),
        actors=_actors(call, chosen.actor),
        chosen=chosen,
        person=_person(call, place, chosen.person, found.events),
        everybody_url=url_for("activity.show_all", **kept),
        undoable=()
        if cursor or chosen.person
        else changes_to_undo(call, gallery=place, most=_UNDONE_HERE),
        undoable_in=next((each.title for each in galleries if each.name == place), place),
        changes_url=url_for("changes.show_all", gallery=place),
        next_url=url_for("activity.show_all", **everything, cursor=found.next_cursor)
        if found.next_cursor
        else "",
        newest_url=url_for("activity.show_all", **everything) if cursor else "",
        filtered=chosen != ActivityFilter(),
    )


def event_entries(events: tuple[Event, ...]) -> tuple[EventEntry, ...]:
    """Lines of what was done."""
    return tuple(
        EventEntry(
            what=tell_event(each.kind, each.subject_kind, each.subject_name, translate=translated),
            how_much=tell_facts(each.facts, translate=translated),
            at=each.at.isoformat(),
            by=each.actor_name or translated(ACTORS[each.actor_kind]),
            gallery=each.gallery.title if each.gallery else "",
            url=_url(each),
        )
        for each in events
    )


def _url(event: Event) -> str:
    if not event.subject_name or event.subject_id is None:
        return ""
    if event.subject_kind == "person" and event.gallery:
        return url_for("person.show_one", gallery=event.gallery.name, person_id=event.subject_id)
    if event.subject_kind == "gallery" and event.gallery:
        return url_for("people.sheet", gallery=event.gallery.name)
    if event.subject_kind == "job":
        return url_for("jobs.show_one", job_id=event.subject_id)
    return ""


def _person(call: Call, gallery: str, person_id: str, events: tuple[Event, ...]) -> str:
    if not person_id:
        return ""
    if events:
        return events[0].subject_name or translated(NAMELESS["person"])
    try:
        return show_person(call, gallery=gallery, person_id=person_id).name
    except PersonNotFound:
        return translated(NAMELESS["person"])


def _actors(call: Call, chosen: str) -> tuple[Choice, ...]:
    """Whose doing can be shown alone: for ordinary users their own, and what nobody signed in did."""
    found = [Choice("", translated("Anyone"))]
    if may(call.actor, "users.read"):
        found += [Choice(each.id, each.name) for each in list_users(call)]
        found += [Choice(each.id, each.name) for each in list_keys(call)]
    elif call.actor.id is not None:
        found.append(Choice(call.actor.id, translated("You")))
    found += [
        Choice("operator", translated(ACTORS["operator"])),
        Choice("system", translated(ACTORS["system"])),
    ]
    if chosen and all(each.value != chosen for each in found):
        found.append(Choice(chosen, translated("Another account or key")))
    return tuple(found)
