"""Jobs and what became of their items, as JSON."""

import csv
import datetime as dt
import io
import itertools
from collections.abc import Iterable
from collections.abc import Iterator
from typing import Any

from pydantic import Field

from mien.jobs.inputs import PATH_LENGTH
from mien.jobs.list_items import MOST_LISTED as MOST_ITEMS
from mien.jobs.list_items import Items
from mien.jobs.list_jobs import MOST_LISTED
from mien.jobs.results import Job
from mien.jobs.results import JobError
from mien.jobs.results import JobItem
from mien.jobs.start_import import ImportOptions
from mien.jobs.starting import TITLE_LENGTH
from mien.jobs.states import ItemState
from mien.jobs.states import JobKind
from mien.jobs.states import JobState
from mien.jobs.stored_errors import from_stored
from mien.options import Detail
from mien.options import Gate
from mien.options import Take
from mien.schemas.addresses import GalleryName
from mien.schemas.addresses import Id
from mien.schemas.base import In
from mien.schemas.base import Out
from mien.words import say
from mien.words.jobs import ITEM_STATES
from mien.words.warnings import WARNINGS


class NewImportIn(In):
    """An import of people, before its files are sent."""

    title: str = Field(
        default="",
        max_length=TITLE_LENGTH,
        description="What it is called in lists, such as the name of an archive.",
    )
    take: Take | None = Field(
        default=None,
        description="Which face to use if there are several; null takes the one on which the "
        "person's other pictures agree, and leaves the rest to be chosen by somebody.",
    )
    gate: Gate | None = Field(
        default=None,
        description="How good pictures must be; null uses the gallery's gate.",
    )
    detail: Detail = Field(default="normal", description="How closely to search for faces.")

    def options(self) -> ImportOptions:
        """As the verb takes them."""
        return ImportOptions(take=self.take, gate=self.gate, detail=self.detail)


class JobPath(In):
    """Addresses below a job."""

    job_id: Id


class JobsQuery(In):
    """Which jobs to list."""

    gallery: GalleryName | None = Field(default=None, description="Only those of this gallery.")
    limit: int = Field(default=50, ge=1, le=MOST_LISTED, description="Maximum number of jobs.")


class FilePartQuery(In):
    """Which part of which file is sent."""

    path: str = Field(
        max_length=PATH_LENGTH,
        description="What the file is called, with the folders it is in.",
        examples=["album.zip", "Ada Lovelace/1.jpg"],
    )
    offset: int = Field(default=0, ge=0, description="Where the part begins in the file, in bytes.")


class ReceivedOut(Out):
    """How much of a file has arrived."""

    received: int = Field(description="In bytes; the next part begins there.")


class ItemsQuery(In):
    """Which items to list."""

    state: ItemState | None = Field(default=None, description="Only those with this state.")
    after: int = Field(default=0, ge=0, description="Only those with a higher number.")
    limit: int = Field(default=100, ge=1, le=MOST_ITEMS, description="Maximum number of items.")


class JobErrorOut(Out):
    """Why a job ended before it was through."""

    code: str
    detail: str


class JobOut(Out):
    """Long work, as it stands."""

    id: Id
    kind: JobKind
    gallery: GalleryName | None
    title: str
    state: JobState = Field(
        description="`receiving` takes files, `waiting` waits for a worker; `done`, `failed` and "
        "`cancelled` are final, but a failed job can be resumed."
    )
    stopping: bool = Field(description="Whether it stops after the item it is at.")
    done: int = Field(description="Items that are settled; of a video, seconds.")
    total: int | None = Field(description="Items there are; null as long as nobody knows.")
    counts: dict[str, int] = Field(description="How many items have which state.")
    rate: float | None = Field(description="Items a second so far.")
    seconds_left: float | None = Field(description="At this rate; null when it is not running.")
    error: JobErrorOut | None
    has_worker: bool = Field(description="Whether any process that does jobs is running.")
    created_at: dt.datetime
    started_at: dt.datetime | None
    finished_at: dt.datetime | None

    @classmethod
    def of(cls, job: Job) -> "JobOut":
        """As the API tells it."""
        return cls(
            id=job.id,
            kind=job.kind,
            gallery=job.gallery,
            title=job.title,
            state=job.state,
            stopping=not job.ended and job.wanted != "work" and job.state == "working",
            done=job.done,
            total=job.total,
            counts=dict(job.counts),
            rate=None if job.rate is None else round(job.rate, 2),
            seconds_left=None if job.seconds_left is None else round(job.seconds_left, 1),
            error=None if job.error is None else _error_out(job.error),
            has_worker=job.has_worker,
            created_at=job.created_at,
            started_at=job.started_at,
            finished_at=job.finished_at,
        )


