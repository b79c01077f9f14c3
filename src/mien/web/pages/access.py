"""The pages before one is signed in."""

from dataclasses import dataclass
from typing import ClassVar

from mien.web.forms.state import FormState
from mien.web.pages.base import Page


@dataclass(frozen=True, slots=True)
class SetUpPage(Page):
    """Creates the first administrator; fields `name`, `password`, `password_again`.

    Attributes:
        form: typed so far.
        action_url: takes the POST; holds the one-time token.
        password_length: fewest characters of a password.
    """

    template: ClassVar[str] = "access/set_up.html"

    form: FormState
    action_url: str
    password_length: int


@dataclass(frozen=True, slots=True)
class ResetPage(Page):
    """Sets a new password by a link; fields `password`, `password_again`.

    Attributes:
        form: what is wrong so far.
        name: of the account.
        action_url: takes the POST; holds the one-time secret.
        password_length: fewest characters of a password.
    """

    template: ClassVar[str] = "access/reset.html"

    form: FormState
    name: str
    action_url: str
    password_length: int


@dataclass(frozen=True, slots=True)
class SignInPage(Page):
    """Asks for `name` and `password`; the hidden field `next` says where to go afterwards.

    Attributes:
        form: typed so far.
        action_url: takes the POST.
        next_url: where to go afterwards; empty for the start.
        is_new: whether nobody has an account that can administer, so that the set-up comes first.
    """

    template: ClassVar[str] = "access/sign_in.html"

    form: FormState
    action_url: str
    next_url: str = ""
    is_new: bool = False
