"""`mien people import`: many people at once, one folder per person."""

from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING

import click

from mien.cli.enrolling import enrol_photos
from mien.cli.options import gallery_option
from mien.cli.options import photo_gate_option
from mien.cli.options import photo_options
from mien.cli.options import take_option
from mien.cli.runtime import ready_runtime
from mien.cli.terminal.enrolment_warnings import warnings_json
from mien.cli.terminal.import_report import Remark
from mien.cli.terminal.import_report import report_import
from mien.cli.terminal.output import json_option
from mien.cli.terminal.output import print_json
from mien.cli.terminal.output import print_note
from mien.cli.terminal.output import print_table
from mien.cli.terminal.photo_files import PhotoResults
from mien.cli.terminal.photo_files import Refused
from mien.cli.terminal.photo_files import refused_folder
from mien.errors import InvalidInput
from mien.picture_files import folders_in
from mien.picture_files import pictures_below
from mien.picture_files import pictures_in
from mien.words.sentences import counted

if TYPE_CHECKING:
    from mien.gallery.results import Enrolment
    from mien.gallery.results import PersonRef
    from mien.options import Gate
    from mien.options import PhotoOptions
    from mien.options import Take


@click.command("import")
@click.argument(
    "folder", type=click.Path(exists=True, file_okay=False, path_type=Path), metavar="FOLDER"
)
@gallery_option
@take_option
@photo_gate_option
@photo_options
@json_option
@click.pass_context
def import_folder(
    context: click.Context,
    *,
    folder: Path,
    gallery: str,
    take: "Take",
    gate: "Gate | None",
    options: "PhotoOptions",
    as_json: bool,
) -> None:
    """Add people from a folder with one subfolder per person.

    Each subfolder is named after a person, new or existing, and every picture in it becomes an
    example of them. A picture must show one face, or use --take to choose one of several. Rejected
    pictures are reported with the reason and the import continues: the exit code is 3 if some were
    rejected, 1 if all were. Photos that may be a mistake, such as a face unlike the others in its
    folder, are stored and reported at the end.

    Import a folder again to add what is new in it; files that are already stored are skipped.
    """
    photos, passed_over, notes = _pictures_of_people(folder)
    with ready_runtime(makes=True, files=True, models=True) as runtime:
        from mien.gallery.enrolment.enrol_each import EachOptions
        from mien.gallery.enrolment.subject import NamedPerson

        looked = enrol_photos(
            runtime,
            [(path, NamedPerson(path.relative_to(folder).parts[0])) for path in photos],
            gallery=gallery,
            options=EachOptions(options, take=take, gate=gate, skip_known=True),
            way_out="take_option",
            passed_over=passed_over,
        )
    _tell(looked, notes, as_json=as_json)
    context.exit(looked.exit_code)


def _pictures_of_people(folder: Path) -> tuple[list[Path], list[Refused], list[Remark]]:
    people, links = folders_in(folder)
    if not people:
        if links:
            raise links[0]
        raise InvalidInput("no_subfolders", words={"folder": folder}, field="folder")
    notes = [Remark("not in a person's folder", str(each), "") for each in pictures_in(folder)]
    photos: list[Path] = []
    not_entered = links
    for person in people:
        found = pictures_below(person)
        photos += found.pictures
        not_entered += found.passed_over
        if not found.pictures and not found.passed_over:
            notes.append(Remark("no pictures", str(person), ""))
    if not photos:
        if not_entered:
            raise not_entered[0]
        raise InvalidInput("no_pictures_of_people", words={"folder": folder}, field="folder")
    return photos, [refused_folder(each) for each in not_entered], notes


def _tell(looked: "PhotoResults[Enrolment | None]", notes: list[Remark], *, as_json: bool) -> None:
    already = [str(path) for path, done in looked.done if done is None or not done.stored]
    fresh = [(path, done) for path, done in looked.done if done is not None and done.stored]
    added = [done for _, done in fresh]
    report = report_import(
        refused=looked.refused,
        added=fresh,
        notes=[*notes, *(Remark("already stored", path, "") for path in already)],
    )
    faces: Counter[PersonRef] = Counter(done.person for done in added)
    new = {done.person.id for done in added if done.new_person}
    if as_json:
        report.tell()
        print_json(
            {
                "people": [
                    {"id": each.id, "name": each.name, "new": each.id in new, "faces": count}
                    for each, count in faces.items()
                ],
                "already_there": already,
                "refused": looked.refused,
                "warnings": warnings_json(fresh),
            }
        )
        return
    report.tell()
    print_table(
        ["name", "faces added", "", "id"],
        [
            (each.label, count, "new" if each.id in new else "existing", each.id)
            for each, count in faces.items()
        ],
        empty="No faces were added.",
        names=["name"],
        lesser=["id"],
    )
    print_note(
        f"Added {counted(len(added), 'face')} of {counted(len(faces), 'person', 'people')} "
        f"({len(new):,} new). Pictures already stored: {len(already):,}; rejected: "
        f"{len(looked.refused):,}; to check: {len({each.path for each in report.doubtful}):,}."
    )
