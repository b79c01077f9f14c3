"""What the command line says about a photo that may be a mistake."""

from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING
from typing import Any

from mien.cli.terminal.output import print_note
from mien.words import say

if TYPE_CHECKING:
    from mien.gallery.results import Enrolment
    from mien.gallery.results import EnrolmentWarning


def print_warnings(done: Iterable[tuple[Path, "Enrolment"]]) -> None:
    """Tell what may be a mistake about each photo."""
    for photo, enrolment in done:
        for warning in enrolment.warnings:
            print_note(
                f"{photo}: {warning_words(warning, stored=enrolment.stored)} ({warning.code})"
            )


def warnings_json(done: Iterable[tuple[Path, "Enrolment"]]) -> list[dict[str, Any]]:
    """The same for machines: one object a warning, with the photo it is about."""
    from mien.schemas.faces import WarningOut

    return [
        {"photo": str(photo), **WarningOut.of(warning).model_dump(mode="json")}
        for photo, enrolment in done
        for warning in enrolment.warnings
    ]


def warning_words(warning: "EnrolmentWarning", *, stored: bool) -> str:
    """What may be a mistake, who it is about, and what to do.

    Args:
        warning: of a new example.
        stored: whether the photo was stored, or was known already.
    """
    told = say.warning(warning)
    words = told.what
    if warning.code == "same_photo" and warning.person is not None:
        # Of the very same file there is no more to say.
        if stored:
            whose = f"an example of {warning.person.label}, {warning.face_id}"
            words = f"{words} It is {whose} (similarity {warning.similarity:.2f})."
    elif warning.code == "looks_like_another" and warning.person is not None:
        words = f"{words} It is {warning.person.label} (similarity {warning.similarity:.2f})."
    elif warning.similarity is not None:
        words = f"{words} Similarity: {warning.similarity:.2f}."
    return f"{words} {told.advice}"
