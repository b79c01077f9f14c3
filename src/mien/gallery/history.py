"""One history of the rows told from another: after a backup is restored, what was done since is gone."""

from collections.abc import Sequence
from typing import Final

from sqlalchemy import func
from sqlalchemy import select
from sqlalchemy.orm import Session

from mien.storage.models import EventRow

# By the clocks of several nodes the newest event may be an older one; of these many one is not.
_MARKS: Final = 16


def marks_of(session: Session) -> tuple[str, ...]:
    """What tells the history up to this moment from any other: the ids of the newest events.

    Every change of faces and of people is one.
    """
    return tuple(session.scalars(select(EventRow.id).order_by(EventRow.at.desc()).limit(_MARKS)))


def knows(session: Session, marks: Sequence[str]) -> bool:
    """Whether these are marks of the history of the rows as they are now."""
    there = select(func.count()).where(EventRow.id.in_(marks))
    return session.scalar(there) == len(marks)
