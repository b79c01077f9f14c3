"""Places that may still hold stored files though these belong elsewhere: a move has not ended there.

Noted in the database before anything is copied to or left in such a place; whoever is erased
meanwhile may have a file there, of which the proof of the erasure then tells.
"""

import json
from typing import Final

from sqlalchemy.orm import Session

from mien.storage.models import InstallationRow

_KEY: Final = "former_places"


def former_places(session: Session) -> tuple[str, ...]:
    """All of them, as `FileStore.place` tells them."""
    row = session.get(InstallationRow, _KEY)
    return () if row is None else tuple(json.loads(row.value))


def note_former_place(session: Session, place: str) -> None:
    """Write down that a place may hold files."""
    _write(session, {*former_places(session), place})


def forget_former_place(session: Session, place: str) -> None:
    """Write down that it holds none."""
    _write(session, {*former_places(session)} - {place})


def _write(session: Session, places: set[str]) -> None:
    row = session.get(InstallationRow, _KEY)
    if row is None:
        if places:
            session.add(InstallationRow(key=_KEY, value=json.dumps(sorted(places))))
            session.flush()
    elif places:
        row.value = json.dumps(sorted(places))
    else:
        session.delete(row)
        session.flush()
