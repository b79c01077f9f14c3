"""Photos on the disk that become examples of people, for the commands that add people and faces."""

from collections.abc import Sequence
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING
from typing import Any

from mien.access.actor import OPERATOR
from mien.cli.terminal.photo_files import PhotoResults
from mien.cli.terminal.photo_files import Photos
from mien.cli.terminal.photo_files import Refused
from mien.cli.terminal.photo_files import counted
from mien.cli.terminal.photo_files import read_photo
from mien.errors import SeveralFacesFound

if TYPE_CHECKING:
    from mien.gallery.enrolment.enrol_each import EachOptions
    from mien.gallery.enrolment.subject import Subject
    from mien.gallery.results import Enrolment
    from mien.runtime import Runtime


def enrol_photos(
    runtime: "Runtime",
    photos: "Sequence[tuple[Path, Subject]]",
    *,
    gallery: str,
    options: "EachOptions",
    way_out: str,
    passed_over: "Sequence[Refused]" = (),
) -> "PhotoResults[Enrolment | None]":
    """Store a face of each photo, with a bar on a terminal; the result says which were refused.

    Args:
        runtime: of the command.
        photos: in their order, each with the person.
        gallery: its name.
        options: how they are taken.
        passed_over: folders of photos that were not entered.
        way_out: variant of the advice on a photo with several faces: what this command can do.

    Returns:
        None for a photo that was passed over because it was known.

    Raises:
        MienError: the only photo is refused, or something else is wrong.
    """
    from mien.decision.choose_face import with_way_out
    from mien.gallery.enrolment.enrol_each import Submission
    from mien.gallery.enrolment.enrol_each import enrol_each

    most = runtime.settings.max_upload_bytes
    paths = [path for path, _ in photos]
    submissions = [
        Submission(str(path), partial(read_photo, path, max_bytes=most), subject)
        for path, subject in photos
    ]
    looked: PhotoResults[Enrolment | None] = PhotoResults([], list(passed_over))
    outcomes = enrol_each(
        runtime.call(OPERATOR), gallery=gallery, submissions=submissions, options=options
    )
    with counted(paths) as one_by_one:
        for path, outcome in zip(one_by_one, outcomes, strict=True):
            refusal = outcome.refusal
            if refusal is None:
                looked.done.append((path, outcome.enrolment))
                continue
            if isinstance(refusal, SeveralFacesFound):
                refusal = with_way_out(refusal, way_out)
            looked.refuse(path, refusal, alone=len(paths) == 1 and not passed_over)
    return looked


def enrol_of_one(
    runtime: "Runtime",
    photos: Photos,
    *,
    gallery: str,
    subject: "Subject",
    options: "EachOptions",
) -> "PhotoResults[Enrolment]":
    """The same of one person's photos, as they were named; tells which were refused."""
    looked = enrol_photos(
        runtime,
        [(path, subject) for path in photos.paths],
        gallery=gallery,
        options=options,
        way_out="face_option",
        passed_over=photos.passed_over,
    )
    looked.tell_refused()
    return PhotoResults([(path, made) for path, made in looked.done if made], looked.refused)


def faces_as_json(done: "Sequence[tuple[Path, Enrolment]]") -> list[dict[str, Any]]:
    """The new faces for machines, each with the photo that it is from."""
    from mien.schemas.faces import NewFaceOut

    return [
        {"photo": str(path), **NewFaceOut.of_enrolment(made).model_dump(mode="json")}
        for path, made in done
    ]
