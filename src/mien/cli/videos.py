"""`mien videos`: who is seen when in a video."""

from pathlib import Path
from typing import TYPE_CHECKING

import click

from mien.access.actor import OPERATOR
from mien.cli.nouns import NounGroup
from mien.cli.options import gallery_option
from mien.cli.runtime import ready_runtime
from mien.cli.terminal.output import json_option
from mien.cli.terminal.output import print_json
from mien.cli.terminal.output import print_note
from mien.cli.terminal.output import print_table
from mien.cli.terminal.progress import shown_progress
from mien.errors import VideoRefused
from mien.progress import Progress
from mien.words.sentences import clock
from mien.words.sentences import counted

if TYPE_CHECKING:
    from mien.gallery.recognition.timeline_rows import TimelineRows


@click.group(cls=NounGroup)
def videos() -> None:
    """Videos: who is seen when."""


@videos.command()
@click.argument(
    "file", type=click.Path(exists=True, dir_okay=False, path_type=Path), metavar="FILE"
)
@gallery_option
@click.option(
    "--every",
    type=float,
    default=0.5,
    show_default=True,
    metavar="SECONDS",
    help="How far apart pictures are looked at, 0.1 to 2.",
)
@click.option(
    "--vtt",
    "vtt_file",
    type=click.Path(dir_okay=False, writable=True, path_type=Path),
    metavar="FILE",
    help="Write the timeline into this file, as WebVTT.",
)
@json_option
def identify(
    *, file: Path, gallery: str, every: float, vtt_file: Path | None, as_json: bool
) -> None:
    """Say who is seen when in a video.

    Faces are followed through the video. Somebody is named if at least half of the pictures that
    show them name them; others are numbered, the same person with the same number. Nothing of the
    video is stored.
    """
    with ready_runtime(models=True) as runtime, shown_progress() as show:
        from mien.gallery.recognition.timeline import watch_video
        from mien.gallery.recognition.timeline_rows import rows_of

        def tell(at: float, duration: float | None) -> None:
            total = None if duration is None else round(duration)
            show(Progress(file.name, round(at), total, "seconds"))

        try:
            opened = file.open("rb")
        except OSError as error:
            raise VideoRefused("not_readable", words={"why": error.strerror or "?"}) from error
        with opened:
            line = rows_of(
                watch_video(
                    runtime.call(OPERATOR), gallery=gallery, file=opened, every=every, tell=tell
                )
            )
    if vtt_file is not None:
        from mien.schemas.timelines import webvtt_lines

        with vtt_file.open("w", encoding="utf-8", newline="\n") as written:
            written.writelines(webvtt_lines(line))
    if as_json:
        from mien.schemas.timelines import TimelineOut

        print_json(TimelineOut.of(line).model_dump(mode="json"))
        return
    _print(line)


def _print(line: "TimelineRows") -> None:
    from mien.schemas.timelines import label_of

    print_table(
        ["from", "to", "person", "similarity", "pictures", "id"],
        [
            (
                clock(row.start),
                clock(row.end),
                label_of(row),
                "" if row.similarity is None else f"{row.similarity:.2f}",
                f"{row.agreeing} of {row.pictures}",
                row.person.id if row.person else "",
            )
            for row in line.rows
        ],
        empty="No faces were seen.",
        names=["person"],
        lesser=["id"],
    )
    if line.left_out:
        print_note(
            f"Left out: {counted(line.left_out, 'face')}, too small or blurred to be told apart, "
            "or too many."
        )
