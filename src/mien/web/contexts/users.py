"""The accounts that may sign in, seen by administrators."""

from dataclasses import dataclass
from typing import ClassVar

from mien.web.contexts.forms import FormState
from mien.web.contexts.page import Page


@dataclass(frozen=True, slots=True)
class UserEntry:
    """One account of the list.

    Attributes:
        name: what one signs in with.
        role: what one may do, in a word.
        created_at: ISO 8601 in UTC.
        remove_url: takes a POST; empty for one's own account, which is not removed here.
    """

    name: str
    role: str
    created_at: str
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
