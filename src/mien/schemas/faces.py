"""Examples of a person, as JSON, and what may be wrong with a new one."""

from typing import Any
from typing import Self

from pydantic import Field

from mien.gallery.results import Enrolment
from mien.gallery.results import EnrolmentWarning
from mien.gallery.results import StoredFace
from mien.schemas.addresses import Id
from mien.schemas.base import Out
from mien.schemas.figures import Similarity
from mien.schemas.figures import similarity_out
from mien.schemas.photo_faces import FaceOut
from mien.schemas.photo_faces import face_fields
from mien.words import say


class OtherPersonOut(Out):
    """Whom a warning is about."""

    id: Id
    name: str
    distinguishing_note: str = Field(
        description="Tells people of one name apart; empty where nobody else in the gallery has it."
    )


class WarningOut(Out):
    """Something about a new example that may be a mistake; it blocks nothing."""

    code: str = Field(
        description="`same_photo`, `looks_like_another`, `unlike_this_person`, `several_faces` "
        "when `take` has passed others over, or a reason of the gate that was let through, such "
        "as `blurred`."
    )
    detail: str = Field(description="What is odd.")
    advice: str = Field(description="What to do about it.")
    person: OtherPersonOut | None
    similarity: Similarity | None
    face_id: Id | None = Field(description="The example that it is about.")
    figure: float | None = Field(
        description="What was measured, when it is a reason of the gate; as in a refusal's "
        "`reasons`."
    )
    limit: float | None = Field(description="What the gate asks for, at least or at most.")
    unit: str | None = Field(description="Of both; empty for none.")

    @classmethod
    def of(cls, warning: EnrolmentWarning) -> Self:
        """From the verbs' answer."""
        other, similarity, figure = warning.person, warning.similarity, warning.figure
        told = say.warning(warning)
        return cls(
            code=warning.code,
            detail=told.what,
            advice=told.advice,
            person=None
            if other is None
            else OtherPersonOut(id=other.id, name=other.name, distinguishing_note=other.note),
            similarity=None if similarity is None else similarity_out(similarity),
            face_id=warning.face_id,
            figure=None if figure is None else say.rounded(figure),
            limit=warning.limit,
            unit=warning.unit,
        )


class StoredFaceOut(FaceOut):
    """An example of a person."""

    id: Id
    person_id: Id
    has_photo: bool = Field(description="Whether the original photo was kept.")
    created_at: str = Field(json_schema_extra={"format": "date-time"})
    warnings: list[WarningOut] = Field(
        description="What may be a mistake and nobody has kept yet; see `GET …/review`."
    )

    @classmethod
    def of(cls, face: StoredFace) -> Self:
        """From the verbs' answer."""
        return cls(
            id=face.id,
            person_id=face.person_id,
            has_photo=face.photo_id is not None,
            created_at=face.created_at.isoformat(),
            warnings=[WarningOut.of(each) for each in face.suspicions],
            **face_fields(face.found),
        )


class NewFaceOut(StoredFaceOut):
    """An example that was added, and what may be wrong with it."""

    stored: bool = Field(
        description="False when this very photo is an example of the person already: it is not "
        "stored again, and the status is 200."
    )
    warnings: list[WarningOut] = Field(
        description="What may be a mistake, also what a gate has let through."
    )

    @classmethod
    def of_enrolment(cls, made: Enrolment) -> Self:
        """From the verb's answer."""
        told: dict[str, Any] = dict(StoredFaceOut.of(made.face))
        told["warnings"] = [WarningOut.of(each) for each in made.warnings]
        return cls(**told, stored=made.stored)


class FacesOut(Out):
    """A person's examples, the best first."""

    faces: list[StoredFaceOut]
