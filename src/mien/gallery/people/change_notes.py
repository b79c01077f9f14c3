"""Changes of people and faces, noted in the transaction that makes them, so that they can be undone.

A change is a list of steps, each a JSON object that says what was done (`step`) and what was before.
`taking_back` knows how each is taken back.
"""

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass
from dataclasses import field
from typing import Any
from typing import Final
from typing import Literal
from typing import TypeAlias

from sqlalchemy.orm import Session

from mien.gallery.services import Call
from mien.storage.models import ChangeRow
from mien.storage.models import ChangeSubjectRow
from mien.storage.models import GalleryRow
from mien.storage.models import new_id
from mien.storage.models import now

ChangeKind: TypeAlias = Literal[
    "person_created",
    "person_changed",
    "people_deleted",
    "people_merged",
    "people_copied",
    "face_added",
    "faces_deleted",
    "faces_moved",
    "faces_refused",
    "name_refused",
    "portrait_chosen",
]
"""What was done."""

ChangeState: TypeAlias = Literal["open", "undone", "over"]
"""`open`: can be undone. `undone`. `over`: what was before is erased."""

Step: TypeAlias = dict[str, Any]
"""One thing that was done; see `taking_back`."""

REMEMBERED: Final = dt.timedelta(days=7)
"""How long it is listed that a change was made, once it is undone or over."""


@dataclass(slots=True)
class ChangeNote:
    """A change that is being made.

    Attributes:
        id: the change's; empty where nothing is kept to be undone.
        people: ids of those whom it is about.
        faces: how many faces it is about.
        steps: what was done so far.
    """

    id: str
    people: set[str] = field(default_factory=set)
    faces: int = 0
    steps: list[Step] = field(default_factory=list)

    def add(self, *steps: Step, people: Iterable[str] = (), faces: int = 0) -> None:
        """Note that something was done to somebody."""
        self.steps += steps
        self.people.update(people)
        self.faces += faces

    @classmethod
    def begin(
        cls, session: Session, call: Call, gallery: GalleryRow, kind: ChangeKind
    ) -> "ChangeNote":
        """Begin to note a change; where nothing can be undone, what is noted is dropped.

        Args:
            session: writing; the one that makes the change.
            call: who makes it.
            gallery: in which.
            kind: what is done.
        """
        seconds = call.services.undo_seconds
        if not seconds:
            return cls("")
        at = now()
        note = cls(new_id())
        session.add(
            ChangeRow(
                id=note.id,
                gallery_id=gallery.id,
                kind=kind,
                actor_kind=call.actor.kind,
                actor_id=call.actor.id,
                at=at,
                undo_until=at + dt.timedelta(seconds=seconds),
                contract_id=gallery.contract_id,
            )
        )
        session.flush()
        return note

    def close(self, session: Session, call: Call) -> str | None:
        """Write down what was noted, and tell whoever called.

        Returns:
            The change's id; None where nothing can be undone.
        """
        if not self.id:
            return None
        row = session.get_one(ChangeRow, self.id)
        row.facts = {"steps": self.steps}
        row.people, row.faces = len(self.people), self.faces
        session.add_all(
            ChangeSubjectRow(change_id=self.id, person_id=each) for each in sorted(self.people)
        )
        call.on_change(self.id)
        return self.id
