"""Faces and people in a gallery that someone should check, as JSON."""

from pydantic import Field

from mien.gallery.people.review import MOST_LISTED
from mien.gallery.people.review import Review
from mien.schemas.addresses import Id
from mien.schemas.addresses import PersonPath
from mien.schemas.base import In
from mien.schemas.base import Out
from mien.schemas.faces import StoredFaceOut
from mien.schemas.figures import Similarity
from mien.schemas.figures import similarity_out
from mien.schemas.identification import PersonRefOut


class ReviewQuery(In):
    """How many to list."""

    limit: int = Field(default=100, ge=1, le=MOST_LISTED, description="Maximum number of faces.")


class PairPath(PersonPath):
    """Addresses of two people."""

    other_person_id: Id


class SuspectedFaceOut(Out):
    """A face that may be a mistake: its `warnings` say why."""

    person: PersonRefOut
    face: StoredFaceOut
    beside_face_id: Id | None = Field(
        description="Another face of the person to compare it with; null if there is none."
    )


class PersonWithFaceOut(Out):
    """A person, and their face that is similar to the other person's."""

    person: PersonRefOut
    face_id: Id | None


class AlikePairOut(Out):
    """Two people a search could mistake for each other."""

    people: list[PersonWithFaceOut] = Field(min_length=2, max_length=2)
    similarity: Similarity = Field(description="Similarity of a face of one to the other.")


class ReviewOut(Out):
    """What someone should check, without what has been confirmed."""

    faces: list[SuspectedFaceOut] = Field(description="Newest first.")
    face_count: int = Field(description="How many there are in total, whatever the limit.")
    pairs: list[AlikePairOut] = Field(description="Most similar first.")
    compared_person_count: int = Field(
        description="People who were compared with everyone else for `pairs`: the newest, at most "
        "500. Pairs noticed when a face was added are listed as well."
    )

    @classmethod
    def of(cls, review: Review) -> "ReviewOut":
        """From the verb's answer."""
        return cls(
            faces=[
                SuspectedFaceOut(
                    person=PersonRefOut.of(each.person),
                    face=StoredFaceOut.of(each.face),
                    beside_face_id=each.beside_face_id,
                )
                for each in review.faces
            ],
            face_count=review.face_count,
            pairs=[
                AlikePairOut(
                    people=[
                        PersonWithFaceOut(person=PersonRefOut.of(person), face_id=face_id)
                        for person, face_id in zip(pair.people, pair.face_ids, strict=True)
                    ],
                    similarity=similarity_out(pair.similarity),
                )
                for pair in review.pairs
            ],
            compared_person_count=review.compared,
        )
