"""What somebody typed into a form, kept for a short while so that its page can show it again."""

import datetime as dt
import json
import secrets
from collections.abc import Mapping
from typing import Any
from typing import Final

from sqlalchemy import delete
from sqlalchemy import select

from mien.access import permissions
from mien.access.actor import AccessCall
from mien.names import can_be_stored
from mien.storage.models import KeptInputRow
from mien.storage.models import UserRow
from mien.storage.models import now

KEPT_SECONDS: Final = 15 * 60
MOST_BYTES: Final = 128 * 1024
"""Of one form; as much as may be typed into any of them, and no more."""
_MOST_EACH: Final = 8


def keep_input(
    call: AccessCall, *, user_id: str, place: str, content: Mapping[str, Any]
) -> str | None:
    """Keep something for a user, who alone is given it; the newest few are kept.

    Asked for by nobody too: a form whose sign-in has ended says whose it was, and its token has been
    checked.

    Args:
        call: who asks, and with what.
        user_id: for whom.
        place: the address of the page that will show it.
        content: JSON values.

    Returns:
        The id that gives it back; None when it is too large, or the account is gone.
    """
    permissions.require(call.actor, "input.keep")
    if len(json.dumps(content)) > MOST_BYTES:
        return None
    with call.services.database.write() as session:
        if not can_be_stored(user_id) or session.get(UserRow, user_id) is None:
            return None
        session.execute(delete(KeptInputRow).where(KeptInputRow.expires_at <= now()))
        of_user = select(KeptInputRow.id).where(KeptInputRow.user_id == user_id)
        newest = of_user.order_by(KeptInputRow.expires_at.desc()).limit(_MOST_EACH - 1)
        session.execute(
            delete(KeptInputRow).where(
                KeptInputRow.user_id == user_id, KeptInputRow.id.not_in(newest)
            )
        )
        row = KeptInputRow(
            id=secrets.token_urlsafe(24),
            user_id=user_id,
            place=place,
            content=dict(content),
            expires_at=now() + dt.timedelta(seconds=KEPT_SECONDS),
        )
        session.add(row)
        session.flush()
        return row.id


def take_input(call: AccessCall, *, kept_id: str, place: str) -> dict[str, Any] | None:
    """What was kept for who acts, once; None when it is somebody else's, another page's, or gone."""
    permissions.require(call.actor, "input.take")
    if not can_be_stored(kept_id):
        return None
    with call.services.database.write() as session:
        row = session.get(KeptInputRow, kept_id)
        if row is None or row.user_id != call.actor.id or row.place != place:
            return None
        session.delete(row)
        return row.content if row.expires_at > now() else None
