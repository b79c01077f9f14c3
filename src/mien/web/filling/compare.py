"""The page that compares two photos."""

from flask import url_for

from mien.gallery.compare import HeldComparison
from mien.http.context import runtime
from mien.web.contexts.compare import ComparedPhoto
from mien.web.contexts.compare import ComparePage
from mien.web.contexts.compare import Comparison
from mien.web.contexts.forms import FormState
from mien.web.filling.faces import probe_portrait_url

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


def comparison(found: HeldComparison, first: str, second: str) -> Comparison:
    """What was found about two held photos, which are given by their ids."""
    return Comparison(
        same_person=found.verification.same_person,
        similarity=found.verification.similarity,
        threshold=found.verification.threshold,
        photo_a=ComparedPhoto(probe_portrait_url(first, _LARGEST), found.faces_a),
        photo_b=ComparedPhoto(probe_portrait_url(second, _LARGEST), found.faces_b),
    )
