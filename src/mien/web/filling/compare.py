"""The page that compares two photos."""

from flask import url_for

from mien.decision.similarity import least_verification_rate
from mien.decision.similarity import verification_rate
from mien.gallery.recognition.verify import HeldComparison
from mien.gallery.services import Services
from mien.http.context import runtime
from mien.vision.quality import is_legible
from mien.vision.types import DetectedFace
from mien.web.contexts.compare import ComparedPhoto
from mien.web.contexts.compare import ComparePage
from mien.web.contexts.compare import Comparison
from mien.web.contexts.forms import FormState
from mien.web.filling.faces import probe_portrait_url
from mien.web.filling.rates import rate_view

# The faces of a held photo are numbered by size, and the largest is compared.
_LARGEST = 1


def compare_page(*, form: FormState | None = None, result: Comparison | None = None) -> ComparePage:
    """The page that takes two photos, with the last answer if there is one."""
    return ComparePage(
        form=form or FormState(),
        action_url=url_for("compare.submit"),
        result=result,
        max_bytes=runtime().settings.max_upload_bytes,
    )


def comparison(services: Services, found: HeldComparison, first: str, second: str) -> Comparison:
    """What was found about two held photos, which are given by their ids."""
    told, summary = found.verification, services.engine.summary
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
    )


def _compared(probe_id: str, faces: int, face: DetectedFace | None) -> ComparedPhoto:
    poor = () if face is None or is_legible(face.quality) else face.quality.reasons
    return ComparedPhoto(probe_portrait_url(probe_id, _LARGEST), faces, poor)
