"""Accounts: who may sign in."""

import datetime as dt
from dataclasses import dataclass

from sqlalchemy import delete
from sqlalchemy import func
from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from mien.access import audit
from mien.access import permissions
from mien.access.actor import AccessCall
from mien.access.actor import Actor
from mien.access.confirm import OwnPassword
from mien.access.confirm import confirm
from mien.access.passwords import hash_password
from mien.errors import LastAdministrator
from mien.errors import NameTaken
from mien.errors import UserNotFound
from mien.names import clean_name
from mien.names import name_key
from mien.storage.erasures import finish
from mien.storage.erasures import note_erasure
from mien.storage.models import ProbeFaceRow
from mien.storage.models import ProbeRow
from mien.storage.models import ResetLinkRow
from mien.storage.models import SignInRow
from mien.storage.models import UserRow


@dataclass(frozen=True, slots=True)
class User:
    """Somebody who may sign in."""

    id: str
    name: str
    is_admin: bool
    created_at: dt.datetime

    @property
    def actor(self) -> Actor:
        """This account as the one who acts."""
        return Actor("user", id=self.id, is_admin=self.is_admin)


def add_user(
    call: AccessCall,
    *,
    name: str,
    password: str,
    is_admin: bool,
    own_password: OwnPassword | None = None,
) -> User:
    """Make an account.

    Args:
        call: who makes it.
        name: to sign in with.
        password: the first one.
        is_admin: whether the account may administer.
        own_password: of the user who makes an administrator; others have none.

    Raises:
        TooManyAttempts, WrongCredentials: the own password is wrong, or cannot be checked now.
        InvalidInput: the name or the password breaks a rule.
        NameTaken: an account of this name exists.
    """
    permissions.require(call.actor, "users.add")
    if is_admin:
        confirm(call, own=own_password)
    # Hashing takes a while on purpose; no transaction is held meanwhile.
    call.services.database.rest()
    row = user_row(name=name, password=password, is_admin=is_admin)
    try:
        with call.services.database.write() as session:
            session.add(row)
            session.flush()
            audit.record(session, call, "user_added", subject_id=row.id)
    except IntegrityError as error:
        raise NameTaken("account") from error
    return as_user(row)


def list_users(call: AccessCall) -> tuple[User, ...]:
    """All accounts, by name."""
    permissions.require(call.actor, "users.read")
    with call.services.database.read() as session:
        return tuple(
            as_user(row) for row in session.scalars(select(UserRow).order_by(UserRow.name_key))
        )


def remove_user(call: AccessCall, *, name: str) -> User:
    """Remove an account and sign it out everywhere.

    Raises:
        UserNotFound: no account has this name.
        LastAdministrator: nobody else could administer.
    """
    permissions.require(call.actor, "users.remove")
    with call.services.database.write() as session:
        row = find_user(session, name)
        admins = session.scalar(
            select(func.count()).select_from(UserRow).where(UserRow.is_admin.is_(True))
        )
        if row.is_admin and admins == 1:
            raise LastAdministrator
        # Their held photos go with the account.
        erasure = note_erasure(session, _held_files(session, row.id), subject_id=row.id)
        session.delete(row)
        audit.record(session, call, "user_removed", subject_id=row.id)
        removed = as_user(row)
    finish(call.services.database, call.services.files, call.services.erasures, erasure)
    return removed


def set_password(call: AccessCall, *, name: str, password: str) -> User:
    """Set another's password, who has lost theirs, and sign them out everywhere.

    Raises:
        UserNotFound: there is no such account.
        InvalidInput: the password breaks a rule.
    """
    permissions.require(call.actor, "users.set_password")
    with call.services.database.read() as session:
        found = find_user(session, name)
    call.services.database.rest()
    hashed = hash_password(password, name=found.name)
    with call.services.database.write() as session:
        row = session.get(UserRow, found.id)
        if row is None:
            raise UserNotFound("removed")
        replace_password(session, row, hashed)
        audit.record(session, call, "password_changed", subject_id=row.id)
        return as_user(row)


def replace_password(session: Session, row: UserRow, hashed: str) -> None:
    """Put a new password in place, end every sign-in of the account and every link for another."""
    row.password_hash = hashed
    session.execute(delete(SignInRow).where(SignInRow.user_id == row.id))
    session.execute(delete(ResetLinkRow).where(ResetLinkRow.user_id == row.id))


def find_user(session: Session, name: str) -> UserRow:
    """The row of an account by its name, whatever the letters' case.

    Raises:
        UserNotFound: there is none.
    """
    row = session.scalar(select(UserRow).where(UserRow.name_key == name_key(name)))
    if row is None:
        raise UserNotFound("name")
    return row


def user_row(*, name: str, password: str, is_admin: bool) -> UserRow:
    """A new account, not stored yet.

    Raises:
        InvalidInput: the name or the password breaks a rule.
    """
    cleaned = clean_name(name)
    return UserRow(
        name=cleaned,
        name_key=name_key(cleaned),
        password_hash=hash_password(password, name=cleaned),
        is_admin=is_admin,
    )


def as_user(row: UserRow) -> User:
    """What may be shown of an account."""
    return User(id=row.id, name=row.name, is_admin=row.is_admin, created_at=row.created_at)


def _held_files(session: Session, user_id: str) -> list[str]:
    queries = (
        select(ProbeRow.original_file).where(ProbeRow.user_id == user_id),
        select(ProbeRow.display_file).where(ProbeRow.user_id == user_id),
        select(ProbeFaceRow.crop_file).join(ProbeRow).where(ProbeRow.user_id == user_id),
    )
    return [name for query in queries for name in session.scalars(query)]
