"""Signed-in browsers: rows, so that they can be seen and ended."""

import datetime as dt
from contextlib import suppress
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from mien.access import audit
from mien.access import permissions
from mien.access.actor import AccessCall
from mien.access.check_password import check_password
from mien.access.passwords import digest
from mien.access.passwords import new_secret
from mien.access.throttling import NOWHERE
from mien.access.throttling import Source
from mien.access.users import User
from mien.access.users import as_user
from mien.errors import NotAuthenticated
from mien.errors import NotFound
from mien.errors import StorageError
from mien.errors import UserNotFound
from mien.names import can_be_stored
from mien.storage.models import SignInRow
from mien.storage.models import UserRow
from mien.storage.models import now

# Being used is written down no more often than this.
_SEEN_EVERY = dt.timedelta(minutes=5)
_BROWSER_LENGTH = 200


@dataclass(frozen=True, slots=True)
class SignIn:
    """A signed-in browser.

    Attributes:
        browser: what it called itself, for the account page.
    """

    id: str
    user: User
    browser: str
    created_at: dt.datetime
    seen_at: dt.datetime
    expires_at: dt.datetime


def sign_in(
    call: AccessCall,
    *,
    name: str,
    password: str,
    browser: str,
    lasts_seconds: int,
    source: Source = NOWHERE,
    replaces: str = "",
) -> tuple[str, SignIn]:
    """Check a name and a password; gives the cookie's secret, which is not kept, and the row.

    Args:
        call: who asks.
        name: of the account.
        password: as it was typed.
        browser: what it calls itself.
        lasts_seconds: how long the sign-in lasts without being used.
        source: where the password comes from.
        replaces: secret of the sign-in that this browser had before, and that ends now.

    Raises:
        TooManyAttempts: no password is looked at just now.
        WrongCredentials: they do not belong together.
    """
    permissions.require(call.actor, "sign_ins.open")
    user_id = check_password(call, name=name, password=password, source=source)
    return _open(
        call, user_id=user_id, browser=browser, lasts_seconds=lasts_seconds, replaces=replaces
    )


def open_sign_in(
    call: AccessCall, *, user_id: str, browser: str, lasts_seconds: int
) -> tuple[str, SignIn]:
    """Sign in on one more browser as the one who acts, who has proved otherwise who they are.

    Raises:
        NotPermitted: the account is somebody else's.
        UserNotFound: the account is gone.
    """
    permissions.require(call.actor, "account.sign_in")
    permissions.require_own(call.actor, user_id)
    return _open(call, user_id=user_id, browser=browser, lasts_seconds=lasts_seconds)


def _open(
    call: AccessCall, *, user_id: str, browser: str, lasts_seconds: int, replaces: str = ""
) -> tuple[str, SignIn]:
    secret = new_secret()
    with call.services.database.write() as session:
        user = session.get(UserRow, user_id)
        if user is None:
            raise UserNotFound("removed")
        row = SignInRow(
            user_id=user.id,
            token_sha256=digest(secret),
            browser=browser[:_BROWSER_LENGTH],
            expires_at=now() + dt.timedelta(seconds=lasts_seconds),
        )
        if replaces:
            _end_replaced(session, call, replaces)
        session.add(row)
        session.flush()
        audit.record(session, call, "signed_in", subject_id=user.id)
        return secret, _answer(row, user)


def _end_replaced(session: Session, call: AccessCall, secret: str) -> None:
    row = session.scalar(select(SignInRow).where(SignInRow.token_sha256 == digest(secret)))
    if row is not None:
        session.delete(row)
        audit.record(session, call, "sign_in_ended", subject_id=row.user_id)


def who_is(call: AccessCall, *, secret: str, lasts_seconds: int, most_seconds: int) -> SignIn:
    """The sign-in that a cookie's secret stands for; using it lets it last longer.

    Args:
        call: who asks.
        secret: what the browser sent.
        lasts_seconds: how long it lasts without being used.
        most_seconds: how long it lasts however often it is used.

    Raises:
        NotAuthenticated: it is unknown, ended or expired.
    """
    permissions.require(call.actor, "sign_ins.check")
    query = (
        select(SignInRow, UserRow)
        .join(UserRow, UserRow.id == SignInRow.user_id)
        .where(SignInRow.token_sha256 == digest(secret))
    )
    with call.services.database.read() as session:
        found = session.execute(query).one_or_none()
    if found is None:
        raise NotAuthenticated("ended")
    row, user = found
    ends = row.created_at + dt.timedelta(seconds=most_seconds)
    if min(row.expires_at, ends) <= now():
        raise NotAuthenticated("ended")
    if now() - row.seen_at > _SEEN_EVERY:
        # Nobody is turned away because this cannot be noted now.
        with suppress(StorageError), call.services.database.write(briefly=True) as session:
            fresh = session.get(SignInRow, row.id)
            if fresh is not None:
                fresh.seen_at = now()
                fresh.expires_at = min(now() + dt.timedelta(seconds=lasts_seconds), ends)
    return _answer(row, user)


def list_sign_ins(call: AccessCall, *, user_id: str) -> tuple[SignIn, ...]:
    """A user's signed-in browsers, the last used first.

    Raises:
        NotPermitted: the account is somebody else's.
    """
    permissions.require(call.actor, "account.read")
    permissions.require_own(call.actor, user_id)
    query = (
        select(SignInRow, UserRow)
        .join(UserRow, UserRow.id == SignInRow.user_id)
        .where(SignInRow.user_id == user_id, SignInRow.expires_at > now())
        .order_by(SignInRow.seen_at.desc())
    )
    with call.services.database.read() as session:
        return tuple(_answer(row, user) for row, user in session.execute(query))


def end_sign_in(call: AccessCall, *, user_id: str, sign_in_id: str) -> None:
    """Sign a browser out.

    Raises:
        NotPermitted: the account is somebody else's.
        NotFound: this user has no such sign-in.
    """
    permissions.require(call.actor, "account.end_sign_in")
    permissions.require_own(call.actor, user_id)
    with call.services.database.write() as session:
        row = session.get(SignInRow, sign_in_id) if can_be_stored(sign_in_id) else None
        if row is None or row.user_id != user_id:
            raise NotFound("sign_in")
        session.delete(row)
        audit.record(session, call, "sign_in_ended", subject_id=row.user_id)


def _answer(row: SignInRow, user: UserRow) -> SignIn:
    return SignIn(
        id=row.id,
        user=as_user(user),
        browser=row.browser,
        created_at=row.created_at,
        seen_at=row.seen_at,
        expires_at=row.expires_at,
    )
