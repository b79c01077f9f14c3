"""Who is in a photo, as JSON."""

from typing import Annotated

from pydantic import Field

from mien.gallery.people.metadata_terms import MOST_TERMS
from mien.gallery.people.metadata_terms import TERM_LENGTH
from mien.gallery.recognition.reach import MOST_GALLERIES
from mien.gallery.recognition.reach import Reach
from mien.gallery.recognition.search import MOST_CANDIDATES
from mien.gallery.results import Answer
from mien.gallery.results import Candidate
from mien.gallery.results import Identification
from mien.gallery.results import PersonRef
from mien.gallery.settings import Threshold
from mien.names import GALLERY_PATTERN
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
    """Whom to search, how many candidates to return for each face, and the threshold."""

    limit: int = Field(default=5, ge=1, le=MOST_CANDIDATES)
    threshold: Threshold | None = None
    where: list[Annotated[str, Field(max_length=TERM_LENGTH)]] = Field(
        default=[],
        max_length=MOST_TERMS,
        description="Search only people whose metadata say this, as `KEY=VALUE`, such as "
        "`team=night`; repeat it for more, all of which must hold. A value is text, a number, "
        "`true` or `false`, or one of a list; upper and lower case differ. If nobody with a face "
        "has such metadata, the error is `nobody_searched`. A key needs the scope `read` as well, "
        "because who is found tells what their metadata say.",
    )
    also: list[Annotated[str, Field(pattern=f"^{GALLERY_PATTERN}$")]] = Field(
        default=[],
        max_length=MOST_GALLERIES - 1,
        description="The name of another gallery to search at the same time, as if it were one "
        "gallery with this one; repeat it for more. The strictest of their settings applies. "
        "Somebody who is in several of them is a match as well: see `may_be_same_person`.",
    )

    @property
    def reach(self) -> Reach:
        """Which other galleries are searched, and among whom."""
        return Reach(also=tuple(self.also), where=tuple(self.where))


class PersonRefOut(Out):
    """A person's id and name."""

    id: Id
    name: str
    distinguishing_note: str = Field(
        description=(
            "Tells people with the same name apart; empty if nobody else in the gallery has this "
            "name."
        )
    )

    @classmethod
    def of(cls, person: PersonRef) -> "PersonRefOut":
        """From the verbs' answers."""
        return cls(id=person.id, name=person.name, distinguishing_note=person.note)


class CandidateOut(Out):
    """A person whom a face may show, and their nearest example."""

    person: PersonRefOut
    gallery: GalleryName
    similarity: Similarity = Field(
        description="Similarity to the person: the mean of the similarity to the nearest example "
        "and that to the average of all examples. With one example, their cosine."
    )
    face_id: Id = Field(description="The nearest example.")
    example_similarity: Similarity = Field(description="Cosine to the nearest example.")
    example_count: int = Field(description="How many examples the person has.")
    same_photo: bool = Field(
        description="Whether the nearest example is this same face in this same file. Then a "
        "picture was compared with itself, and the similarity says nothing about "
        "other photos."
    )
    may_be_same_person: bool = Field(
        description="Whether this may be the first candidate once more, in another gallery: their "
        "examples are as similar as those of one person. Then it casts no doubt on a match."
    )

    @classmethod
    def of(cls, given: Candidate) -> "CandidateOut":
        """From the verb's answer."""
        return cls(
            person=PersonRefOut.of(given.person),
            gallery=given.gallery,
            similarity=similarity_out(given.similarity),
            face_id=given.face_id,
            example_similarity=similarity_out(given.example_similarity),
            example_count=given.examples,
            same_photo=given.same_photo,
            may_be_same_person=given.may_be_same_person,
        )


class IdentifiedFaceOut(FaceOut):
    """A face and who it shows.

    If the decision is `match`, the first candidate is that person. If it is `ambiguous`, the first
    candidate is similar enough, but `doubts` says why the match is not certain.
    """

    number: int = Field(description="1 for the largest face, and so on.")
    decision: Decision
    doubts: list[Doubt] = Field(
        description="Why it is ambiguous: another person is too close, another person who looks "
        "alike is too close, or the face shows too little. Otherwise empty."
    )
    expected_false_match_rate: Rate | None = Field(
        description="Share of strangers' searches in this gallery, at its current size, that "
        "would find someone as similar as the first candidate; 0.001 is 1 in 1,000. "
        "Null without candidates, or if the model has not been calibrated."
    )
    margin: Annotated[float, Field(ge=-2, le=2)] | None = Field(
        description="How much more similar the first candidate is than the next person; who "
        "`may_be_same_person` is passed over."
    )
    candidates: list[CandidateOut] = Field(
        description="The most similar people, best first, each once, even if nobody matches."
    )
    refused: list[CandidateOut] = Field(
        description="People who would be among the candidates but are not named, because the face "
        "is more similar to one that somebody has said is not theirs. Usually empty."
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
            candidates=[CandidateOut.of(each) for each in given.candidates],
            refused=[CandidateOut.of(each) for each in given.refused],
            **face_fields(given.face),
        )


class SearchedGalleryOut(Out):
    """How much of a gallery was searched."""

    gallery: GalleryName
    searched_person_count: int = Field(description="People in it a search could find.")


class IdentificationOut(Out):
    """The result for every face in a photo."""

    gallery: GalleryName
    threshold: Threshold
    accepted_false_positive_rate: Rate | None = Field(
        description="Share of strangers' searches the operator accepts to name someone (FPIR); "
        "the threshold is derived from it. Null if the threshold was given."
    )
    expected_false_positive_rate: Rate | None = Field(
        description="Share of strangers' searches that name someone at this threshold; null if "
        "the model has not been calibrated."
    )
    least_stated_rate: Rate | None = Field(
        description="The smallest rate that has been measured. A rate this small or smaller is an "
        "upper bound. Null if the model has not been calibrated."
    )
    searched_person_count: int = Field(
        description="People a search could find, in all the galleries; the rates and the "
        "threshold are for this number."
    )
    searched_galleries: list[SearchedGalleryOut] = Field(
        description="Every gallery that was searched."
    )
    where: list[str] = Field(
        description="What people's metadata had to say for them to be searched; empty if everybody "
        "was searched."
    )
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
            searched_galleries=[
                SearchedGalleryOut(gallery=each.gallery.name, searched_person_count=each.people)
                for each in found.searched
            ],
            where=list(found.where),
            image=ImageOut(width=found.width, height=found.height),
            faces=[IdentifiedFaceOut.of(each) for each in found.answers],
            faces_left_out=found.faces_left_out,
        )


class BatchLineOut(Out):
    """The result for one photo: an identification, or what was wrong with it.

    A line with a problem but without a number means that the form could not be read to its end.
    """

    number: int | None = Field(description="1 for the first photo, and so on.")
    name: str | None = Field(description="The file name, as sent.")
    identification: IdentificationOut | None
    problem: ProblemOut | None
