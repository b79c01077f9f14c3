"""A timeline as it is told: without pictures and embeddings."""

from dataclasses import dataclass

from mien.gallery.recognition.timeline import Timeline
from mien.gallery.results import PersonRef
from mien.options import Decision


@dataclass(frozen=True, slots=True)
class TimelineRow:
    """Somebody who is seen for a while; see `Appearance`.

    Attributes:
        number: from 1, in the order in which they begin.
        person: who; None for a stranger.
        unknown: which stranger, from 1; 0 with a person.
        start: in seconds.
        end: in seconds.
        decision: about the face as a whole; `match` with a person.
        similarity: the highest to an example of the person; None without one.
        pictures: in how many pictures the face was seen.
        agreeing: how many of them say the same.
    """

    number: int
    person: PersonRef | None
    unknown: int
    start: float
    end: float
    decision: Decision
    similarity: float | None
    pictures: int
    agreeing: int


@dataclass(frozen=True, slots=True)
class TimelineRows:
    """Who is seen when in a video; see `Timeline`."""

    gallery: str
    duration: float
    every: float
    pictures: int
    left_out: int
    rows: tuple[TimelineRow, ...]


def rows_of(line: Timeline) -> TimelineRows:
    """What is told of a timeline."""
    return TimelineRows(
        gallery=line.gallery,
        duration=line.duration,
        every=line.every,
        pictures=line.pictures,
        left_out=line.left_out,
        rows=tuple(
            TimelineRow(
                number=number,
                person=each.person,
                unknown=each.unknown,
                start=each.start,
                end=each.end,
                decision=each.decision,
                similarity=each.similarity,
                pictures=each.pictures,
                agreeing=each.agreeing,
            )
            for number, each in enumerate(line.appearances, start=1)
        ),
    )