class UndoneImportOut(Out):
    """What was taken back of an import."""

    gallery: GalleryName
    people: int = Field(description="People it had made, who had no other faces.")
    faces: int = Field(description="Faces, theirs among them.")


class JobsOut(Out):
    """Jobs, newest first."""

    jobs: list[JobOut]


class JobItemOut(Out):
    """A file of an import, and what became of it."""

    number: int
    path: str
    person: str = Field(description="Name of whom it is said to show; may be empty.")
    state: ItemState = Field(
        description="`added`; `check`: added, may be a mistake; `choose`: waits until somebody says "
        "which face is meant; `known`: stored before; `refused`; `pending`: not looked at yet."
    )
    code: str = Field(description="Why, for programs; empty if there is nothing to say.")
    detail: str = Field(description="The same for people.")
    person_id: Id | None
    face_id: Id | None

    @classmethod
    def of(cls, item: JobItem) -> "JobItemOut":
        """As the API tells it."""
        return cls(
            number=item.number,
            path=item.path,
            person=item.person,
            state=item.state,
            code=item.code,
            detail=item_words(item),
            person_id=item.person_id,
            face_id=item.face_id,
        )


class JobItemsOut(Out):
    """Items of a job, in their order."""

    items: list[JobItemOut]
    next_after: int | None = Field(
        description="`after` of the next page; null if this is the last."
    )

    @classmethod
    def of(cls, found: Items) -> "JobItemsOut":
        """As the API tells it."""
        return cls(items=[JobItemOut.of(each) for each in found.items], next_after=found.after)


REPORT_COLUMNS = ("file", "person", "result", "code", "detail", "person_id", "face_id")
"""Headings of a report as CSV."""


def report_lines(
    items: Iterable[JobItem], *, translate: say.Translate = say.english
) -> Iterator[str]:
    """A report as CSV, line by line."""
    for row in itertools.chain(
        [list(REPORT_COLUMNS)], (_report_row(each, translate) for each in items)
    ):
        line = io.StringIO()
        csv.writer(line).writerow(row)
        yield line.getvalue()


def _report_row(item: JobItem, translate: say.Translate) -> list[str]:
    cells = [
        item.path,
        item.person,
        translate(ITEM_STATES[item.state]),
        item.code,
        item_words(item, translate=translate),
        item.person_id or "",
        item.face_id or "",
    ]
    # A spreadsheet takes what begins so for a formula.
    return [f"'{cell}" if cell[:1] in {"=", "+", "-", "@", "\t", "\r"} else cell for cell in cells]


def item_words(item: JobItem, *, translate: say.Translate = say.english) -> str:
    """Why an item ended as it did, in a sentence or two; empty if there is nothing to say."""
    if not item.key:
        return ""
    if item.key in WARNINGS or item.state in {"check", "known"}:
        told = say.warning(_Warned(item.key, item.facts), translate=translate)
        return f"{told.what} {told.advice}"
    return say.error(from_stored(item.key, item.facts), translate=translate)


def error_words(error: JobError, *, translate: say.Translate = say.english) -> str:
    """Why a job ended, in a sentence or two."""
    return say.error(from_stored(error.key, error.facts), translate=translate)


def _error_out(error: JobError) -> JobErrorOut:
    return JobErrorOut(code=error.code, detail=error_words(error))


class _Warned:
    """What a warning's sentence is made from, as it was stored."""

    def __init__(self, key: str, facts: Any) -> None:
        self.key: str = key
        self.figure: float | None = facts.get("figure")
        self.limit: float | None = facts.get("limit")
