"""What was done, by whom and to whom: the audit trail with names as they are now."""

import datetime as dt
from collections.abc import Collection
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from typing import Final
from typing import Literal
from typing import TypeAlias
from typing import cast
from typing import get_args

from sqlalchemy import Select
from sqlalchemy import select
from sqlalchemy.orm import Session

from mien.access import permissions
from mien.access.actor import Actor
from mien.access.permissions import EventKind
from mien.errors import InvalidInput
from mien.gallery.galleries import find_gallery
from mien.gallery.person_refs import person_refs
from mien.gallery.results import GalleryRef
from mien.gallery.services import Call
from mien.names import can_be_stored
from mien.storage.models import EventRow
from mien.storage.models import GalleryRow
from mien.storage.models import JobRow
from mien.storage.models import KeyRow
from mien.storage.models import UserRow

MOST_LISTED: Final = 500

EventGroup: TypeAlias = Literal[
    "people", "faces", "unknown", "galleries", "jobs", "access", "installation"
]
"""What events are about, as they are filtered."""
SubjectKind: TypeAlias = Literal[
    "person", "gallery", "user", "key", "job", "cluster", "change", "nothing"
]
"""What something was done to; `cluster` is an unknown person."""
EventActor: TypeAlias = Literal["user", "key", "operator", "system", "nobody", "unknown"]
"""Who did it; `unknown` for events from before that was kept."""

_ABOUT: Final[Mapping[EventGroup, Mapping[SubjectKind, tuple[EventKind, ...]]]] = {
    "people": {
        "person": (
            "person_created",
            "person_changed",
            "person_deleted",
            "person_erased",
            "people_merged",
            "person_copied",
            "originals_deleted",
        ),
        "change": ("change_undone", "change_ended"),
        "nothing": ("erasure_finished", "erasure_reapplied"),
    },
    "faces": {
        "person": (
            "face_added",
            "face_deleted",
            "face_moved",
            "face_refused",
            "name_refused",
            "face_removed",
            "face_reviewed",
            "pair_reviewed",
        ),
    },
    "unknown": {
        "person": ("cluster_named",),
        "cluster": ("cluster_ignored", "cluster_unignored", "cluster_split", "cluster_deleted"),
        "nothing": ("unknown_faces_kept",),
    },
    "galleries": {
        "gallery": (
            "gallery_created",
            "gallery_changed",
            "gallery_removed",
            "gallery_bound",
            "gallery_embedded_again",
        ),
    },
    "jobs": {"job": ("job_created", "job_started", "job_controlled")},
    "access": {
        "user": (
            "signed_in",
            "sign_in_refused",
            "sign_in_ended",
            "password_changed",
            "password_refused",
            "setup_finished",
            "user_added",
            "user_removed",
            "user_signed_out",
            "reset_link_issued",
        ),
        "key": ("key_created", "key_revoked"),
        "nothing": ("setup_link_issued",),
    },
    "installation": {
        "nothing": (
            "pack_chosen",
            "pack_changed",
            "embedding_again_begun",
            "runtimes_measured",
            "files_bound",
            "files_moved",
            "files_set_aside",
            "files_place_forgotten",
        ),
    },
}
GROUP_OF: Final[Mapping[str, EventGroup]] = {
    kind: group for group, kinds in _ABOUT.items() for some in kinds.values() for kind in some
}
"""What each kind of event is about."""
_SUBJECT_OF: Final[Mapping[str, SubjectKind]] = {
    kind: subject for kinds in _ABOUT.values() for subject, some in kinds.items() for kind in some
}


@dataclass(frozen=True, slots=True)
class Event:
    """Something that was done.

    Attributes:
        kind: what.
        group: what it is about.
        actor_name: of the user or the key; empty for others, for one who is gone, and for a key
            where whoever asks may not see keys.
        gallery: it is about; None for none, and for one that is deleted.
        subject_kind: what it was done to.
        subject_id: its id, also when it is gone; a gallery's is its own.
        subject_name: as it is called now; empty when it is gone or has no name.
        facts: counts, and words of Mien's own.
    """

    id: str
    at: dt.datetime
    kind: EventKind
    group: EventGroup
    actor_kind: EventActor
    actor_id: str | None
    actor_name: str
    gallery: GalleryRef | None
    subject_kind: SubjectKind
    subject_id: str | None
    subject_name: str
    facts: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Activity:
    """Some events of a longer list, the newest first.

    Attributes:
        next_cursor: what to ask for to go on; None on the last page.
    """

    events: tuple[Event, ...]
    next_cursor: str | None


