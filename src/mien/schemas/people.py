"""People in a gallery, as JSON."""

from typing import Any

from pydantic import Field

from mien.gallery.people.list_people import MOST_A_PAGE
from mien.gallery.results import Person
from mien.options import Order
from mien.options import PeopleFilter
from mien.schemas.addresses import Id
from mien.schemas.base import In
from mien.schemas.base import Out


class PeopleQuery(In):
    """Which people to list, in which order, starting where."""

    q: str = Field(
        default="",
        max_length=200,
        description="Words, or parts of words, in the name or the notes, in any order; case and "
        "accents are ignored.",
    )
    order: Order = Field(
        default="name",
        description="`surname` goes by the last word of a name, `faces` by the number of faces, "
        "most first.",
    )
    filter: PeopleFilter = Field(
        default="all",
        description="Only people with no face, whom no photo search can find, or with one; with a "
        "face to review; or who look like somebody else in the gallery. `look-alikes` compares the "
        "500 people added last with everyone.",
    )
    without_face: bool = Field(
        default=False,
        description="The same as `filter=no-face`; ignored if `filter` is given.",
    )
    limit: int = Field(default=50, ge=1, le=MOST_A_PAGE)
    cursor: str | None = Field(
        default=None, max_length=4000, description="`next_cursor` of the previous page."
    )

    @property
    def only(self) -> PeopleFilter:
        """Which people are asked for, by either name."""
        return "no-face" if self.without_face and self.filter == "all" else self.filter


class PersonIn(In):
    """A new person."""

    name: str = Field(
        examples=["Ada Lovelace"],
        json_schema_extra={"minLength": 1, "maxLength": 200},
        description="In any script.",
    )
    notes: str = Field(default="", json_schema_extra={"maxLength": 10_000})
    metadata: dict[str, Any] = Field(default={}, description="A JSON object, up to 16,384 bytes.")
    allow_same_name: bool = Field(
        default=False,
        description="Add another person even if someone in the gallery already has this name. "
        "Otherwise such a name is rejected as `name_taken`, with `person_ids`.",
    )


class PersonChangeIn(PersonIn):
    """What to change; fields that are left out stay the same. Metadata is replaced completely."""

    name: str = Field(
        default="",
        examples=["Ada Byron"],
        json_schema_extra={"minLength": 1, "maxLength": 200},
    )


class PersonOut(Out):
    """A person in a gallery."""

    id: Id
    name: str
    notes: str
    metadata: dict[str, Any]
    distinguishing_note: str = Field(
        description=(
            "Tells people with the same name apart; empty if nobody else in the gallery has this "
            "name."
        )
    )
    face_count: int
    portrait_face_id: Id | None = Field(description="The example with the best quality.")
    created_at: str = Field(json_schema_extra={"format": "date-time"})
    updated_at: str = Field(json_schema_extra={"format": "date-time"})

    @classmethod
    def of(cls, person: Person) -> "PersonOut":
        """From the verbs' answer."""
        return cls(
            id=person.id,
            name=person.name,
            notes=person.notes,
            distinguishing_note=person.note,
            metadata=dict(person.metadata),
            face_count=person.faces,
            portrait_face_id=person.portrait_face_id,
            created_at=person.created_at.isoformat(),
            updated_at=person.updated_at.isoformat(),
        )


class PeopleOut(Out):
    """A page of people; send `next_cursor` to get the next page. It is null on the last."""

    people: list[PersonOut]
    total: int
    next_cursor: str | None
