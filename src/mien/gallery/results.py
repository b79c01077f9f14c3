"""What the verbs answer: frozen, complete, and free of requests and responses."""

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from mien.decision.operating_point import OperatingPoint
from mien.decision.rank import Ranked
from mien.errors import sentence_key
from mien.gallery.settings import GallerySettings
from mien.options import Decision
from mien.options import Doubt
from mien.storage.files import Content
from mien.vision.types import DetectedFace


@dataclass(frozen=True, slots=True)
class PersonRef:
    """Just enough to name somebody.

    Attributes:
        note: tells people of one name apart; empty where nobody else has it.
    """

    id: str
    name: str
    note: str = ""

    @property
    def label(self) -> str:
        """The name, with the note where there is one."""
        return f"{self.name} ({self.note})" if self.note else self.name


@dataclass(frozen=True, slots=True)
class Gallery:
    """A gallery and how much is in it.

    Attributes:
        settings: what is set for it.
        people: how many there are.
        searched: how many of them have a face, and so can be found.
        faces: how many examples they have.
        revision: raised by every change of its faces.
    """

    id: str
    name: str
    pack: str
    contract_id: str
    settings: GallerySettings
    people: int
    searched: int
    faces: int
    created_at: dt.datetime
    updated_at: dt.datetime

    @property
    def title(self) -> str:
        """What it is called on pages."""
        return self.settings.display_name or self.name


