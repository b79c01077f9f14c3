"""Examples of a person, as JSON, and warnings about new ones."""

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
    """The person a warning is about."""

    id: Id
    name: str
    distinguishing_note: str = Field(
        description=(
            "Tells people with the same name apart; empty if nobody else in the gallery has this "
            "name."
        )
    )


class WarningOut(Out):
    """A warning that a new example may be a mistake; the example is stored anyway."""

    code: str = Field(
        description="`same_photo`, `looks_like_another`, `unlike_this_person`, `several_faces` if "
        "`take` skipped others, or a reason for which the gallery's gate would have "
        "rejected it, such as `blurred`."
    )
    detail: str = Field(description="What is unusual.")
    advice: str = Field(description="What to do about it.")
    person: OtherPersonOut | None
    similarity: Similarity | None
    face_id: Id | None = Field(description="The example the warning is about.")
    figure: float | None = Field(
        description="What was measured, if it is a reason of the gate; as in the `reasons` of a "
        "rejection."
    )
    limit: float | None = Field(description="The minimum or maximum the gate allows.")
    unit: str | None = Field(description="Unit of both; empty for none.")

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
        description="Possible mistakes that nobody has confirmed as right yet; see `GET …/review`."
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
    """An example that was added, with warnings about it."""

    stored: bool = Field(
        description="False if this exact photo is already an example of the person: it is not "
        "stored again, and the status is 200."
    )
    warnings: list[WarningOut] = Field(
        description="Possible mistakes, including what the gallery's gate would have rejected."
    )

    @classmethod
    def of_enrolment(cls, made: Enrolment) -> Self:
        """From the verb's answer."""
        told: dict[str, Any] = dict(StoredFaceOut.of(made.face))
        told["warnings"] = [WarningOut.of(each) for each in made.warnings]
        return cls(**told, stored=made.stored)


class FacesOut(Out):
    """A person's examples, best first."""

    faces: list[StoredFaceOut]
