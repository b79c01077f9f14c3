"""Changes of people and faces that can be undone, as JSON."""

from pydantic import Field

from mien.access.actor import ActorKind
from mien.gallery.people.change_notes import ChangeKind
from mien.gallery.people.change_notes import ChangeState
from mien.gallery.people.changes import MOST_LISTED
from mien.gallery.people.changes import Change
from mien.gallery.people.changes import ChangesSlice
from mien.gallery.people.erase_change import EndedChange
from mien.schemas.addresses import GalleryPath
from mien.schemas.addresses import Id
from mien.schemas.base import In
from mien.schemas.base import Out
from mien.schemas.erasure import ErasureOut
from mien.schemas.identification import PersonRefOut


class ChangePath(GalleryPath):
    """Addresses below a change."""

    change_id: Id


class ChangesQuery(In):
    """How many changes to list, and which."""

    limit: int = Field(default=50, ge=1, le=MOST_LISTED)
    cursor: str | None = Field(
        default=None, max_length=4000, description="`next_cursor` of the previous page."
    )
    open: bool = Field(default=False, description="Only changes that can be undone.")


class ChangeOut(Out):
    """A change of people or faces in a gallery."""

    id: Id
    kind: ChangeKind
    at: str = Field(json_schema_extra={"format": "date-time"})
    actor_kind: ActorKind = Field(description="Who made it; a key, a user, or the operator.")
    actor_id: str | None
    state: ChangeState = Field(
        description="`open` can be undone until `undo_until`, unless something has changed since; "
        "`over` is final, and what was deleted is erased or about to be."
    )
    undo_until: str = Field(json_schema_extra={"format": "date-time"})
    person_count: int
    face_count: int
    people: list[PersonRefOut] = Field(
        description="The first few people it is about, as far as they are not erased."
    )

    @classmethod
    def of(cls, change: Change) -> "ChangeOut":
        """From the verb's answer."""
        return cls(
            id=change.id,
            kind=change.kind,
            at=change.at.isoformat(),
            actor_kind=change.actor_kind,
            actor_id=change.actor_id,
            state=change.state,
            undo_until=change.undo_until.isoformat(),
            person_count=change.people,
            face_count=change.faces,
            people=[PersonRefOut.of(each) for each in change.named],
        )


class ChangesOut(Out):
    """A page of changes, newest first; `next_cursor` is null on the last."""

    changes: list[ChangeOut]
    next_cursor: str | None

    @classmethod
    def of(cls, found: ChangesSlice) -> "ChangesOut":
        """From the verb's answer."""
        return cls(
            changes=[ChangeOut.of(each) for each in found.changes], next_cursor=found.next_cursor
        )


class EndedChangeOut(Out):
    """A change that can no longer be undone, and the proof that what it deleted is erased."""

    change: ChangeOut
    erasures: list[ErasureOut] = Field(description="One for each person it had deleted.")
    face_count: int = Field(description="Single faces that were erased.")

    @classmethod
    def of(cls, ended: EndedChange) -> "EndedChangeOut":
        """From the verb's answer."""
        return cls(
            change=ChangeOut.of(ended.change),
            erasures=[ErasureOut.of(each) for each in ended.erasures],
            face_count=ended.faces,
        )


class UndoableQuery(In):
    """Whether what is deleted can come back for a while."""

    undoable: bool = Field(
        default=False,
        description="Delete so that it can be undone until `undo_until` of the change in the "
        "response. Until then nothing finds it; then it is erased. By default it is erased at once.",
    )
