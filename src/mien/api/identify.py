"""Say who is in a photo."""

from typing import Literal

from flask import Response
from pydantic import Field

from mien.api.blueprint import BODY
from mien.api.blueprint import answer
from mien.api.blueprint import described
from mien.api.blueprint import make_blueprint
from mien.api.bodies import PhotoIn
from mien.api.bodies import photo_body
from mien.api.bodies import read_photo_body
from mien.api.shapes import FaceOut
from mien.api.shapes import GalleryName
from mien.api.shapes import GalleryPath
from mien.api.shapes import Id
from mien.api.shapes import ImageOut
from mien.api.shapes import In
from mien.api.shapes import Out
from mien.api.shapes import Similarity
from mien.api.shapes import Threshold
from mien.api.shapes import face_fields
from mien.api.shapes import similarity_out
from mien.gallery.answers import Answer
from mien.gallery.answers import Identification
from mien.gallery.identify import MOST_CANDIDATES
from mien.gallery.identify import identify
from mien.http.auth import require_scope
from mien.http.context import tools

bp = make_blueprint("identify", "Photos")


class IdentifyQuery(In):
    """How many people to name for each face, and from which similarity on it is a match."""

    limit: int = Field(default=5, ge=1, le=MOST_CANDIDATES)
    threshold: Threshold | None = None


class PersonRefOut(Out):
    """Just enough to name somebody."""

    id: Id
    name: str


class CandidateOut(Out):
    """Somebody whom a face may show, and the example that is nearest."""

    person: PersonRefOut
    similarity: Similarity
    face_id: Id


class IdentifiedFaceOut(FaceOut):
    """A face and who it shows.

    When the decision is `match`, the first candidate is that person. `ambiguous` is reserved.
    """

    number: int = Field(description="1 for the largest face, and so on.")
    decision: Literal["match", "ambiguous", "unknown"]
    candidates: list[CandidateOut] = Field(
        description="The most similar people, best first, each once; also when nobody matches."
    )

    @classmethod
    def of(cls, given: Answer) -> "IdentifiedFaceOut":
        """From the verb's answer."""
        return cls(
            number=given.number,
            decision=given.decision,
            candidates=[
                CandidateOut(
                    person=PersonRefOut(id=each.person.id, name=each.person.name),
                    similarity=similarity_out(each.similarity),
                    face_id=each.face_id,
                )
                for each in given.candidates
            ],
            **face_fields(given.face),
        )


class IdentificationOut(Out):
    """An answer for every face of a photo."""

    gallery: GalleryName
    threshold: Threshold
    image: ImageOut
    faces: list[IdentifiedFaceOut]

    @classmethod
    def of(cls, found: Identification) -> "IdentificationOut":
        """From the verb's answer."""
        return cls(
            gallery=found.gallery,
            threshold=similarity_out(found.threshold),
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
        tools(), gallery=path.gallery, photo=photo, limit=query.limit, threshold=query.threshold
    )
    return answer(IdentificationOut.of(found))
