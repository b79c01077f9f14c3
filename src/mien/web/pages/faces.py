"""Photos with numbered faces, and what is said about each of them."""

from dataclasses import dataclass
from dataclasses import field
from typing import Literal
from typing import TypeAlias

from flask import url_for

from mien.options import Decision
from mien.options import Doubt
from mien.vision.types import Box
from mien.vision.types import DetectedFace
from mien.web.forms.state import FormState
from mien.web.text.rates import Rate

Extent: TypeAlias = Literal["gallery", "galleries", "people", "nobody"]
"""Whom a face was compared with: everybody in one gallery or in several, only some people, or nobody
because nobody was such."""


@dataclass(frozen=True, slots=True)
class BoxView:
    """A rectangle in pixels of the photo as shown: left edge, top edge, width, height."""

    x: float
    y: float
    width: float
    height: float


@dataclass(frozen=True, slots=True)
class FaceMark:
    """A numbered box on a photo.

    Attributes:
        number: counted from 1; the card with the same number tells about this face.
        box: where the face is.
        label: the name beside the number; empty for none.
        decision: colours the box; empty where nothing was decided.
    """

    number: int
    box: BoxView
    label: str = ""
    decision: Decision | Literal[""] = ""


@dataclass(frozen=True, slots=True)
class PhotoView:
    """A photo and the faces marked on it; width and height are pixels of the upright picture."""

    url: str
    width: int
    height: int
    marks: tuple[FaceMark, ...] = ()


@dataclass(frozen=True, slots=True)
class CandidateView:
    """A person who may be the one on the photo.

    Attributes:
        person_id: for the form that adds the face to this person.
        name: as stored.
        url: the person's page.
        similarity: of the best face, in [-1, 1].
        example_url: portrait of that face; empty shows a silhouette.
        gallery: that the person is in, as it is called; empty where only one was searched.
        elsewhere: whether that is another gallery than the one that faces are added to.
        may_be_same_person: whether this may be the first candidate once more, in another gallery.
    """

    person_id: str
    name: str
    url: str
    similarity: float
    example_url: str = ""
    gallery: str = ""
    elsewhere: bool = False
    may_be_same_person: bool = False

    @property
    def called(self) -> str:
        """The name inside a sentence."""
        return f"{self.name} in {self.gallery}" if self.gallery else self.name


@dataclass(frozen=True, slots=True)
class Rival:
    """Who stands in the way of a match.

    Attributes:
        candidate: the person.
        lead_needed: similarity by which the best has to be ahead of them, above 0.
        similarity: similarity of the two people's own photos; None when not known.
    """

    candidate: CandidateView
    lead_needed: float
    similarity: float | None = None


@dataclass(frozen=True, slots=True)
class QualityView:
    """Whether a face is good enough to be stored, and the reasons why not, as codes."""

    acceptable: bool
    reasons: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class AddedTo:
    """A person whom the face of a card has been added to.

    Attributes:
        person_id: who.
        name: as stored.
        url: the person's page.
        similarity: to the person's other faces, in [-1, 1]; None when there is no other.
        nearest_url: portrait of the nearest of them; empty when there is no other.
        face_id: of the face as it is stored; the value of the field `face` that takes it back.
    """

    person_id: str
    name: str
    url: str
    similarity: float | None
    nearest_url: str = ""
    face_id: str = ""


@dataclass(frozen=True, slots=True)
class Namesake:
    """Somebody of a name that was typed.

    Attributes:
        person_id: who.
        name: with what tells them from others of the name.
        url: the person's page.
        portrait_url: of the best face; empty shows a silhouette.
    """

    person_id: str
    name: str
    url: str
    portrait_url: str


@dataclass(frozen=True, slots=True)
class FaceCard:
    """All that is said about one face of an identified photo.

    Attributes:
        number: counted from 1, as on the photo.
        portrait_url: the face in a 4:5 frame; empty shows a silhouette.
        decision: what was decided.
        threshold: similarity from which it is a match.
        similarity: of the best candidate; None in an empty gallery.
        runner_up: similarity of the second candidate; None when there is none.
        candidates: best first; the first is who was matched.
        quality: whether the face may be stored.
        add_url: takes a POST with `person_id`, or with a name in `name`, known or new.
        next_number: of the stranger who is asked about next; 0 where this is the last.
        form: what was typed into one of them, when it could not be done.
        doubts: why the answer is ambiguous; else empty.
        rival: who stands in the way of a match; None unless somebody does.
        alike: how often a stranger is as much like somebody here; None when not measured.
        wrong: how often a stranger is named here; None when not measured.
        added: whom this face has been added to, the first added first; what else the card says
            leaves this face itself out.
        undo_url: takes a POST with `face` that takes its addition back; empty for those who may not.
        namesakes: who has the name that was typed, where it is taken or not clear.
        extent: whom the face was compared with.
    """

    number: int
    portrait_url: str
    decision: Decision
    threshold: float
    similarity: float | None
    runner_up: float | None
    candidates: tuple[CandidateView, ...]
    quality: QualityView
    add_url: str
    form: FormState = field(default_factory=FormState)
    doubts: tuple[Doubt, ...] = ()
    rival: Rival | None = None
    alike: Rate | None = None
    wrong: Rate | None = None
    added: tuple[AddedTo, ...] = ()
    undo_url: str = ""
    next_number: int = 0
    namesakes: tuple[Namesake, ...] = ()
    extent: Extent = "gallery"


@dataclass(frozen=True, slots=True)
class FaceGroup:
    """The faces of a photo of whom the same was decided; those that were added are known."""

    decision: Decision
    faces: tuple[FaceCard, ...]


@dataclass(frozen=True, slots=True)
class FaceFilter:
    """Shows the faces of one group, or of all.

    Attributes:
        decision: whose faces; empty for all.
        count: how many there are.
        url: the page with those faces alone.
        current: whether they are shown now.
    """

    decision: Decision | Literal[""]
    count: int
    url: str
    current: bool


def card_place(number: int) -> str:
    """The id of the card of a face, by the face's number."""
    return f"face-{number}"


def box_view(box: Box) -> BoxView:
    """A rectangle by its left and top edges and its size."""
    return BoxView(x=box.left, y=box.top, width=box.width, height=box.height)


def quality_view(face: DetectedFace) -> QualityView:
    """Whether a face is good enough, and why not."""
    return QualityView(acceptable=face.quality.acceptable, reasons=face.quality.reasons)


def crop_url(gallery: str, person_id: str, face_id: str | None) -> str:
    """Where a stored portrait is; empty for none."""
    if face_id is None:
        return ""
    return url_for("faces.crop", gallery=gallery, person_id=person_id, face_id=face_id)


def probe_portrait_url(probe_id: str, number: int) -> str:
    """Where the portrait of a face of a held photo is."""
    return url_for("identify.portrait", probe_id=probe_id, number=number)


def rate_view(rate: float | None, least: float) -> Rate | None:
    """A rate, and whether it is rarer than can be said; None when nothing was measured.

    Args:
        rate: a share, in [0, 1].
        least: the smallest that has been measured.
    """
    return None if rate is None else Rate(rate, rarer=rate <= least)
