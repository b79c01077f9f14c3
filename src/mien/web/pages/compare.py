"""Two photos: the same person or not."""

from dataclasses import dataclass
from dataclasses import replace
from typing import Any
from typing import ClassVar

from flask import url_for

from mien.decision.similarity import least_verification_rate
from mien.decision.similarity import verification_rate
from mien.gallery.recognition.compare_held import HeldComparison
from mien.gallery.recognition.held_faces import HeldFaces
from mien.gallery.results import Verification
from mien.gallery.services import Call
from mien.http.context import runtime
from mien.vision.quality_limits import is_legible
from mien.web.forms.state import FormState
from mien.web.pages.base import Page
from mien.web.pages.face_choice import FaceChoice
from mien.web.pages.face_choice import face_choice
from mien.web.pages.faces import probe_portrait_url
from mien.web.pages.faces import rate_view
from mien.web.text.rates import Rate


@dataclass(frozen=True, slots=True)
class ComparedPhoto:
    """One of the two photos, or a person's examples.

    Attributes:
        portrait_url: the face compared.
        face_count: how many faces the photo had.
        poor: what is poor about the face, as codes; see `QualityView`.
        chosen: whether somebody chose the face; the largest is taken otherwise.
    """

    portrait_url: str
    face_count: int
    poor: tuple[str, ...] = ()
    chosen: bool = False


@dataclass(frozen=True, slots=True)
class Comparison:
    """What a comparison found.

    Attributes:
        same_person: whether the similarity reaches the threshold.
        similarity, threshold: in [-1, 1].
        photo_a, photo_b: what was compared.
        legible: whether both faces show enough to be told from others.
        alike: how often different people are as much alike; None when not measured.
        wrong: how often different people pass as one; None when not measured.
        same_photo: whether a face was compared with itself.
        of_person: whether the second are the examples of somebody.
    """

    same_person: bool
    similarity: float
    threshold: float
    photo_a: ComparedPhoto
    photo_b: ComparedPhoto
    legible: bool = True
    alike: Rate | None = None
    wrong: Rate | None = None
    same_photo: bool = False
    of_person: bool = False


@dataclass(frozen=True, slots=True)
class ComparePage(Page):
    """Takes `photo_a` and `photo_b`, and shows what the last two gave; None before the first.

    Attributes:
        form: what is wrong with what was sent.
        action_url: takes the POST, as multipart.
        result: the last answer.
        max_bytes: largest file accepted.
        first, second: photos that are held and used unless another is sent, with `held_a`, `held_b`,
            and the choice of a face in `face_a`, `face_b`; None where there is none.
        swap_url: the same answer with the photos the other way round; empty before there is one.
        let_go_url: takes a POST that erases the held photos now.
    """

    template: ClassVar[str] = "compare.html"

    form: FormState
    action_url: str
    result: Comparison | None
    max_bytes: int
    first: FaceChoice | None = None
    second: FaceChoice | None = None
    swap_url: str = ""
    let_go_url: str = ""


def compare_page(
    *,
    form: FormState | None = None,
    first: HeldFaces | None = None,
    second: HeldFaces | None = None,
) -> ComparePage:
    """The page that takes two photos, with those that are held already."""
    return ComparePage(
        form=form or FormState(),
        action_url=url_for("compare.submit"),
        result=None,
        max_bytes=runtime().settings.max_upload_bytes,
        first=None if first is None else face_choice(first),
        second=None if second is None else face_choice(second),
        let_go_url=url_for("compare.let_go"),
    )


def compared_page(call: Call, found: HeldComparison) -> ComparePage:
    """The same with the answer about two held photos."""
    first, second = found.photo_a, found.photo_b
    return replace(
        compare_page(first=first, second=second),
        result=comparison(call, found.verification, compared_photo(first), compared_photo(second)),
        swap_url=comparison_url(second, first),
    )


def comparison_url(first: HeldFaces, second: HeldFaces) -> str:
    """The answer about a face of each of two held photos."""
    faces: dict[str, Any] = {
        "face_a": first.number if first.chosen else None,
        "face_b": second.number if second.chosen else None,
    }
    return url_for("compare.result", first=first.id, second=second.id, **faces)


def comparison(
    call: Call, told: Verification, photo_a: ComparedPhoto, photo_b: ComparedPhoto
) -> Comparison:
    """What was found about two photos, or about a photo and a person."""
    summary = call.services.engine.summary
    least = least_verification_rate(summary)
    return Comparison(
        same_person=told.same_person,
        similarity=told.similarity,
        threshold=told.threshold,
        photo_a=photo_a,
        photo_b=photo_b,
        legible=told.legible,
        alike=rate_view(told.expected_false_match_rate, least),
        wrong=rate_view(verification_rate(summary, told.threshold), least),
        same_photo=told.same_photo,
    )


def compared_photo(held: HeldFaces) -> ComparedPhoto:
    """What the answer shows of a held photo."""
    quality = held.face.quality
    return ComparedPhoto(
        probe_portrait_url(held.id, held.number),
        len(held.faces) + held.faces_left_out,
        poor=() if is_legible(quality) else quality.reasons,
        chosen=held.chosen,
    )
