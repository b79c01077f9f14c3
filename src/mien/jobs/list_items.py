"""What became of each item of a job."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final
from typing import cast

from sqlalchemy import func
from sqlalchemy import select

from mien.access import permissions
from mien.errors import InvalidInput
from mien.gallery.services import Call
from mien.jobs.results import JobItem
from mien.jobs.rows import find_job
from mien.jobs.states import ITEM_ORDER
from mien.jobs.states import ItemState
from mien.storage.models import JobItemRow

MOST_LISTED: Final = 500


@dataclass(frozen=True, slots=True)
class Items:
    """Some items of a job.

    Attributes:
        items: in their order.
        after: the number after which the next begin; None where these are the last.
    """

    items: tuple[JobItem, ...]
    after: int | None


@dataclass(frozen=True, slots=True)
class ItemGroup:
    """Items of a job of which the same became, for the same reason.

    Attributes:
        state: what became of them.
        key: of the sentence about them; empty where there is nothing to say.
        count: how many there are.
        items: the first of them.
    """

    state: ItemState
    key: str
    count: int
    items: tuple[JobItem, ...]


def group_items(call: Call, *, job_id: str, most: int = 50) -> tuple[ItemGroup, ...]:
    """The items of a job by what became of them, what somebody should look at first.

    Args:
        call: who asks, and with what.
        job_id: of the job.
        most: how many of each group are given.

    Raises:
        JobNotFound: there is none of this id.
    """
    permissions.require(call.actor, "jobs.read")
    with call.services.database.read() as session:
        find_job(session, job_id)
        of_job = JobItemRow.job_id == job_id
        counted = session.execute(
            select(JobItemRow.state, JobItemRow.code, func.count())
            .where(of_job)
            .group_by(JobItemRow.state, JobItemRow.code)
        ).all()
        found = []
        for state, key, count in counted:
            rows = session.scalars(
                select(JobItemRow)
                .where(of_job, JobItemRow.state == state, JobItemRow.code == key)
                .order_by(JobItemRow.number)
                .limit(most)
            )
            found.append(
                ItemGroup(cast("ItemState", state), key, count, tuple(map(_as_item, rows)))
            )
    return tuple(sorted(found, key=lambda each: (ITEM_ORDER.index(each.state), -each.count)))


def list_items(
    call: Call,
    *,
    job_id: str,
    state: ItemState | None = None,
    after: int = 0,
    limit: int = 100,
) -> Items:
    """Items of a job, in the order in which they came.

    Args:
        call: who asks, and with what.
        job_id: of the job.
        state: only those of which this became; None for all.
        after: only those with a higher number.
        limit: how many at most, 1 to 500.

    Raises:
        JobNotFound: there is none of this id.
        InvalidInput: the limit is out of range.
    """
    permissions.require(call.actor, "jobs.read")
    if not 1 <= limit <= MOST_LISTED:
        raise InvalidInput("items_limit", words={"most": MOST_LISTED}, field="limit")
    with call.services.database.read() as session:
        find_job(session, job_id)
        query = (
            select(JobItemRow)
            .where(JobItemRow.job_id == job_id, JobItemRow.number > after)
            .order_by(JobItemRow.number)
            .limit(limit + 1)
        )
        if state is not None:
            query = query.where(JobItemRow.state == state)
        rows = session.scalars(query).all()
    listed = tuple(_as_item(row) for row in rows[:limit])
    return Items(listed, listed[-1].number if len(rows) > limit else None)


def every_item(call: Call, *, job_id: str) -> Iterator[JobItem]:
    """All items of a job, some at a time; for a report.

    Raises:
        JobNotFound: there is none of this id.
    """
    permissions.require(call.actor, "jobs.read")
    after: int | None = 0
    while after is not None:
        page = list_items(call, job_id=job_id, after=after, limit=MOST_LISTED)
        yield from page.items
        after = page.after


def _as_item(row: JobItemRow) -> JobItem:
    return JobItem(
        number=row.number,
        path=row.path,
        person=row.person,
        state=cast("ItemState", row.state),
        key=row.code,
        facts=dict(row.facts),
        person_id=row.person_id,
        face_id=row.face_id,
        held_id=row.details.get("held"),
    )
