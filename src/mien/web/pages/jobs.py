"""Pages of jobs: all of them, one with its report, and the form that begins an import."""

from dataclasses import dataclass
from typing import Any
from typing import ClassVar

from flask import url_for

from mien.access.permissions import may
from mien.gallery.galleries import show_gallery
from mien.gallery.services import Call
from mien.http.context import runtime
from mien.jobs.list_items import ItemGroup
from mien.jobs.list_items import group_items
from mien.jobs.list_jobs import list_jobs
from mien.jobs.list_jobs import show_job
from mien.jobs.results import Job
from mien.jobs.results import JobItem
from mien.jobs.states import JobState
from mien.schemas.jobs import error_words
from mien.schemas.jobs import item_words
from mien.web.forms.state import FormState
from mien.web.language import translated
from mien.web.pages.base import Page
from mien.web.pages.timelines import TimelineEntry
from mien.web.pages.timelines import timeline_entry
from mien.words.jobs import ITEM_STATES
from mien.words.jobs import JOB_KINDS
from mien.words.jobs import JOB_STATES

_LISTED = 50


@dataclass(frozen=True, slots=True)
class JobEntry:
    """A job in a list.

    Attributes:
        url: of its page.
        what: what it does.
        title: what it is called; may be empty.
        gallery: the name of the gallery it is about; may be empty.
        state: how it stands, for colours.
        state_words: the same in words.
        done: items that are settled.
        total: items there are; None where nobody knows.
        created_at: ISO 8601.
        is_video: whether it looks at a video: then what is done are seconds of it.
    """

    url: str
    what: str
    title: str
    gallery: str
    state: JobState
    state_words: str
    done: int
    total: int | None
    created_at: str
    is_video: bool = False


@dataclass(frozen=True, slots=True)
class JobsPage(Page):
    """The last jobs, the newest first."""

    template: ClassVar[str] = "jobs/list.html"

    jobs: tuple[JobEntry, ...]
    import_url: str
    video_url: str = ""


@dataclass(frozen=True, slots=True)
class ItemEntry:
    """A file of an import.

    Attributes:
        path: what its sender calls it.
        reason: why, where that is not the same as of the first; else empty.
        person: of whom; may be empty.
        url: where one sees or decides about it; may be empty.
    """

    path: str
    person: str
    url: str
    reason: str = ""


@dataclass(frozen=True, slots=True)
class GroupEntry:
    """Files of which the same became.

    Attributes:
        id: of the element, which stays the same while the job goes on.
        state: what became of them, for colours.
        title: the same in words.
        reason: why; may be empty.
        count: how many there are.
        items: the first of them.
        more: how many there are besides.
        open: whether they are shown without being asked for.
    """

    id: str
    state: str
    title: str
    reason: str
    count: int
    items: tuple[ItemEntry, ...]
    more: int
    open: bool


@dataclass(frozen=True, slots=True)
class JobPage(Page):
    """A job: how far it is, what can be done about it, and what became of its files.

    Attributes:
        job: as in lists.
        moving: whether it changes by itself, so that script looks again and again.
        stopping: whether it stops after the file it is at.
        share: how much is done, from 0 to 1; None where nobody knows.
        rate: files a second; None before there is one.
        seconds_left: None where nobody can tell.
        problem: why it ended; empty where it did not.
        no_worker: whether it waits for a worker and there is none.
        groups: its files, what somebody should look at first.
        pause_url: takes a POST; empty where it cannot be, and so are the next two.
        undo_url: takes a POST that deletes what it has added; empty where it cannot be.
        report_url: of the report as CSV; empty while there is nothing to report.
        people_url: where the people are; empty where it is about no gallery.
        review_url: where one looks at what may be a mistake; empty when nothing is.
        self_url: of the page.
        timeline: who is seen when in its video; None where there is none, or not yet.
    """

    template: ClassVar[str] = "jobs/job.html"
    partial: ClassVar[str] = "jobs/_progress.html"

    job: JobEntry
    moving: bool
    stopping: bool
    share: float | None
    rate: float | None
    seconds_left: float | None
    problem: str
    no_worker: bool
    groups: tuple[GroupEntry, ...]
    pause_url: str
    resume_url: str
    cancel_url: str
    undo_url: str
    report_url: str
    people_url: str
    review_url: str
    back_url: str
    self_url: str
    timeline: TimelineEntry | None = None


@dataclass(frozen=True, slots=True)
class ImportPage(Page):
    """The form that begins an import.

    Attributes:
        gallery: its name.
        max_bytes: of one picture.
        form: what was chosen.
        action_url: takes the form.
    """

    template: ClassVar[str] = "jobs/import.html"

    gallery: str
    max_bytes: int
    form: FormState
    action_url: str
    back_url: str


