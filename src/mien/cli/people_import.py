"""`mien people import`: many people at once, from a folder, an archive or a list."""

from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING
from typing import Final

import click

from mien.access.actor import OPERATOR
from mien.cli.options import gallery_option
from mien.cli.options import photo_gate_option
from mien.cli.options import photo_options
from mien.cli.runtime import ready_runtime
from mien.cli.terminal.enrolment_warnings import warnings_json
from mien.cli.terminal.import_report import Remark
from mien.cli.terminal.import_report import report_import
from mien.cli.terminal.output import ExitCode
from mien.cli.terminal.output import json_option
from mien.cli.terminal.output import print_json
from mien.cli.terminal.output import print_note
from mien.cli.terminal.output import print_table
from mien.cli.terminal.photo_files import PhotoResults
from mien.cli.terminal.photo_files import Refused
from mien.cli.terminal.photo_files import refused_folder
from mien.cli.terminal.progress import shown_progress
from mien.errors import InvalidInput
from mien.errors import SeveralFacesFound
from mien.options import TAKES
from mien.picture_files import folders_in
from mien.picture_files import pictures_below
from mien.picture_files import pictures_in
from mien.progress import Progress
from mien.words import say
from mien.words.sentences import counted

if TYPE_CHECKING:
    from mien.gallery.results import Enrolment
    from mien.gallery.results import PersonRef
    from mien.gallery.services import Call
    from mien.jobs.work import Settled
    from mien.options import Gate
    from mien.options import PhotoOptions
    from mien.options import Take

# No problem; of a folder they are told beforehand, or not at all.
_NOTED: Final = {"file_skipped.no_folder", "file_skipped.not_a_picture"}


@click.command("import")
@click.argument("source", type=click.Path(exists=True, path_type=Path), metavar="SOURCE")
@gallery_option
@click.option(
    "--take",
    type=click.Choice(TAKES),
    help="Which face to use if a picture shows several. Default: the one on which the person's "
    'other pictures agree; "only" rejects such pictures.',
)
@photo_gate_option
@click.option(
    "--report",
    "report_file",
    type=click.Path(dir_okay=False, writable=True, path_type=Path),
    metavar="FILE",
    help="Write what became of every picture into this file, as CSV.",
)
@photo_options
@json_option
@click.pass_context
def import_people(
    context: click.Context,
    *,
    source: Path,
    gallery: str,
    take: "Take | None",
    gate: "Gate | None",
    report_file: Path | None,
    options: "PhotoOptions",
    as_json: bool,
) -> None:
    """Add people from a folder, an archive or a list.

    SOURCE is a folder with one subfolder for each person, a ZIP or TAR of one, or a list: CSV with
    the columns `file` and `name` (others become metadata), or a JSON array of objects with `file`,
    `name`, `notes` and `metadata`. Subfolders are named after people, new or existing, and every
    picture in them becomes an example.

    Of a picture with several faces the one is taken on which the person's other pictures agree;
    where they do not, the picture waits under To review. Rejected pictures are reported with the
    reason and the import continues: the exit code is 3 if some were rejected, 1 if all were.

    Import again to add what is new, or to continue after an interruption; what is already stored is
    skipped.
    """
    passed_over, notes = _look_into(source)
    with ready_runtime(makes=True, files=True, models=True) as runtime, shown_progress() as show:
        from mien.jobs.run_job import run_job
        from mien.jobs.start_import import ImportOptions
        from mien.jobs.start_import import begin_folder_import

        call = runtime.call(OPERATOR)
        job = begin_folder_import(
            call,
            gallery=gallery,
            folder=str(source.resolve()),
            options=ImportOptions(take=take, gate=gate, detail=options.detail),
        )
        looked: PhotoResults[Enrolment | None] = PhotoResults([], list(passed_over))

        def note(settled: "Settled") -> None:
            _note(settled, looked, notes, source)
            show(Progress("Photos", settled.done, settled.total, "photos"))

        run_job(runtime.services, job.id, worker=f"command-{job.id}", tell=note)
        done = _is_done(call, job.id)
        # Those that were weighed against others come last.
        looked.refused.sort(key=lambda each: each.photo)
        if report_file is not None:
            _write_report(call, job.id, report_file)
    _tell(looked, notes, as_json=as_json)
    if not done:
        print_note("The import was paused or cancelled before the end.")
    context.exit(looked.exit_code if done else ExitCode.FAILED)


def _look_into(source: Path) -> tuple[list[Refused], list[Remark]]:
    """What of a folder is not entered, and what is said of it."""
    if not source.is_dir():
        return [], []
    people, links = folders_in(source)
    if not people:
        if links:
            raise links[0]
        if any(source.glob("people.*")):
            return [], []
        raise InvalidInput("no_subfolders", words={"folder": source}, field="folder")
    notes: list[Remark] = []
    any_pictures = False
    not_entered = links
    for person in people:
        found = pictures_below(person)
        any_pictures = any_pictures or bool(found.pictures)
        not_entered += found.passed_over
        if not found.pictures and not found.passed_over:
            notes.append(Remark("no pictures", str(person), ""))
    if not any_pictures:
        if not_entered:
            raise not_entered[0]
        raise InvalidInput("no_pictures_of_people", words={"folder": source}, field="folder")
    notes = [
        *(Remark("not in a person's folder", str(each), "") for each in pictures_in(source)),
        *notes,
    ]
    return [refused_folder(each) for each in not_entered], notes


def _note(
    settled: "Settled",
    looked: "PhotoResults[Enrolment | None]",
    notes: list[Remark],
    source: Path,
) -> None:
    path = source / settled.path if source.is_dir() else Path(settled.path)
    refusal = settled.refusal
    if refusal is None:
        looked.done.append((path, settled.enrolment))
    elif refusal.key in _NOTED:
        if not source.is_dir():
            notes.append(Remark(refusal.key, str(path), say.error(refusal)))
    else:
        if isinstance(refusal, SeveralFacesFound):
            from mien.decision.choose_face import with_way_out

            refusal = with_way_out(refusal, "take_option")
        looked.refuse(path, refusal, alone=False)


def _is_done(call: "Call", job_id: str) -> bool:
    """Whether the work came to its end; somebody may have cancelled it on a page.

    Raises:
        MienError: what has ended it.
    """
    from mien.jobs.list_jobs import show_job
    from mien.jobs.stored_errors import from_stored

    job = show_job(call, job_id=job_id)
    if job.error is not None:
        raise from_stored(job.error.key, job.error.facts)
    return job.state == "done"


def _write_report(call: "Call", job_id: str, path: Path) -> None:
    from mien.jobs.list_items import every_item
    from mien.schemas.jobs import report_lines

    with path.open("w", encoding="utf-8", newline="") as file:
        file.writelines(report_lines(every_item(call, job_id=job_id)))


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
