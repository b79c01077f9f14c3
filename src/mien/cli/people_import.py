"""`mien people import`: many people at once, one folder a person."""

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
    """Add people from a folder, one subfolder a person.

    A subfolder's name is the person's, new or known; every picture below it becomes an example
    and has to show one face, or --take says which of several. A picture that is refused is told of
    with its reason and stops nothing: the exit code is 3 when some were refused, 1 when all were.
    What may be a mistake, such as a face unlike the others of its folder, is told at the end, and
    stored.

    Importing a folder again adds what has joined it: a file that is the person's example already
    is passed over.
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
    notes = [Remark("in no person's folder", str(each), "") for each in pictures_in(folder)]
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
        notes=[*notes, *(Remark("already there", path, "") for path in already)],
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
            (each.label, count, "new" if each.id in new else "known", each.id)
            for each, count in faces.items()
        ],
        empty="Nobody was added.",
        names=["name"],
        lesser=["id"],
    )
    print_note(
        f"{len(added)} face(s) of {len(faces)} person(s) added, {len(new)} of them new; "
        f"{len(already)} picture(s) already there, {len(looked.refused)} refused, "
        f"{len({each.path for each in report.doubtful})} to look at again."
    )
