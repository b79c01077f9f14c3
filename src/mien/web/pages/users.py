"""The accounts that may sign in, seen by administrators."""

from dataclasses import dataclass
from typing import ClassVar

from flask import url_for

from mien.access.passwords import LEAST_LENGTH
from mien.access.users import User
from mien.access.users import list_users
from mien.gallery.services import Call
from mien.web.forms.state import FormState
from mien.web.pages.base import Page


@dataclass(frozen=True, slots=True)
class UserEntry:
    """One account of the list.

    Attributes:
        name: what one signs in with.
        role: what one may do, in a word.
        created_at: ISO 8601 in UTC.
        sign_out_url, remove_url: take POSTs; empty for one's own account, which has a page of its
            own.
    """

    name: str
    role: str
    created_at: str
    sign_out_url: str
    remove_url: str


@dataclass(frozen=True, slots=True)
class UsersPage(Page):
    """All accounts."""

    template: ClassVar[str] = "users/list.html"

    users: tuple[UserEntry, ...]
    new_url: str


@dataclass(frozen=True, slots=True)
class NewUserPage(Page):
    """Creates an account: `name`, `password`, and `is_admin` with the value `yes` when ticked."""

    template: ClassVar[str] = "users/new.html"

    form: FormState
    password_length: int
    action_url: str
    back_url: str


def users_page(call: Call, *, own_id: str) -> UsersPage:
    """All accounts; one's own cannot be removed from here."""
    return UsersPage(
        users=tuple(_row(user, is_own=user.id == own_id) for user in list_users(call)),
        new_url=url_for("users.new"),
    )


def new_user_page(form: FormState) -> NewUserPage:
    """The page that makes an account."""
    return NewUserPage(
        form=form,
        password_length=LEAST_LENGTH,
        action_url=url_for("users.create"),
        back_url=url_for("users.show_all"),
    )


def _row(user: User, *, is_own: bool) -> UserEntry:
    return UserEntry(
        name=user.name,
        role="administrator" if user.is_admin else "user",
        created_at=user.created_at.isoformat(),
        sign_out_url="" if is_own else url_for("users.sign_out", user_id=user.id),
        remove_url="" if is_own else url_for("users.remove", user_id=user.id),
    )
