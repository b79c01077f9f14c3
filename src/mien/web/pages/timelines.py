"""Who is seen when in a video, as a page shows it, and the form that takes a video."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar

from flask import url_for

from mien.gallery.galleries import show_gallery
from mien.gallery.recognition.timeline_rows import TimelineRow
from mien.gallery.recognition.timeline_rows import TimelineRows
from mien.gallery.services import Call
from mien.jobs.timelines import show_timeline
from mien.options import Decision
from mien.schemas.timelines import label_of
from mien.web.forms.state import FormState
from mien.web.language import translated
from mien.web.pages.base import Page
from mien.words.sentences import clock


@dataclass(frozen=True, slots=True)
class BarEntry:
    """When somebody is seen, on the time axis.

    Attributes:
        x: where it begins, in percent of the video.
        width: in percent; never too narrow to be seen.
    """

    x: str
    width: str


@dataclass(frozen=True, slots=True)
class SubjectEntry:
    """Somebody who is seen in a video.

    Attributes:
        name: or what a stranger is called.
        decision: for colours.
        url: of the person; empty for strangers.
        portrait_url: the best view of the longest appearance.
        total: how long they are seen, as a clock shows it.
        bars: when.
    """

    name: str
    decision: Decision
    url: str
    portrait_url: str
    total: str
    bars: tuple[BarEntry, ...]


@dataclass(frozen=True, slots=True)
class AppearanceEntry:
    """One appearance, in words.

    Attributes:
        name: of whom.
        url: of the person; empty for strangers.
        start: as a clock shows it.
        end: likewise.
        similarity: None for strangers.
        pictures: in how many pictures.
    """

    name: str
    url: str
    start: str
    end: str
    similarity: float | None
    pictures: int


@dataclass(frozen=True, slots=True)
class TimelineEntry:
    """Who is seen when.

    Attributes:
        subjects: people first, in the order in which they are first seen; then strangers.
        appearances: in the order in which they begin.
        marks: of the time axis: its beginning, middle and end.
        left_out: faces that are not in it.
        vtt_url: the same as WebVTT.
        json_url: the same as JSON.
    """

    subjects: tuple[SubjectEntry, ...]
    appearances: tuple[AppearanceEntry, ...]
    marks: tuple[str, str, str]
    left_out: int
    vtt_url: str
    json_url: str


@dataclass(frozen=True, slots=True)
class VideoPage(Page):
    """The form that takes a video.

    Attributes:
        gallery: its name.
        form: what was chosen.
        action_url: takes the form.
    """

    template: ClassVar[str] = "jobs/video.html"

    gallery: str
    form: FormState
    action_url: str
    back_url: str


def video_page(call: Call, *, gallery: str, form: FormState) -> VideoPage:
    """The form that takes a video.

    Raises:
        GalleryNotFound: no gallery has this name.
    """
    shown = show_gallery(call, name=gallery)
    return VideoPage(
        gallery=shown.title,
        form=form,
        action_url=url_for("videos.begin", gallery=shown.name),
        back_url=url_for("jobs.show_all"),
    )


def timeline_entry(call: Call, *, job_id: str) -> TimelineEntry | None:
    """Who is seen when in the video of a job; None before it is done.

    Raises:
        JobNotFound: there is no job of this id that looks at a video.
    """
    line = show_timeline(call, job_id=job_id).line
    if line is None:
        return None
    groups: dict[tuple[bool, str | int], list[TimelineRow]] = {}
    for row in line.rows:
        key = (row.person is None, row.unknown if row.person is None else row.person.id)
        groups.setdefault(key, []).append(row)
    people = sorted(groups.items(), key=lambda item: item[0][0])
    return TimelineEntry(
        subjects=tuple(_subject(rows, line, job_id) for _, rows in people),
        appearances=tuple(
            AppearanceEntry(
                name=label_of(row, translate=translated),
                url=_person_url(row, line),
                start=clock(row.start),
                end=clock(row.end),
                similarity=row.similarity,
                pictures=row.pictures,
            )
            for row in line.rows
        ),
        marks=(clock(0), clock(line.duration / 2), clock(line.duration)),
        left_out=line.left_out,
        vtt_url=url_for("videos.webvtt", job_id=job_id),
        json_url=url_for("videos.as_json", job_id=job_id),
    )


def _subject(rows: Sequence[TimelineRow], line: TimelineRows, job_id: str) -> SubjectEntry:
    longest = max(rows, key=lambda row: row.pictures)
    return SubjectEntry(
        name=label_of(longest, translate=translated),
        decision=longest.decision,
        url=_person_url(longest, line),
        portrait_url=url_for("videos.portrait", job_id=job_id, number=longest.number),
        total=clock(sum(row.end - row.start for row in rows)),
        bars=tuple(_bar(row, line.duration) for row in rows),
    )


def _bar(row: TimelineRow, duration: float) -> BarEntry:
    whole = max(duration, 0.001)
    width = max(100 * (row.end - row.start) / whole, 0.4)
    x = min(100 * row.start / whole, 100 - width)
    return BarEntry(f"{x:.2f}%", f"{width:.2f}%")


def _person_url(row: TimelineRow, line: TimelineRows) -> str:
    if row.person is None or not line.gallery:
        return ""
    return url_for("person.show_one", gallery=line.gallery, person_id=row.person.id)
