"""Merging, moving, copying and choosing among people and faces, as JSON."""

from typing import Annotated

from pydantic import Field

from mien.errors import InvalidInput
from mien.gallery.enrolment.subject import KnownPerson
from mien.gallery.enrolment.subject import NewPerson
from mien.gallery.enrolment.subject import Subject
from mien.gallery.people.chosen_ids import MOST_CHOSEN
from mien.gallery.people.confusions import ConfusedBy
from mien.gallery.people.confusions import Confusions
from mien.gallery.people.copy_people import Copied
from mien.gallery.people.likely_doubles import Ground
from mien.gallery.people.likely_doubles import LikelyDoubles
from mien.gallery.people.move import Moved
from mien.gallery.people.wrong import MarkedWrong
from mien.schemas.addresses import GalleryName
from mien.schemas.addresses import Id
from mien.schemas.base import In
from mien.schemas.base import Out
from mien.schemas.figures import Similarity
from mien.schemas.figures import similarity_out
from mien.schemas.identification import PersonRefOut
from mien.schemas.review import PersonWithFaceOut

Ids = Annotated[list[Id], Field(min_length=1, max_length=MOST_CHOSEN)]


class PeopleIn(In):
    """Which people."""

    person_ids: Ids


class FacesIn(In):
    """Which faces, of one person or several."""

    face_ids: Ids


class MergeIn(In):
    """Who becomes part of the person in the address."""

    from_: Id | Ids = Field(alias="from", description="One id, or several.")

    @property
    def ids(self) -> list[str]:
        """Who, as a list."""
        return [self.from_] if isinstance(self.from_, str) else list(self.from_)


class WhoseIn(In):
    """Whose faces these are: a known person, or a new one by name."""

    person_id: Id | None = None
    name: str | None = Field(
        default=None,
        json_schema_extra={"minLength": 1, "maxLength": 200},
        description="Of a new person.",
    )
    allow_same_name: bool = False

    @property
    def subject(self) -> Subject | None:
        """Whose; None where nobody is named.

        Raises:
            InvalidInput: both are given.
        """
        if self.person_id is not None and self.name is not None:
            raise InvalidInput("one_person", field="person_id")
        if self.name is not None:
            return NewPerson(self.name, allow_same_name=self.allow_same_name)
        return None if self.person_id is None else KnownPerson(self.person_id)


class MoveIn(WhoseIn, FacesIn):
    """Which faces, and whose they are."""

    gallery: GalleryName | None = Field(
        default=None, description="The person's gallery, if it is another one."
    )


class PeopleCopyIn(PeopleIn):
    """Which people, and to which gallery."""

    gallery: GalleryName
    allow_same_name: bool = False


class PortraitIn(In):
    """The face a person is shown by; null chooses the best automatically."""

    face_id: Id | None


class MovedOut(Out):
    """Where faces are now."""

    gallery: GalleryName
    person: PersonRefOut
    new_person: bool
    face_ids: list[Id] = Field(description="Different from before in another gallery.")

    @classmethod
    def of(cls, moved: Moved) -> "MovedOut":
        """From the verb's answer."""
        return cls(
            gallery=moved.gallery,
            person=PersonRefOut.of(moved.person),
            new_person=moved.new_person,
            face_ids=list(moved.faces),
        )


class CopiedOut(Out):
    """Copies of people in another gallery."""

    gallery: GalleryName
    people: list[PersonRefOut] = Field(description="In the order of the request.")
    face_count: int

    @classmethod
    def of(cls, copied: Copied) -> "CopiedOut":
        """From the verb's answer."""
        return cls(
            gallery=copied.gallery,
            people=[PersonRefOut.of(each) for each in copied.people],
            face_count=copied.faces,
        )


class MarkedWrongOut(Out):
    """A face that is no longer a person's."""

    person: PersonRefOut = Field(description="Who had it, and is no longer named for such faces.")
    moved_to: PersonRefOut | None = Field(description="Who has it now; null if it is deleted.")

    @classmethod
    def of(cls, marked: MarkedWrong) -> "MarkedWrongOut":
        """From the verb's answer."""
        return cls(
            person=PersonRefOut.of(marked.person),
            moved_to=None if marked.moved_to is None else PersonRefOut.of(marked.moved_to),
        )


class DoublesQuery(In):
    """How many pairs to list."""

    limit: int = Field(default=100, ge=1, le=500)


class DoubleOut(Out):
    """Two people who may be one and the same."""

    people: list[PersonWithFaceOut] = Field(min_length=2, max_length=2)
    similarity: Similarity
    grounds: list[Ground] = Field(
        description="What speaks for it: `similar_faces` always; `same_name` apart from case and "
        "accents; `same_metadata` if a text or number in their metadata is the same."
    )


class DoublesOut(Out):
    """People who may be one and the same, most similar first, without confirmed pairs."""

    doubles: list[DoubleOut]
    total: int
    compared_person_count: int

    @classmethod
    def of(cls, found: LikelyDoubles) -> "DoublesOut":
        """From the verb's answer."""
        return cls(
            doubles=[
                DoubleOut(
                    people=[
                        PersonWithFaceOut(person=PersonRefOut.of(person), face_id=face_id)
                        for person, face_id in zip(
                            each.pair.people, each.pair.face_ids, strict=True
                        )
                    ],
                    similarity=similarity_out(each.pair.similarity),
                    grounds=list(each.grounds),
                )
                for each in found.doubles
            ],
            total=found.total,
            compared_person_count=found.compared,
        )


class ConfusionOut(Out):
    """A person, or a face of nobody in the gallery, that someone is confused with."""

    person: PersonRefOut | None
    by: ConfusedBy = Field(
        description="`looks_alike`: a search takes one for the other. `suspected`: a face that was "
        "added may be the other's. `refused`: someone said that a face was not this person's."
    )
    similarity: Similarity | None
    face_id: Id | None


class ConfusionsOut(Out):
    """Who a person is confused with, most similar first."""

    confusions: list[ConfusionOut]
    negative_count: int = Field(description="Faces that someone said are not this person's.")

    @classmethod
    def of(cls, found: Confusions) -> "ConfusionsOut":
        """From the verb's answer."""
        return cls(
            confusions=[
                ConfusionOut(
                    person=None if each.person is None else PersonRefOut.of(each.person),
                    by=each.by,
                    similarity=None if each.similarity is None else similarity_out(each.similarity),
                    face_id=each.face_id,
                )
                for each in found.found
            ],
            negative_count=found.negatives,
        )
