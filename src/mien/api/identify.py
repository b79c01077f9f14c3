"""Say who is in a photo."""

from typing import Annotated

from flask import Response
from pydantic import Field

from mien.api.blueprint import BODY
from mien.api.blueprint import answer
from mien.api.blueprint import described
from mien.api.blueprint import make_blueprint
from mien.api.bodies import PhotoIn
from mien.api.bodies import photo_body
from mien.api.bodies import read_photo_body
from mien.api.shapes import DETAIL
from mien.api.shapes import FaceOut
from mien.api.shapes import GalleryName
from mien.api.shapes import GalleryPath
from mien.api.shapes import Id
from mien.api.shapes import ImageOut
from mien.api.shapes import In
from mien.api.shapes import Out
from mien.api.shapes import Rate
from mien.api.shapes import Similarity
from mien.api.shapes import Threshold
from mien.api.shapes import face_fields
from mien.api.shapes import rate_out
from mien.api.shapes import similarity_out
from mien.gallery.recognition.identify import MOST_CANDIDATES
from mien.gallery.recognition.identify import identify
from mien.gallery.results import Answer
from mien.gallery.results import Identification
from mien.http.auth import require_scope
from mien.http.context import services
from mien.options import Decision
from mien.options import Detail
from mien.options import Doubt

bp = make_blueprint("identify", "Photos")


class IdentifyQuery(In):
    """How many people to name for each face, from which similarity on it is a match, how to look."""

    limit: int = Field(default=5, ge=1, le=MOST_CANDIDATES)
    threshold: Threshold | None = None
    detail: Detail = Field(default="normal", description=DETAIL)


class PersonRefOut(Out):
    """Just enough to name somebody."""

    id: Id
    name: str


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
                    person=PersonRefOut(id=each.person.id, name=each.person.name),
                    similarity=similarity_out(each.similarity),
                    face_id=each.face_id,
                    example_similarity=similarity_out(each.example_similarity),
                    example_count=each.examples,
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
        )


@bp.post(
    "/galleries/<gallery:gallery>/identify",
    operation_id="identify",
    request_body=photo_body(PhotoIn),
    responses=described(
        200, IdentificationOut, 404, 409, *BODY, text="An answer for every face; maybe none."
    ),
)
@require_scope("identify")
def identify_photo(path: GalleryPath, query: IdentifyQuery) -> Response:
    """Say for every face of a photo who of a gallery it shows, or that it is nobody."""
    photo = read_photo_body(PhotoIn).photo
    found = identify(
        services(),
        gallery=path.gallery,
        photo=photo,
        limit=query.limit,
        threshold=query.threshold,
        detail=query.detail,
    )
    return answer(IdentificationOut.of(found))