@dataclass(frozen=True, slots=True)
class GalleryRef:
    """Just enough to name a gallery.

    Attributes:
        name: in addresses.
        title: on pages.
    """

    name: str
    title: str


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody in a gallery.

    Attributes:
        metadata: a JSON object of the caller's.
        faces: how many examples there are.
        portrait_face_id: the example of the best quality among those that nothing is suspected
            of, or else of all; None when there is none.
        note: tells people of one name apart; empty where nobody else has it.
    """

    id: str
    name: str
    notes: str
    metadata: Mapping[str, Any]
    faces: int
    portrait_face_id: str | None
    created_at: dt.datetime
    updated_at: dt.datetime
    note: str = ""

    @property
    def label(self) -> str:
        """The name, with the note where there is one."""
        return PersonRef(self.id, self.name, self.note).label


@dataclass(frozen=True, slots=True)
class PeopleSlice:
    """Some people of a longer list.

    Attributes:
        people: in the order asked for.
        total: how many there are on all pages.
        next_cursor: what to ask for to go on, None on the last page.
        previous_cursor: what to ask for to go back; None also for the first page itself.
        first: whether nobody comes before these.
    """

    people: tuple[Person, ...]
    total: int
    next_cursor: str | None
    previous_cursor: str | None
    first: bool


@dataclass(frozen=True, slots=True)
class PeoplePlace:
    """One of the numbered pages of a list of people.

    Attributes:
        people: in the order asked for.
        total: how many there are on all pages.
        number: of the page, from 1; of one that begins elsewhere, of the page in which it begins.
        pages: how many there are, at least 1.
        next_cursor: what to ask for to go on, None on the last page.
        previous_cursor: what to ask for to go back from a page that was asked for by a cursor; None
            for the first page itself, and for a page asked for by its number.
        first: whether nobody comes before these.
    """

    people: tuple[Person, ...]
    total: int
    number: int
    pages: int
    next_cursor: str | None
    previous_cursor: str | None
    first: bool


@dataclass(frozen=True, slots=True)
class Initial:
    """A letter with which names begin.

    Attributes:
        letter: in capitals where the script has them.
        cursor: of the page that begins with its names.
    """

    letter: str
    cursor: str


@dataclass(frozen=True, slots=True)
class StoredFace:
    """An example of a person.

    Attributes:
        found: where the face was in its photo, in pixels of the upright photo, and how good it is.
        photo_id: the kept original, None when it was not kept.
        suspicions: what may be a mistake and nobody has looked at yet.
    """

    id: str
    person_id: str
    found: DetectedFace
    photo_id: str | None
    created_at: dt.datetime
    suspicions: tuple["EnrolmentWarning", ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Candidate(Ranked):
    """Somebody whom a face may show; see `Ranked`.

    Attributes:
        person: who.
        gallery: the name of the gallery that the person is in; empty where only one is searched and
            known.
        same_photo: whether this very face of this very file is one of the person's examples, so
            that the similarity says nothing but that.
        may_be_same_person: whether this may be the first candidate once more, in another gallery:
            their examples are as alike as those of one person. Then it is no rival of the first.
    """

    person: PersonRef
    gallery: str = ""
    same_photo: bool = False
    may_be_same_person: bool = False


@dataclass(frozen=True, slots=True)
class Searched:
    """How much of a gallery was searched.

    Attributes:
        gallery: which one.
        people: those of it who could be found.
    """

    gallery: GalleryRef
    people: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Recognised:
    """Who a face shows.

    Attributes:
        decision: whether the first candidate is that person, nobody is, or it cannot be told.
        doubts: why it cannot be told; empty otherwise. See `decide.Verdict`.
        expected_false_match_rate: share of strangers' searches in this gallery in which somebody
            is as similar as the first candidate is; None without candidates or calibration.
        margin: similarity by which the first candidate is ahead of the runner-up.
        candidates: the most similar people, best first, also when the answer is unknown; each
            once.
        refused: those who would be among them, if the face was not more similar to one that
            somebody has said is not theirs.
    """

    decision: Decision
    doubts: tuple[Doubt, ...] = ()
    expected_false_match_rate: float | None = None
    margin: float | None = None
    candidates: tuple[Candidate, ...]
    refused: tuple[Candidate, ...] = ()

    @property
    def runner_up(self) -> Candidate | None:
        """The second most similar person, passing over whoever may be the first once more."""
        others = (each for each in self.candidates[1:] if not each.may_be_same_person)
        return next(others, None)


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer(Recognised):
    """Who a face of a photo shows.

    Attributes:
        number: 1 for the largest face of the photo, and so on.
        face: where it is and how good.
    """

    number: int
    face: DetectedFace

    @classmethod
    def about(cls, face: DetectedFace, number: int, recognised: Recognised) -> "Answer":
        """The answer about a face of a photo."""
        return cls(
            number=number,
            face=face,
            decision=recognised.decision,
            doubts=recognised.doubts,
            expected_false_match_rate=recognised.expected_false_match_rate,
            margin=recognised.margin,
            candidates=recognised.candidates,
            refused=recognised.refused,
        )


@dataclass(frozen=True, slots=True)
class Detection:
    """The faces of a photo.

    Attributes:
        width: of the upright photo, in pixels.
        height: of the upright photo, in pixels.
        faces: the largest first.
        faces_left_out: how many more were seen than a photo may give.
    """

    width: int
    height: int
    faces: tuple[DetectedFace, ...]
    faces_left_out: int = 0


@dataclass(frozen=True, slots=True)
class Identification:
    """An answer for every face of a photo.

    Attributes:
        gallery: the name of the first one that was searched.
        point: where the gallery's answers were cut, and what that means for strangers.
        width: of the upright photo, in pixels.
        height: of the upright photo, in pixels.
        answers: the largest face first.
        faces_left_out: how many more faces were seen than a photo may give.
        searched: every gallery that was searched, the first one first.
        where: what people's metadata had to say for them to be searched; empty for everybody.
    """

    gallery: str
    point: OperatingPoint
    width: int
    height: int
    answers: tuple[Answer, ...]
    faces_left_out: int = 0
    searched: tuple[Searched, ...] = ()
    where: tuple[str, ...] = ()

    @property
    def threshold(self) -> float:
        """The similarity from which a candidate is a match, in [-1, 1]."""
        return self.point.threshold


@dataclass(frozen=True, slots=True)
class Verification:
    """Whether two photos, or a photo and a person, show the same person.

    Attributes:
        similarity: to the other face, or to the person; see `rank.Ranked`.
        threshold: the similarity from which the answer is yes, in [-1, 1].
        expected_false_match_rate: share of comparisons with somebody else that reach this
            similarity; None when nothing has been measured.
        legible: whether every face compared shows enough to be told from others.
        face_a: the face looked at in the first photo.
        face_b: the face in the second photo; None when compared with a person.
        example_face_id: the person's nearest example; None when two photos were compared.
        same_photo: whether a face was compared with itself: the same place of the same file.
    """

    same_person: bool
    similarity: float
    threshold: float
    expected_false_match_rate: float | None
    legible: bool
    face_a: DetectedFace
    face_b: DetectedFace | None
    example_face_id: str | None
    same_photo: bool = False


@dataclass(frozen=True, slots=True)
class EnrolmentWarning:
    """Something about a new example that may be a mistake; it blocks nothing.

    Attributes:
        code: `same_photo`, `looks_like_another`, `unlike_this_person`, `several_faces`, or a
            reason of the gate that was let through.
        variant: which of several sentences with this code is meant; empty where there is one.
        person: whom it is about besides the face's own person, or that person for `same_photo`.
        similarity: that speaks for it, in [-1, 1].
        face_id: the example that it is about.
        figure: what was measured, for a reason of the gate.
        limit: what the gate asks for, at least or at most.
        unit: of both; empty for none.
    """

    code: str
    variant: str = ""
    person: PersonRef | None = None
    similarity: float | None = None
    face_id: str | None = None
    figure: float | None = None
    limit: float | None = None
    unit: str | None = None

    @property
    def key(self) -> str:
        """Where its sentence is in the catalogue."""
        return sentence_key(self.code, self.variant)


@dataclass(frozen=True, slots=True)
class Enrolment:
    """What an enrolment made.

    Attributes:
        gallery: the name of where it is.
        face: the new example, or the one that the same photo had given already.
        new_person: whether the person was made by it.
        stored: False when this very photo is an example of this person already.
        warnings: what may be a mistake.
    """

    gallery: str
    person: PersonRef
    face: StoredFace
    new_person: bool
    stored: bool = True
    warnings: tuple[EnrolmentWarning, ...] = ()


@dataclass(frozen=True, slots=True)
class StoredFile:
    """A file to be served.

    Attributes:
        content: the file; it was there a moment ago.
        etag: changes when the content does; without quotes.
    """

    content: Content
    media_type: str
    etag: str

    @property
    def data(self) -> bytes:
        """The bytes.

        Raises:
            FileMissing: it has just been removed.
            FilesUnavailable, StorageFailed: it cannot be read.
        """
        return self.content.read()