def list_activity(
    call: Call,
    *,
    gallery: str | None = None,
    person_id: str | None = None,
    actor: str | None = None,
    group: EventGroup | None = None,
    limit: int = 50,
    cursor: str | None = None,
) -> Activity:
    """What was done, the newest first.

    Accounts, keys and the installation itself are told of to administrators alone.

    Args:
        call: who asks, and with what.
        gallery: only what is about this one.
        person_id: only what was done to this person, who may be deleted.
        actor: only what was done by the user or the key of this id, by the `operator` at the
            command line, or by Mien itself (`system`).
        group: only what is about this.
        limit: how many, 1 to 500.
        cursor: what the last page gave to go on; None for the first.

    Raises:
        GalleryNotFound: no gallery has this name.
        InvalidInput: the limit or the cursor is wrong.
    """
    permissions.require(call.actor, "activity.read", gallery)
    if not 1 <= limit <= MOST_LISTED:
        raise InvalidInput("page_size", words={"most": MOST_LISTED}, field="limit")
    groups = [each for each in visible_groups(call.actor) if group is None or each == group]
    kinds = [kind for kind, about in GROUP_OF.items() if about in groups]
    if not all(each is None or can_be_stored(each) for each in (person_id, actor)):
        return Activity((), None)
    query = select(EventRow).where(EventRow.kind.in_(kinds))
    if person_id is not None:
        query = query.where(EventRow.subject_id == person_id)
    if actor in ("operator", "system"):
        query = query.where(EventRow.actor_kind == actor)
    elif actor is not None:
        query = query.where(EventRow.actor_id == actor)
    with call.services.database.read() as session:
        if gallery is not None:
            query = query.where(EventRow.gallery_id == find_gallery(session, gallery).id)
        if cursor is not None:
            query = _behind(session, query, cursor, kinds)
        rows = session.scalars(
            query.order_by(EventRow.at.desc(), EventRow.id.desc()).limit(limit + 1)
        ).all()
        events = _told(session, call.actor, rows[:limit])
    return Activity(events, rows[limit - 1].id if len(rows) > limit else None)


def visible_groups(actor: Actor) -> tuple[EventGroup, ...]:
    """What of the audit trail somebody is told."""
    hidden = {
        *(() if permissions.may(actor, "users.read") else ("access",)),
        *(() if permissions.may(actor, "installation.read") else ("installation",)),
    }
    return tuple(each for each in get_args(EventGroup) if each not in hidden)


def _behind(
    session: Session, query: Select[EventRow], cursor: str, kinds: Collection[str]
) -> Select[EventRow]:
    last = session.get(EventRow, cursor) if can_be_stored(cursor) else None
    if last is None or last.kind not in kinds:
        raise InvalidInput("cursor", field="cursor")
    return query.where(
        (EventRow.at < last.at) | ((EventRow.at == last.at) & (EventRow.id < last.id))
    )


def _told(session: Session, reader: Actor, rows: Collection[EventRow]) -> tuple[Event, ...]:
    about: dict[SubjectKind, set[str]] = {kind: set() for kind in get_args(SubjectKind)}
    for row in rows:
        if row.subject_id:
            about[_SUBJECT_OF[row.kind]].add(row.subject_id)
    by_user = {row.actor_id for row in rows if row.actor_id and row.actor_kind == "user"}
    by_key = {row.actor_id for row in rows if row.actor_id and row.actor_kind == "key"}
    galleries = {
        gallery_id: GalleryRef(name, display_name or name)
        for gallery_id, name, display_name in session.execute(
            select(GalleryRow.id, GalleryRow.name, GalleryRow.display_name).where(
                GalleryRow.id.in_({row.gallery_id for row in rows if row.gallery_id})
            )
        )
    }
    users = dict(
        session.execute(
            select(UserRow.id, UserRow.name).where(UserRow.id.in_(by_user | about["user"]))
        ).all()
    )
    keys = dict(
        session.execute(
            select(KeyRow.id, KeyRow.name).where(KeyRow.id.in_(by_key | about["key"]))
        ).all()
    )
    jobs = {
        row.id: str(row.options.get("title", ""))
        for row in session.scalars(select(JobRow).where(JobRow.id.in_(about["job"])))
    }
    people = {each: ref.label for each, ref in person_refs(session, about["person"]).items()}
    names: Mapping[SubjectKind, Mapping[str, str]] = {
        "person": people,
        "user": users,
        "key": keys,
        "job": jobs,
    }
    actors: Mapping[str, Mapping[str, str]] = {
        "user": users,
        # Whoever may not see keys is told that it was one.
        "key": keys if permissions.may(reader, "keys.read") else {},
    }
    events = []
    for row in rows:
        subject_kind = _SUBJECT_OF[row.kind]
        gallery = galleries.get(row.gallery_id or "")
        of_gallery = subject_kind == "gallery"
        name = names.get(subject_kind, {}).get(row.subject_id or "", "")
        events.append(
            Event(
                id=row.id,
                at=row.at,
                kind=cast("EventKind", row.kind),
                group=GROUP_OF[row.kind],
                actor_kind=cast("EventActor", row.actor_kind),
                actor_id=row.actor_id,
                actor_name=actors.get(row.actor_kind, {}).get(row.actor_id or "", ""),
                gallery=gallery,
                subject_kind=subject_kind,
                subject_id=row.gallery_id if of_gallery else row.subject_id,
                subject_name=(gallery.title if gallery else "") if of_gallery else name,
                facts=row.facts,
            )
        )
    return tuple(events)
