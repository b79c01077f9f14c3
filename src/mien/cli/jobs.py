"""`mien jobs`: imports and other long work."""

from pathlib import Path
from typing import TYPE_CHECKING

import click

from mien.access.actor import OPERATOR
from mien.cli.nouns import NounGroup
from mien.cli.runtime import ready_runtime
from mien.cli.terminal.output import json_option
from mien.cli.terminal.output import print_json
from mien.cli.terminal.output import print_note
from mien.cli.terminal.output import print_table
from mien.words.jobs import ITEM_STATES
from mien.words.jobs import JOB_KINDS
from mien.words.jobs import JOB_STATES
from mien.words.sentences import counted

if TYPE_CHECKING:
    from mien.jobs.results import Job


@click.group(cls=NounGroup)
def jobs() -> None:
    """Jobs: imports and other long work."""


@jobs.command("list")
@click.option("--gallery", metavar="NAME", help="Only jobs of this gallery.")
@json_option
def list_(*, gallery: str | None, as_json: bool) -> None:
    """List the last jobs, newest first."""
    with ready_runtime() as runtime:
        from mien.jobs.list_jobs import list_jobs

        found = list_jobs(runtime.call(OPERATOR), gallery=gallery)
    if as_json:
        from mien.schemas.jobs import JobOut

        print_json({"jobs": [JobOut.of(each).model_dump(mode="json") for each in found]})
        return
    print_table(
        ["id", "what", "name", "gallery", "state", "done", "created"],
        [
            (
                each.id,
                JOB_KINDS[each.kind],
                each.title,
                each.gallery or "",
                JOB_STATES[each.state],
                _amount(each),
                f"{each.created_at:%Y-%m-%d %H:%M}",
            )
            for each in found
        ],
        empty="No jobs yet. Start one with `mien people import`, or on the page of a gallery.",
        names=["name"],
        lesser=["created"],
    )


@jobs.command()
@click.argument("job_id", metavar="ID")
@json_option
def show(*, job_id: str, as_json: bool) -> None:
    """Show how far a job is and how its files ended."""
    with ready_runtime() as runtime:
        from mien.jobs.list_jobs import show_job

        found = show_job(runtime.call(OPERATOR), job_id=job_id)
    _tell(found, as_json=as_json)


@jobs.command()
@click.argument("job_id", metavar="ID")
@json_option
def pause(*, job_id: str, as_json: bool) -> None:
    """Pause a job after the file it is at."""
    with ready_runtime() as runtime:
        from mien.jobs.control import pause_job

        found = pause_job(runtime.call(OPERATOR), job_id=job_id)
    _tell(found, as_json=as_json)


@jobs.command()
@click.argument("job_id", metavar="ID")
@json_option
def resume(*, job_id: str, as_json: bool) -> None:
    """Continue a job that was paused or has failed; nothing is done twice."""
    with ready_runtime() as runtime:
        from mien.jobs.control import resume_job

        found = resume_job(runtime.call(OPERATOR), job_id=job_id)
    _tell(found, as_json=as_json)


@jobs.command()
@click.argument("job_id", metavar="ID")
@json_option
def cancel(*, job_id: str, as_json: bool) -> None:
    """Cancel a job; what it has done stays."""
    with ready_runtime() as runtime:
        from mien.jobs.control import cancel_job

        found = cancel_job(runtime.call(OPERATOR), job_id=job_id)
    _tell(found, as_json=as_json)


@jobs.command()
@click.argument("job_id", metavar="ID")
@json_option
def undo(*, job_id: str, as_json: bool) -> None:
    """Delete what an import has added: its faces, and people who have no others.

    They can come back for a while: `mien changes list` shows how.
    """
    with ready_runtime(files=True) as runtime:
        from mien.jobs.undo_import import undo_import

        done = undo_import(runtime.call(OPERATOR), job_id=job_id)
    if as_json:
        print_json(done)
    else:
        print_note(
            f"Deleted {counted(done.faces, 'face')}, and {counted(done.people, 'person', 'people')} "
            f"who had no others, from “{done.gallery}”."
        )


@jobs.command()
@click.argument("job_id", metavar="ID")
@click.option(
    "--output",
    "-o",
    type=click.Path(dir_okay=False, writable=True, path_type=Path),
    metavar="FILE",
    help="Write into this file instead of standard output.",
)
def report(*, job_id: str, output: Path | None) -> None:
    """Write what became of every file of a job, as CSV."""
    with ready_runtime() as runtime:
        from mien.jobs.list_items import every_item
        from mien.jobs.list_jobs import show_job
        from mien.schemas.jobs import report_lines

        call = runtime.call(OPERATOR)
        show_job(call, job_id=job_id)
        lines = report_lines(every_item(call, job_id=job_id))
        if output is None:
            for line in lines:
                click.echo(line, nl=False)
            return
        with output.open("w", encoding="utf-8", newline="") as file:
            file.writelines(lines)


def _tell(job: "Job", *, as_json: bool) -> None:
    from mien.schemas.jobs import JobOut
    from mien.schemas.jobs import error_words

    if as_json:
        print_json(JobOut.of(job).model_dump(mode="json"))
        return
    rows = [
        ("what", JOB_KINDS[job.kind]),
        ("name", job.title),
        ("gallery", job.gallery or ""),
        ("state", JOB_STATES[job.state]),
        ("done", _amount(job)),
        *((ITEM_STATES[state].lower(), f"{count:,}") for state, count in job.counts.items()),
    ]
    print_table(["", job.id], rows, empty="")
    if job.error is not None:
        print_note(error_words(job.error))
    if job.state == "waiting" and not job.has_worker:
        print_note("No worker is running. Start one: `mien worker`.")


def _amount(job: "Job") -> str:
    return f"{job.done:,}" if job.total is None else f"{job.done:,} of {job.total:,}"
