"""`mien detect`: the faces of photos."""

from pathlib import Path
from typing import TYPE_CHECKING

import click

from mien.access.actor import OPERATOR
from mien.cli.options import photo_options
from mien.cli.options import photo_paths
from mien.cli.runtime import ready_runtime
from mien.cli.terminal.output import json_option
from mien.cli.terminal.output import print_json
from mien.cli.terminal.output import print_note
from mien.cli.terminal.output import print_table
from mien.cli.terminal.photo_files import find_photos
from mien.cli.terminal.photo_files import for_each_photo
from mien.cli.terminal.photo_files import read_photo
from mien.cli.terminal.photo_files import tell_left_out

if TYPE_CHECKING:
    from mien.options import PhotoOptions


@click.command()
@photo_paths()
@photo_options
@json_option
@click.pass_context
def detect(
    context: click.Context, *, photos: tuple[Path, ...], options: "PhotoOptions", as_json: bool
) -> None:
    """Find the faces in photos and rate how good each one is.

    Give a folder to use every picture in it. Boxes are in pixels of the upright photo.
    """
    found = find_photos(photos)
    with ready_runtime(makes=True, models=True) as runtime:
        from mien.gallery.analysis import Upload
        from mien.gallery.analysis import detect as find_faces

        most = runtime.settings.max_upload_bytes
        results = for_each_photo(
            found,
            lambda path: find_faces(
                runtime.call(OPERATOR), photo=Upload(read_photo(path, max_bytes=most), options)
            ),
        )
    if as_json:
        from mien.schemas.detection import DetectionOut

        print_json(
            {
                "photos": [
                    {"photo": str(path), **DetectionOut.of(seen).model_dump(mode="json")}
                    for path, seen in results.done
                ],
                "refused": results.refused,
            }
        )
    else:
        print_table(
            ["photo", "face", "left", "top", "width", "height", "score", "quality"],
            [
                (
                    path,
                    number,
                    *map(round, (face.box.left, face.box.top, face.box.width, face.box.height)),
                    f"{face.score:.2f}",
                    ", ".join(face.quality.reasons) or "good",
                )
                for path, seen in results.done
                for number, face in enumerate(seen.faces, start=1)
            ],
            names=["photo"],
            lesser=["score", "left", "top", "height", "width"],
        )
        for path, seen in results.done:
            if not seen.faces:
                print_note(f"{path}: no face found")
            tell_left_out(path, seen.faces_left_out)
    context.exit(results.exit_code)
