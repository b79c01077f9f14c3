"""Which pack the installation has chosen, beside the one that this process runs."""

from typing import Final

from sqlalchemy import select
from sqlalchemy.orm import Session

from mien.errors import PackChanged
from mien.storage.models import InstallationRow
from mien.vision.types import EngineSummary

PACK_KEY: Final = "pack"
"""Under which the choice is kept."""

EMBEDDING_AGAIN: Final = "embedding-again"
"""What one process alone does; see `mien.storage.alone`."""


def chosen_pack(session: Session, *, hold: bool = False) -> str | None:
    """The name of the pack in use; None before the first start.

    Args:
        session: reading or writing.
        hold: let nobody change it before this transaction ends.
    """
    query = select(InstallationRow.value).where(InstallationRow.key == PACK_KEY)
    if hold:
        query = query.with_for_update(read=True)
    return session.scalar(query)


def set_chosen(session: Session, name: str) -> None:
    """Let the installation have a pack from now on.

    Whoever makes a gallery meanwhile waits, and hears of it.

    Args:
        session: writing.
        name: of the pack.
    """
    held = select(InstallationRow).where(InstallationRow.key == PACK_KEY).with_for_update()
    session.scalars(held).all()
    session.merge(InstallationRow(key=PACK_KEY, value=name))


def require_chosen(session: Session, engine: EngineSummary, *, hold: bool = False) -> None:
    """Make sure that the pack which this process runs is still the installation's.

    Args:
        session: reading or writing.
        engine: of this process.
        hold: let nobody change it before this transaction ends.

    Raises:
        PackChanged: another one was chosen since this process has started.
    """
    name = chosen_pack(session, hold=hold)
    if name is not None and name != engine.pack:
        raise PackChanged(words={"pack": name, "engine_pack": engine.pack})
