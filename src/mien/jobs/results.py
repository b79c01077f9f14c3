"""What is told of jobs."""

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from dataclasses import field
from typing import Any

from mien.jobs.states import ENDED
from mien.jobs.states import ItemState
from mien.jobs.states import JobKind
from mien.jobs.states import JobState
from mien.jobs.states import Wanted


@dataclass(frozen=True, slots=True)
class JobError:
    """What ended a job before it was through.

    Attributes:
        key: of its sentence in the catalogue: a code, and a variant where there is one.
        facts: the values of that sentence.
    """

    key: str
    facts: Mapping[str, Any] = field(default_factory=dict)

    @property
    def code(self) -> str:
        """Stable, for programs."""
        return self.key.partition(".")[0]


@dataclass(frozen=True, slots=True)
class Job:
    """Long work, as it stands.

    Attributes:
        id: of the job.
        kind: what is done.
        gallery: the name of the gallery it is about; None when it is about none.
        title: what whoever has started it calls it, such as the name of an archive; may be empty.
        state: how it stands.
        wanted: what somebody wants of it; a job that is to stop may still be at an item.
        stage: what is being done; empty before the first.
        done: items that are settled.
        total: items there are; None where nobody knows yet.
        counts: how many items ended how.
        error: what ended it; None where nothing did.
        rate: items a second of the time that was worked; None before there is one.
        created_at: when it was asked for.
        started_at: when somebody has first worked on it.
        finished_at: when it ended.
        may_undo: whether what it has added can be taken back.
        has_worker: whether any process that does jobs was seen not long ago.
    """

    id: str
    kind: JobKind
    gallery: str | None
    title: str
    state: JobState
    wanted: Wanted
    stage: str
    done: int
    total: int | None
    counts: Mapping[str, int]
    error: JobError | None
    rate: float | None
    created_at: dt.datetime
    started_at: dt.datetime | None
    finished_at: dt.datetime | None
    has_worker: bool
    may_undo: bool = False

    @property
    def ended(self) -> bool:
        """Whether nothing more comes of it."""
        return self.state in ENDED

    @property
    def seconds_left(self) -> float | None:
        """How long it will take at the rate so far; None where nobody can tell."""
        if self.state != "working" or not self.rate or self.total is None:
            return None
        return max(0, self.total - self.done) / self.rate

    @property
    def may_pause(self) -> bool:
        """Whether it can be told to pause."""
        return self.state in {"waiting", "working"} and self.wanted == "work"

    @property
    def may_resume(self) -> bool:
        """Whether it can be told to go on: one that failed as well, once its reason is gone."""
        return (
            self.state == "paused"
            # A video is deleted when its job fails.
            or (self.state == "failed" and self.kind != "video")
            or (self.state in {"waiting", "working"} and self.wanted == "pause")
        )

    @property
    def may_cancel(self) -> bool:
        """Whether it can be given up."""
        return not self.ended and self.wanted != "cancel"


@dataclass(frozen=True, slots=True)
class JobItem:
    """One thing of a job, such as a file of an import, and what became of it.

    Attributes:
        number: from 1, in the order in which they came.
        path: what its sender calls it.
        person: the name of whom it shows; may be empty.
        state: what became of it.
        key: of the sentence about it in the catalogue; empty where there is nothing to say.
        facts: the values of that sentence.
        person_id: whom it was added to, or may be.
        face_id: what it became.
        held_id: of the photo that waits for a choice; None for all others.
    """

    number: int
    path: str
    person: str
    state: ItemState
    key: str
    facts: Mapping[str, Any]
    person_id: str | None
    face_id: str | None
    held_id: str | None

    @property
    def code(self) -> str:
        """Stable, for programs; empty where there is nothing to say."""
        return self.key.partition(".")[0]