def jobs_page(call: Call, *, gallery: str) -> JobsPage:
    """The last jobs.

    Args:
        call: who asks, and with what.
        gallery: the name of the gallery into which the page offers to import.
    """
    import_url = ""
    if may(call.actor, "people.import", gallery):
        import_url = url_for("imports.ask", gallery=gallery)
    video_url = ""
    if may(call.actor, "videos.identify", gallery):
        video_url = url_for("videos.ask", gallery=gallery)
    found = list_jobs(call, limit=_LISTED)
    return JobsPage(jobs=tuple(map(_entry, found)), import_url=import_url, video_url=video_url)


def job_page(call: Call, *, job_id: str) -> JobPage:
    """A job as it stands.

    Raises:
        JobNotFound: there is none of this id.
    """
    job = show_job(call, job_id=job_id)
    groups = group_items(call, job_id=job_id)
    controls = may(call.actor, "jobs.control", job.gallery)
    gallery = job.gallery
    is_video = job.kind == "video"
    to_review = gallery and {"check", "choose"} & set(job.counts)
    return JobPage(
        job=_entry(job),
        moving=job.state in {"waiting", "working"},
        stopping=job.state == "working" and job.wanted != "work",
        share=job.done / job.total if job.total else None,
        rate=job.rate if job.state == "working" and not is_video else None,
        seconds_left=job.seconds_left,
        problem="" if job.error is None else error_words(job.error, translate=translated),
        no_worker=job.state == "waiting" and not job.has_worker,
        groups=tuple(_group(job, each) for each in groups if each.state != "pending"),
        pause_url=_to("jobs.pause", job, allowed=controls and job.may_pause),
        resume_url=_to("jobs.resume", job, allowed=controls and job.may_resume),
        cancel_url=_to("jobs.cancel", job, allowed=controls and job.may_cancel),
        undo_url=_to(
            "jobs.undo",
            job,
            allowed=job.may_undo and may(call.actor, "people.delete", job.gallery),
        ),
        report_url=_to("jobs.report", job, allowed=job.total is not None and not is_video),
        people_url=url_for("people.sheet", gallery=gallery) if gallery else "",
        review_url=url_for("review.show_all", gallery=gallery) if to_review else "",
        back_url=url_for("jobs.show_all"),
        self_url=url_for("jobs.show_one", job_id=job.id),
        timeline=timeline_entry(call, job_id=job.id) if is_video else None,
    )


def import_page(call: Call, *, gallery: str, form: FormState) -> ImportPage:
    """The form that begins an import.

    Raises:
        GalleryNotFound: no gallery has this name.
    """
    shown = show_gallery(call, name=gallery)
    return ImportPage(
        gallery=shown.title,
        max_bytes=runtime().settings.max_upload_bytes,
        form=form,
        action_url=url_for("imports.begin", gallery=shown.name),
        back_url=url_for("people.sheet", gallery=shown.name),
    )


def _entry(job: Job) -> JobEntry:
    return JobEntry(
        url=url_for("jobs.show_one", job_id=job.id),
        what=translated(JOB_KINDS[job.kind]),
        title=job.title,
        gallery=job.gallery or "",
        state=job.state,
        state_words=translated(JOB_STATES[job.state]),
        done=job.done,
        total=job.total,
        created_at=job.created_at.isoformat(),
        is_video=job.kind == "video",
    )


def _to(endpoint: str, job: Job, *, allowed: bool) -> str:
    return url_for(endpoint, job_id=job.id) if allowed else ""


def _group(job: Job, group: ItemGroup) -> GroupEntry:
    reason = item_words(group.items[0], translate=translated)
    return GroupEntry(
        id=f"{group.state}-{group.key}",
        state=group.state,
        title=translated(ITEM_STATES[group.state]),
        reason=reason,
        count=group.count,
        items=tuple(_item(job, each, group_reason=reason) for each in group.items),
        more=group.count - len(group.items),
        open=group.state in {"refused", "choose"},
    )


def _item(job: Job, item: JobItem, *, group_reason: str) -> ItemEntry:
    url = ""
    if job.gallery and item.person_id:
        place: dict[str, Any] = {"gallery": job.gallery, "person_id": item.person_id}
        if item.held_id:
            url = url_for("person.ask_which_face", probe_id=item.held_id, **place)
        else:
            url = url_for("person.show_one", **place)
    reason = item_words(item, translate=translated)
    return ItemEntry(
        path=item.path,
        person=item.person,
        url=url,
        reason="" if reason == group_reason else reason,
    )
