"""Who is seen when in a video, as JSON and as WebVTT."""

from collections.abc import Iterator
from typing import Final

from pydantic import Field

from mien.gallery.recognition.timeline import EVERY_SECONDS
from mien.gallery.recognition.timeline import LEAST_EVERY
from mien.gallery.recognition.timeline import MOST_EVERY
from mien.gallery.recognition.timeline_rows import TimelineRow
from mien.gallery.recognition.timeline_rows import TimelineRows
from mien.jobs.starting import TITLE_LENGTH
from mien.jobs.timelines import JobTimeline
from mien.options import Decision
from mien.schemas.addresses import GalleryName
from mien.schemas.addresses import Id
from mien.schemas.base import In
from mien.schemas.base import Out
from mien.schemas.jobs import JobOut
from mien.schemas.jobs import JobPath
from mien.words import say
from mien.words.jobs import UNKNOWN_FACE

WEBVTT: Final = "text/vtt"


class VideoIn(In):
    """A video, before it is sent."""

    title: str = Field(
        default="",
        max_length=TITLE_LENGTH,
        description="What it is called in lists, such as the name of the file.",
    )
    every: float = Field(
        default=EVERY_SECONDS,
        ge=LEAST_EVERY,
        le=MOST_EVERY,
        description="How far apart pictures are looked at, in seconds.",
    )


class VideoPartQuery(In):
    """Which part of the video is sent."""

    offset: int = Field(
        default=0, ge=0, description="Where the part begins in the video, in bytes."
    )


class AppearancePath(JobPath):
    """Addresses of somebody who is seen in a video."""

    number: int = Field(ge=1, description="Of the appearance, as the timeline tells it.")


class SeenPersonOut(Out):
    """Who is seen."""

    id: Id
    name: str
    note: str = Field(description="Tells people of one name apart; empty if nobody else has it.")


class AppearanceOut(Out):
    """Somebody who is seen for a while."""

    number: int
    person: SeenPersonOut | None = Field(description="Null for somebody unknown.")
    unknown: int | None = Field(
        description="Which unknown person it is: the same one has the same number."
    )
    label: str = Field(description="The name, or `Unknown 1`.")
    decision: Decision = Field(
        description="Of the face as a whole: at least half of the pictures agree on a match."
    )
    start: float = Field(description="In seconds.")
    end: float = Field(description="In seconds.")
    similarity: float | None = Field(description="The highest to an example of the person.")
    pictures: int = Field(description="In how many pictures the face was seen.")
    agreeing: int = Field(description="How many of them say the same.")

    @classmethod
    def of(cls, row: TimelineRow) -> "AppearanceOut":
        """As the API tells it."""
        person = row.person
        return cls(
            number=row.number,
            person=None
            if person is None
            else SeenPersonOut(id=person.id, name=person.name, note=person.note),
            unknown=row.unknown or None,
            label=label_of(row),
            decision=row.decision,
            start=round(row.start, 3),
            end=round(row.end, 3),
            similarity=None if row.similarity is None else round(row.similarity, 4),
            pictures=row.pictures,
            agreeing=row.agreeing,
        )


class TimelineOut(Out):
    """Who is seen when in a video."""

    gallery: GalleryName
    duration: float = Field(description="Of the video, in seconds.")
    every: float = Field(description="How far apart pictures were looked at, in seconds.")
    pictures: int = Field(description="How many were.")
    left_out: int = Field(
        description="Faces that are not in it: too small or blurred to be told apart, or too many."
    )
    appearances: list[AppearanceOut] = Field(description="In the order in which they begin.")

    @classmethod
    def of(cls, line: TimelineRows) -> "TimelineOut":
        """As the API and the command line tell it."""
        return cls(
            gallery=line.gallery,
            duration=round(line.duration, 3),
            every=line.every,
            pictures=line.pictures,
            left_out=line.left_out,
            appearances=[AppearanceOut.of(each) for each in line.rows],
        )


class JobTimelineOut(Out):
    """How far a video is looked at, and in the end who is seen when."""

    job: JobOut = Field(description="`done` and `total` are seconds of the video.")
    timeline: TimelineOut | None = Field(description="Null before the job is `done`.")

    @classmethod
    def of(cls, shown: JobTimeline) -> "JobTimelineOut":
        """As the API tells it."""
        line = shown.line
        return cls(
            job=JobOut.of(shown.job), timeline=None if line is None else TimelineOut.of(line)
        )


def label_of(row: TimelineRow, *, translate: say.Translate = say.english) -> str:
    """Whom to call somebody who is seen."""
    if row.person is not None:
        return row.person.label
    return translate(UNKNOWN_FACE).format(number=row.unknown)


def webvtt_lines(line: TimelineRows, *, translate: say.Translate = say.english) -> Iterator[str]:
    """A timeline as WebVTT: a cue with the name for everybody who is seen, while they are."""
    yield "WEBVTT\n"
    for row in line.rows:
        yield (
            f"\n{row.number}\n{_moment(row.start)} --> {_moment(max(row.end, row.start + 0.001))}\n"
            f"{_escaped(label_of(row, translate=translate))}\n"
        )


def _moment(seconds: float) -> str:
    thousandths = round(seconds * 1000)
    minutes, rest = divmod(thousandths, 60_000)
    return f"{minutes // 60:02}:{minutes % 60:02}:{rest // 1000:02}.{rest % 1000:03}"


def _escaped(text: str) -> str:
    # What a name holds is no markup, and ends no cue.
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
