"""Who is in a photo, as JSON."""

from typing import Annotated

from pydantic import Field

from mien.gallery.recognition.search import MOST_CANDIDATES
from mien.gallery.results import Answer
from mien.gallery.results import Identification
from mien.gallery.results import PersonRef
from mien.gallery.settings import Threshold
from mien.options import Decision
from mien.options import Doubt
from mien.schemas.addresses import GalleryName
from mien.schemas.addresses import Id
from mien.schemas.base import Out
from mien.schemas.figures import Rate
from mien.schemas.figures import Similarity
from mien.schemas.figures import rate_out
from mien.schemas.figures import similarity_out
from mien.schemas.photo_faces import FaceOut
from mien.schemas.photo_faces import FacesLeftOut
from mien.schemas.photo_faces import ImageOut
from mien.schemas.photo_faces import PhotoOptionsIn
from mien.schemas.photo_faces import face_fields
from mien.schemas.problem import ProblemOut


class IdentifyQuery(PhotoOptionsIn):
    """How many people to name for each face, from which similarity on it is a match, how to look."""

    limit: int = Field(default=5, ge=1, le=MOST_CANDIDATES)
    threshold: Threshold | None = None


class PersonRefOut(Out):
    """Just enough to name somebody."""

    id: Id
    name: str
    distinguishing_note: str = Field(
        description="Tells people of one name apart; empty where nobody else in the gallery has it."
    )

    @classmethod
    def of(cls, person: PersonRef) -> "PersonRefOut":
        """From the verbs' answers."""
        return cls(id=person.id, name=person.name, distinguishing_note=person.note)


class CandidateOut(Out):
    """Somebody whom a face may show, and the example that is nearest."""

    person: PersonRefOut
    similarity: Similarity = Field(
        description="To the person: halfway between that to the nearest example and that to the "
        "mean of all; with one example, the cosine."
    )
    face_id: Id = Field(description="The nearest example.")
    example_similarity: Similarity = Field(description="Cosine to the nearest example.")
    example_count: int = Field(description="How many examples the person has.")
    same_photo: bool = Field(
        description="Whether the nearest example is this very face of this very file: then the "
        "similarity is that of a picture to itself, and says nothing of another photo."
    )


class IdentifiedFaceOut(FaceOut):
    """A face and who it shows.

    When the decision is `match`, the first candidate is that person. When it is `ambiguous`, the
    first candidate is similar enough, but `doubts` says why it cannot be told.
    """

    number: int = Field(description="1 for the largest face, and so on.")
    decision: Decision
    doubts: list[Doubt] = Field(
        description="Why it is ambiguous: another person is too close, another person who looks "
        "alike is too close, or the face shows too little. Empty otherwise."
    )
    expected_false_match_rate: Rate | None = Field(
        description="Share of strangers' searches in this gallery, at its present size, in which "
        "somebody is as similar as the first candidate is; 0.001 is 1 of 1,000. Null without "
        "candidates, or when the model has not been calibrated."
    )
    margin: Annotated[float, Field(ge=-2, le=2)] | None = Field(
        description="Similarity by which the first candidate is ahead of the next person."
    )
    candidates: list[CandidateOut] = Field(
        description="The most similar people, best first, each once; also when nobody matches."
    )

    @classmethod
    def of(cls, given: Answer) -> "IdentifiedFaceOut":
        """From the verb's answer."""
        return cls(
            number=given.number,
            decision=given.decision,
            doubts=list(given.doubts),
            expected_false_match_rate=rate_out(given.expected_false_match_rate),
            margin=None if given.margin is None else similarity_out(given.margin),
            candidates=[
                CandidateOut(
                    person=PersonRefOut.of(each.person),
                    similarity=similarity_out(each.similarity),
                    face_id=each.face_id,
                    example_similarity=similarity_out(each.example_similarity),
                    example_count=each.examples,
                    same_photo=each.same_photo,
                )
                for each in given.candidates
            ],
            **face_fields(given.face),
        )


class IdentificationOut(Out):
    """An answer for every face of a photo."""

    gallery: GalleryName
    threshold: Threshold
    accepted_false_positive_rate: Rate | None = Field(
        description="Share of strangers' searches that the operator accepts to name somebody "
        "(FPIR), from which the threshold follows; null when the threshold was given."
    )
    expected_false_positive_rate: Rate | None = Field(
        description="Share of strangers' searches that name somebody at this threshold; null when "
        "the model has not been calibrated."
    )
    least_stated_rate: Rate | None = Field(
        description="Rates this small or smaller are bounds: less has not been measured. Null "
        "when the model has not been calibrated."
    )
    searched_person_count: int = Field(description="People who could be found.")
    image: ImageOut
    faces: list[IdentifiedFaceOut]
    faces_left_out: FacesLeftOut

    @classmethod
    def of(cls, found: Identification) -> "IdentificationOut":
        """From the verb's answer."""
        return cls(
            gallery=found.gallery,
            threshold=similarity_out(found.threshold),
            accepted_false_positive_rate=rate_out(found.point.accepted_fpir),
            expected_false_positive_rate=rate_out(found.point.expected_fpir),
            least_stated_rate=rate_out(found.point.least_expected_rate)
            if found.point.calibration
            else None,
            searched_person_count=found.point.people,
            image=ImageOut(width=found.width, height=found.height),
            faces=[IdentifiedFaceOut.of(each) for each in found.answers],
            faces_left_out=found.faces_left_out,
        )


class BatchLineOut(Out):
    """The answer for one photo: an identification, or what was wrong with it.

    A line with a problem and without a number says that the form could not be read to its end.
    """

    number: int | None = Field(description="1 for the first photo, and so on.")
    name: str | None = Field(description="The file's name, as it was sent.")
    identification: IdentificationOut | None
    problem: ProblemOut | None
