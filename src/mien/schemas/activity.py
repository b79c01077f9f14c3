"""What was done, by whom and when, as JSON."""

from typing import Any

from pydantic import Field

from mien.access.permissions import EventKind
from mien.gallery.activity import MOST_LISTED
from mien.gallery.activity import Activity
from mien.gallery.activity import Event
from mien.gallery.activity import EventActor
from mien.gallery.activity import EventGroup
from mien.gallery.activity import SubjectKind
from mien.schemas.addresses import Id
from mien.schemas.base import In
from mien.schemas.base import Out
from mien.words.events import tell_event


class ActivityQuery(In):
    """Which events to list, and how many."""

    limit: int = Field(default=50, ge=1, le=MOST_LISTED)
    cursor: str | None = Field(
        default=None, max_length=4000, description="`next_cursor` of the previous page."
    )
    gallery: str | None = Field(
        default=None, max_length=255, description="Only events about this gallery."
    )
    person_id: str | None = Field(
        default=None,
        max_length=100,
        description="Only what was done to this person, who may be deleted.",
    )
    actor: str | None = Field(
        default=None,
        max_length=100,
        description="Only what this user or key did, by id; or `operator` (the command line) or "
        "`system` (Mien itself).",
    )
    group: EventGroup | None = Field(default=None, description="Only what is about this.")


class EventOut(Out):
    """Something that was done."""

    id: Id
    at: str = Field(json_schema_extra={"format": "date-time"})
    kind: EventKind
    group: EventGroup
    summary: str = Field(description="What was done, in English, with the name as it is now.")
    actor_kind: EventActor = Field(
        description="Who did it; `unknown` for events from before this was kept."
    )
    actor_id: str | None
    actor_name: str | None = Field(
        description="Null for somebody who is gone, and for keys unless you may see keys."
    )
    gallery: str | None = Field(description="Null for none, and for one that is deleted.")
    subject_kind: SubjectKind = Field(description="What it was done to.")
    subject_id: str | None
    subject_name: str | None = Field(description="As it is called now; null when it is gone.")
    facts: dict[str, Any] = Field(description="Counts, and words of Mien's own such as settings.")

    @classmethod
    def of(cls, event: Event) -> "EventOut":
        """From the verb's answer."""
        return cls(
            id=event.id,
            at=event.at.isoformat(),
            kind=event.kind,
            group=event.group,
            summary=tell_event(event.kind, event.subject_kind, event.subject_name),
            actor_kind=event.actor_kind,
            actor_id=event.actor_id,
            actor_name=event.actor_name or None,
            gallery=event.gallery.name if event.gallery else None,
            subject_kind=event.subject_kind,
            subject_id=event.subject_id,
            subject_name=event.subject_name or None,
            facts=dict(event.facts),
        )


class ActivityOut(Out):
    """A page of events, newest first; `next_cursor` is null on the last."""

    events: list[EventOut]
    next_cursor: str | None

    @classmethod
    def of(cls, found: Activity) -> "ActivityOut":
        """From the verb's answer."""
        return cls(
            events=[EventOut.of(each) for each in found.events], next_cursor=found.next_cursor
        )
