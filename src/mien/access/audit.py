"""The audit trail: who did what to which thing, when; written in the transaction that does it."""

from typing import TypeAlias

from sqlalchemy.orm import Session

from mien.access.actor import AccessCall
from mien.access.permissions import EventKind
from mien.storage.models import EventRow
from mien.storage.models import new_id

Fact: TypeAlias = int | float | bool | list[str]
"""Counts, and words of Mien's own such as scopes or the names of settings."""


def record(
    session: Session,
    call: AccessCall,
    kind: EventKind,
    *,
    subject_id: str | None = None,
    gallery_id: str | None = None,
    **facts: Fact,
) -> str:
    """Write down what is being done; it holds if and only if the transaction does.

    Args:
        session: writing; the one that makes the change.
        call: who acts, and in which request.
        kind: what is done.
        subject_id: the id of what it is done to.
        gallery_id: of the gallery it is about.
        facts: counts and words of Mien's own; never a name, a picture or an embedding.

    Returns:
        The event's id.
    """
    event = EventRow(
        id=new_id(),
        kind=kind,
        actor_kind=call.actor.kind,
        actor_id=call.actor.id,
        request_id=call.request_id,
        subject_id=subject_id,
        gallery_id=gallery_id,
        facts=facts,
    )
    session.add(event)
    return event.id
