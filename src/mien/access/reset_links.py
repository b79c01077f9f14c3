"""A link by which somebody who has lost their password sets a new one: shown once, used once."""

import datetime as dt
from dataclasses import dataclass
from typing import Final

from sqlalchemy import delete
from sqlalchemy import select
from sqlalchemy.orm import Session

from mien.access import audit
from mien.access import permissions
from mien.access.actor import AccessCall
from mien.access.confirm import OwnPassword
from mien.access.confirm import confirm
from mien.access.passwords import digest
from mien.access.passwords import hash_password
from mien.access.passwords import new_secret
from mien.access.users import User
from mien.access.users import as_user
from mien.access.users import find_user
from mien.access.users import replace_password
from mien.errors import ResetLinkInvalid
from mien.storage.models import ResetLinkRow
from mien.storage.models import UserRow
from mien.storage.models import now

RESET_HOURS: Final = 24
"""How long a link can be used."""


@dataclass(frozen=True, slots=True)
class ResetLink:
    """What may be known of a link.

    Attributes:
        user: whose password it sets.
        expires_at: until when.
    """

    user: User
    expires_at: dt.datetime


def issue_reset_link(
    call: AccessCall, *, name: str, own_password: OwnPassword | None = None
) -> tuple[str, ResetLink]:
    """A new secret for the link of an account; an older one stops working.

    Until it is used nothing else ends: neither the password nor a sign-in.

    Raises:
        TooManyAttempts, WrongCredentials: the own password is wrong, or cannot be checked now.
        UserNotFound: no account has this name.
    """
    permissions.require(call.actor, "users.issue_reset_link")
    confirm(call, own=own_password)
    secret = new_secret()
    expires_at = now() + dt.timedelta(hours=RESET_HOURS)
    with call.services.database.write() as session:
        user = find_user(session, name)
        session.merge(
            ResetLinkRow(user_id=user.id, secret_sha256=digest(secret), expires_at=expires_at)
        )
        audit.record(session, call, "reset_link_issued", subject_id=user.id)
        return secret, ResetLink(as_user(user), expires_at)


def check_reset_link(call: AccessCall, *, secret: str) -> User:
    """Whose password a link sets.

    Raises:
        ResetLinkInvalid: it is wrong, used or too old.
    """
    permissions.require(call.actor, "reset_links.check")
    with call.services.database.read() as session:
        return as_user(_user_of(session, secret))


def use_reset_link(call: AccessCall, *, secret: str, password: str) -> User:
    """Set the new password, spend the link and end all sign-ins of the account.

    Raises:
        ResetLinkInvalid: the link is wrong, used or too old.
        InvalidInput: the password breaks a rule; the link can be used again.
    """
    permissions.require(call.actor, "reset_links.use")
    with call.services.database.read() as session:
        found = _user_of(session, secret)
    call.services.database.rest()
    hashed = hash_password(password, name=found.name)
    # One statement finds and spends it, so that of two at once one gets nothing.
    spent = (
        delete(ResetLinkRow)
        .where(ResetLinkRow.secret_sha256 == digest(secret), ResetLinkRow.expires_at > now())
        .returning(ResetLinkRow.user_id)
    )
    with call.services.database.write() as session:
        user_id = session.scalar(spent)
        user = None if user_id is None else session.get(UserRow, user_id)
        if user is None:
            raise ResetLinkInvalid
        replace_password(session, user, hashed)
        audit.record(session, call, "password_changed", subject_id=user.id)
        return as_user(user)


def forget_old_links(session: Session) -> None:
    """Remove what can no longer be used."""
    session.execute(delete(ResetLinkRow).where(ResetLinkRow.expires_at <= now()))


def _user_of(session: Session, secret: str) -> UserRow:
    query = (
        select(UserRow)
        .join(ResetLinkRow, ResetLinkRow.user_id == UserRow.id)
        .where(ResetLinkRow.secret_sha256 == digest(secret), ResetLinkRow.expires_at > now())
    )
    user = session.scalar(query)
    if user is None:
        raise ResetLinkInvalid
    return user
