"""The accounts that may sign in, seen by administrators."""

from dataclasses import dataclass
from typing import ClassVar

from flask import url_for

from mien.access.passwords import LEAST_LENGTH
from mien.access.reset_links import RESET_HOURS
from mien.access.reset_links import ResetLink
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
        reset_url: the page that makes a link for a new password; empty likewise.
    """

    name: str
    role: str
    created_at: str
    sign_out_url: str
    reset_url: str
    remove_url: str


@dataclass(frozen=True, slots=True)
class UsersPage(Page):
    """All accounts."""

    template: ClassVar[str] = "users/list.html"

    users: tuple[UserEntry, ...]
    new_url: str


@dataclass(frozen=True, slots=True)
class NewUserPage(Page):
    """Creates an account: `name`, `password`, `own_password`, and `is_admin`, `yes` when ticked."""

    template: ClassVar[str] = "users/new.html"

    form: FormState
    password_length: int
    action_url: str
    back_url: str


@dataclass(frozen=True, slots=True)
class ResetLinkPage(Page):
    """Makes a link for somebody's new password; asks for `own_password`.

    Attributes:
        form: what is wrong so far.
        name: whose password it sets.
        hours: how long it can be used.
        action_url: takes the POST.
        back_url: the list.
    """

    template: ClassVar[str] = "users/reset.html"

    form: FormState
    name: str
    hours: int
    action_url: str
    back_url: str


@dataclass(frozen=True, slots=True)
class CreatedResetLinkPage(Page):
    """Shows a link for somebody's new password, this one time.

    Attributes:
        name: whose password it sets.
        link: the whole address.
        hours: how long it can be used.
        back_url: the list.
    """

    template: ClassVar[str] = "users/reset_created.html"

    name: str
    link: str
    hours: int
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


def reset_link_page(user: User, form: FormState) -> ResetLinkPage:
    """The page that makes a link for somebody's new password."""
    return ResetLinkPage(
        form=form,
        name=user.name,
        hours=RESET_HOURS,
        action_url=url_for("users.create_reset_link", user_id=user.id),
        back_url=url_for("users.show_all"),
    )


def created_reset_link_page(secret: str, link: ResetLink) -> CreatedResetLinkPage:
    """Shows a link for somebody's new password, this one time."""
    return CreatedResetLinkPage(
        name=link.user.name,
        link=url_for("access.reset", secret=secret, _external=True),
        hours=RESET_HOURS,
        back_url=url_for("users.show_all"),
    )


def _row(user: User, *, is_own: bool) -> UserEntry:
    return UserEntry(
        name=user.name,
        role="administrator" if user.is_admin else "user",
        created_at=user.created_at.isoformat(),
        sign_out_url="" if is_own else url_for("users.sign_out", user_id=user.id),
        reset_url="" if is_own else url_for("users.reset", user_id=user.id),
        remove_url="" if is_own else url_for("users.remove", user_id=user.id),
    )
