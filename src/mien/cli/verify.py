"""`mien verify`: whether photos show the same person."""

from collections.abc import Callable
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import click

from mien.access.actor import OPERATOR
from mien.cli.options import gallery_option
from mien.cli.options import photo_options
from mien.cli.options import photo_paths
from mien.cli.runtime import ready_runtime
from mien.cli.terminal.output import ExitCode
from mien.cli.terminal.output import json_option
from mien.cli.terminal.output import one_in
from mien.cli.terminal.output import print_json
from mien.cli.terminal.output import print_table
from mien.cli.terminal.photo_files import find_photos
from mien.cli.terminal.photo_files import for_each_photo
from mien.cli.terminal.photo_files import read_photo
from mien.errors import FaceError
from mien.errors import ImageError

if TYPE_CHECKING:
    from mien.gallery.results import Verification
    from mien.options import PhotoOptions
    from mien.runtime import Runtime

    _Compare = Callable[[Path], Verification]


@click.command()
@photo_paths()
@click.option("--person", metavar="WHO", help="Compare with this person, by name or id.")
@gallery_option
@click.option(
    "--threshold", type=float, metavar="S", help="Similarity needed for a yes. Default: the pack's."
)
@click.option(
    "--face", type=int, metavar="N", help="Number of the face in the first photo; 1 is the largest."
)
@click.option("--other-face", type=int, metavar="N", help="Number of the face in the other photos.")
@photo_options
@json_option
@click.pass_context
def verify(
    context: click.Context,
    *,
    photos: tuple[Path, ...],
    person: str | None,
    gallery: str,
    threshold: float | None,
    face: int | None,
    other_face: int | None,
    options: "PhotoOptions",
    as_json: bool,
) -> None:
    """Check whether photos show the same person.

    Compares the first photo with each of the others, or every photo with --person. Give a folder to
    use every picture in it. The exit code is 0 if all show the same person and 4 if one does not.
    "same photo" marks a face that was compared with itself, because the photo or the person's
    example is the same file. The last column says how many comparisons with someone else would be
    this similar.
    """
    if person is None and (len(photos) == 1 or photos[0].is_dir()):
        raise click.UsageError("Give at least two photos, or use --person.")
    others = find_photos(photos if person is not None else photos[1:])
    with ready_runtime(makes=person is None, models=True) as runtime:
        from mien.decision.similarity import least_verification_rate

        if person is None:
            compare = _with_photo(
                runtime,
                photos[0],
                threshold=threshold,
                face=face,
                other_face=other_face,
                options=options,
            )
        else:
            compare = _with_person(
                runtime,
                person,
                gallery=gallery,
                threshold=threshold,
                face=face or other_face,
                options=options,
            )
        results = for_each_photo(others, compare)
        least = least_verification_rate(runtime.services.engine.summary)
    if as_json:
        from mien.schemas.verification import VerificationOut

        print_json(
            {
                "comparisons": [
                    {"photo": str(path), **VerificationOut.of(seen).model_dump(mode="json")}
                    for path, seen in results.done
                ],
                "refused": results.refused,
            }
        )
    else:
        print_table(
            ["photo", "answer", "similarity", "threshold", "others"],
            [
                (
                    path,
                    _answer(seen),
                    f"{seen.similarity:.3f}",
                    f"{seen.threshold:.3f}",
                    one_in(seen.expected_false_match_rate, least=least),
                )
                for path, seen in results.done
            ],
            names=["photo"],
            lesser=["threshold", "others"],
        )
    if all(seen.same_person for _, seen in results.done) or results.refused:
        context.exit(results.exit_code)
    context.exit(ExitCode.ANSWER_IS_NO)


def _answer(seen: "Verification") -> str:
    answer = "same person" if seen.same_person else "different people"
    return f"{answer} (same photo)" if seen.same_photo else answer


def _with_photo(
    runtime: "Runtime",
    first: Path,
    *,
    threshold: float | None,
    face: int | None,
    other_face: int | None,
    options: "PhotoOptions",
) -> "_Compare":
    from mien.gallery.analysis import Upload
    from mien.gallery.recognition.verify import verify_photos

    most = runtime.settings.max_upload_bytes
    photo_a = Upload(read_photo(first, max_bytes=most), options)

    def compare(path: Path) -> "Verification":
        with _naming(a=first, b=path):
            return verify_photos(
                runtime.call(OPERATOR),
                photo_a=photo_a,
                photo_b=Upload(read_photo(path, max_bytes=most), options),
                face_number_a=face,
                face_number_b=other_face,
                threshold=threshold,
            )

    return compare


def _with_person(
    runtime: "Runtime",
    who: str,
    *,
    gallery: str,
    threshold: float | None,
    face: int | None,
    options: "PhotoOptions",
) -> "_Compare":
    from mien.gallery.analysis import Upload
    from mien.gallery.people.look_up import look_up_person
    from mien.gallery.recognition.verify import verify_person

    person = look_up_person(runtime.call(OPERATOR), gallery=gallery, who=who)
    most = runtime.settings.max_upload_bytes

    def compare(path: Path) -> "Verification":
        with _naming(a=path):
            return verify_person(
                runtime.call(OPERATOR),
                gallery=gallery,
                person_id=person.id,
                photo=Upload(read_photo(path, max_bytes=most), options),
                face_number=face,
                threshold=threshold,
            )

    return compare


@contextmanager
def _naming(**paths: Path) -> Iterator[None]:
    """Name a rejected photo by its path instead of as one of the two."""
    try:
        yield
    except (ImageError, FaceError) as error:
        if "photo" in error.extra:
            error.extra["photo"] = str(paths[error.extra["photo"]])
        raise
