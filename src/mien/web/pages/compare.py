"""Two photos: the same person or not."""

from dataclasses import dataclass
from typing import ClassVar

from flask import url_for

from mien.decision.similarity import least_verification_rate
from mien.decision.similarity import verification_rate
from mien.gallery.recognition.verify import HeldComparison
from mien.gallery.services import Call
from mien.http.context import runtime
from mien.vision.quality_limits import is_legible
from mien.vision.types import DetectedFace
from mien.web.forms.state import FormState
from mien.web.pages.base import Page
from mien.web.pages.faces import probe_portrait_url
from mien.web.pages.faces import rate_view
from mien.web.text.rates import Rate

# The faces of a held photo are numbered by size, and the largest is compared.
_LARGEST = 1


@dataclass(frozen=True, slots=True)
class ComparedPhoto:
    """One of the two photos.

    Attributes:
        portrait_url: the face compared.
        face_count: how many faces the photo had.
        poor: what is poor about the face, as codes; see `QualityView`.
    """

    portrait_url: str
    face_count: int
    poor: tuple[str, ...] = ()


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


@dataclass(frozen=True, slots=True)
class ComparePage(Page):
    """Takes `photo_a` and `photo_b`, and shows what the last two gave; None before the first."""

    template: ClassVar[str] = "compare.html"

    form: FormState
    action_url: str
    result: Comparison | None
    max_bytes: int


def compare_page(*, form: FormState | None = None, result: Comparison | None = None) -> ComparePage:
    """The page that takes two photos, with the last answer if there is one."""
    return ComparePage(
        form=form or FormState(),
        action_url=url_for("compare.submit"),
        result=result,
        max_bytes=runtime().settings.max_upload_bytes,
    )


def comparison(call: Call, found: HeldComparison, first: str, second: str) -> Comparison:
    """What was found about two held photos, which are given by their ids."""
    told, summary = found.verification, call.services.engine.summary
    least = least_verification_rate(summary)
    return Comparison(
        same_person=told.same_person,
        similarity=told.similarity,
        threshold=told.threshold,
        photo_a=_compared(first, found.faces_a, told.face_a),
        photo_b=_compared(second, found.faces_b, told.face_b),
        legible=told.legible,
        alike=rate_view(told.expected_false_match_rate, least),
        wrong=rate_view(verification_rate(summary, told.threshold), least),
        same_photo=told.same_photo,
    )


def _compared(probe_id: str, faces: int, face: DetectedFace | None) -> ComparedPhoto:
    poor = () if face is None or is_legible(face.quality) else face.quality.reasons
    return ComparedPhoto(probe_portrait_url(probe_id, _LARGEST), faces, poor)
