"""What is asked of a job before it is made, and before it is let be done."""

from typing import Final

from sqlalchemy import func
from sqlalchemy import select
from sqlalchemy.orm import Session

from mien.errors import InvalidInput
from mien.errors import JobNotPossible
from mien.storage.models import JobInputRow
from mien.storage.models import JobRow

TITLE_LENGTH: Final = 200


def check_title(title: str) -> None:
    """Make sure that a job can be called so; it may be called nothing.

    Raises:
        InvalidInput: it is too long, or cannot be shown.
    """
    if len(title) > TITLE_LENGTH or not (title == "" or title.isprintable()):
        raise InvalidInput("job_title", words={"most": TITLE_LENGTH}, field="title")


def require_sent(session: Session, row: JobRow, *, nothing: InvalidInput) -> int:
    """Make sure that a job takes files and that some were sent.

    Args:
        session: writing.
        row: of the job.
        nothing: what is raised where none was.

    Returns:
        How many files were sent.

    Raises:
        JobNotPossible: it was started already.
        InvalidInput: nothing was sent for it.
    """
    if row.state != "receiving":
        raise JobNotPossible("start", state=row.state)
    sent = session.scalar(
        select(func.count()).select_from(JobInputRow).where(JobInputRow.job_id == row.id)
    )
    if not sent:
        raise nothing
    return sent
