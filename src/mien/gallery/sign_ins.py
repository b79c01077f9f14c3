"""Signed-in browsers: rows, so that they can be seen and ended."""

import datetime as dt
from dataclasses import dataclass

from sqlalchemy import select

from mien.errors import NotAuthenticated
from mien.errors import NotFound
from mien.errors import UserNotFound
from mien.errors import WrongCredentials
from mien.gallery.passwords import digest
from mien.gallery.passwords import new_secret
from mien.gallery.passwords import password_fits
from mien.gallery.passwords import waste_time_like_a_check
from mien.gallery.services import Services
from mien.gallery.users import User
from mien.gallery.users import as_user
from mien.gallery.users import find_user
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
    services: Services, *, name: str, password: str, browser: str, lasts_seconds: int
) -> tuple[str, SignIn]:
    """Check a name and a password; gives the cookie's secret, which is not kept, and the row.

    Raises:
        WrongCredentials: they do not belong together.
    """
    with services.database.read() as session:
        try:
            user = find_user(session, name)
        except UserNotFound:
            user = None
    if user is None:
        waste_time_like_a_check()
    if user is None or not password_fits(user.password_hash, password):
        raise WrongCredentials("The name and the password do not belong together.")
    return open_sign_in(services, user_id=user.id, browser=browser, lasts_seconds=lasts_seconds)


def open_sign_in(
    services: Services, *, user_id: str, browser: str, lasts_seconds: int
) -> tuple[str, SignIn]:
    """Sign in somebody who has proved otherwise who they are.

    Raises:
        UserNotFound: the account is gone.
    """
    secret = new_secret()
    with services.database.write() as session:
        user = session.get(UserRow, user_id)
        if user is None:
            raise UserNotFound("This account has been removed.")
        row = SignInRow(
            user_id=user.id,
            token_sha256=digest(secret),
            browser=browser[:_BROWSER_LENGTH],
            expires_at=now() + dt.timedelta(seconds=lasts_seconds),
        )
        session.add(row)
        session.flush()
        return secret, _answer(row, user)


def who_is(services: Services, *, secret: str, lasts_seconds: int) -> SignIn:
    """The sign-in that a cookie's secret stands for; using it lets it last longer.

    Raises:
        NotAuthenticated: it is unknown, ended or expired.
    """
    query = (
        select(SignInRow, UserRow)
        .join(UserRow, UserRow.id == SignInRow.user_id)
        .where(SignInRow.token_sha256 == digest(secret))
    )
    with services.database.read() as session:
        found = session.execute(query).one_or_none()
    if found is None or found[0].expires_at <= now():
        raise NotAuthenticated("Your sign-in has ended. Sign in again.")
    row, user = found
    if now() - row.seen_at > _SEEN_EVERY:
        with services.database.write() as session:
            fresh = session.get(SignInRow, row.id)
            if fresh is not None:
                fresh.seen_at = now()
                fresh.expires_at = now() + dt.timedelta(seconds=lasts_seconds)
    return _answer(row, user)


def list_sign_ins(services: Services, *, user_id: str) -> tuple[SignIn, ...]:
    """A user's signed-in browsers, the last used first."""
    query = (
        select(SignInRow, UserRow)
        .join(UserRow, UserRow.id == SignInRow.user_id)
        .where(SignInRow.user_id == user_id, SignInRow.expires_at > now())
        .order_by(SignInRow.seen_at.desc())
    )
    with services.database.read() as session:
        return tuple(_answer(row, user) for row, user in session.execute(query))


def end_sign_in(services: Services, *, user_id: str, sign_in_id: str) -> None:
    """Sign a browser out.

    Raises:
        NotFound: this user has no such sign-in.
    """
    with services.database.write() as session:
        row = session.get(SignInRow, sign_in_id) if can_be_stored(sign_in_id) else None
        if row is None or row.user_id != user_id:
            raise NotFound("This browser is signed out already.")
        session.delete(row)


def _answer(row: SignInRow, user: UserRow) -> SignIn:
    return SignIn(
        id=row.id,
        user=as_user(user),
        browser=row.browser,
        created_at=row.created_at,
        seen_at=row.seen_at,
        expires_at=row.expires_at,
    )
