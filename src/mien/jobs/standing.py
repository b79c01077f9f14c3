"""How jobs stand as a whole: how many there are to do, and whether anything does them."""

import datetime as dt
from dataclasses import dataclass
from typing import Final

from sqlalchemy import func
from sqlalchemy import select

from mien.access import permissions
from mien.gallery.services import Call
from mien.jobs.rows import has_worker
from mien.storage.models import JobRow
from mien.storage.models import now

_FAILED_DAYS: Final = 7


@dataclass(frozen=True, slots=True)
class Standing:
    """How many jobs there are, by how they stand.

    Attributes:
        failed: within the last `failed_days`.
        has_worker: whether any process that does jobs was seen not long ago.
    """

    working: int
    waiting: int
    paused: int
    failed: int
    failed_days: int
    has_worker: bool


def count_jobs(call: Call) -> Standing:
    """How many jobs run, wait, are paused, and failed lately."""
    permissions.require(call.actor, "jobs.read")
    with call.services.database.read() as session:
        open_jobs = dict(
            session.execute(
                select(JobRow.state, func.count())
                .where(JobRow.state.in_(("working", "waiting", "paused")))
                .group_by(JobRow.state)
            ).all()
        )
        since = now() - dt.timedelta(days=_FAILED_DAYS)
        failed = session.scalar(
            select(func.count())
            .select_from(JobRow)
            .where(JobRow.state == "failed", JobRow.finished_at > since)
        )
        return Standing(
            working=open_jobs.get("working", 0),
            waiting=open_jobs.get("waiting", 0),
            paused=open_jobs.get("paused", 0),
            failed=failed or 0,
            failed_days=_FAILED_DAYS,
            has_worker=has_worker(session),
        )
