"""One's own account: password, appearance, where one is signed in."""

from dataclasses import dataclass
from typing import ClassVar

from mien.web.contexts.forms import Choice
from mien.web.contexts.forms import FormState
from mien.web.contexts.page import Page

THEME_CHOICES = (
    Choice(value="", label="As the system has it"),
    Choice(value="light", label="Light"),
    Choice(value="dark", label="Dark"),
)
"""Values are those of `mien.web.contexts.chrome.Theme`."""


@dataclass(frozen=True, slots=True)
class SessionRow:
    """One browser that is signed in.

    Attributes:
        browser: in words, such as “Firefox on Linux”.
        created_at, seen_at: ISO 8601 in UTC.
        current: whether it is the one in use now.
        revoke_url: takes a POST.
    """

    browser: str
    created_at: str
    seen_at: str
    current: bool
    revoke_url: str


@dataclass(frozen=True, slots=True)
class AccountPage(Page):
    """One's account: changes `current_password` to `password`, `password_again`; sets `theme`.

    Attributes:
        name: who is signed in.
        role: what one may do, in a word.
        form: the password form.
        password_length: fewest characters of a password.
        sessions: all browsers that are signed in; the one in use first.
        theme_form: the appearance chosen by this browser, as `chosen["theme"]`.
        theme_choices: the appearances to choose from: `THEME_CHOICES`.
        password_url, theme_url, sign_out_url: take POSTs.
        docs_url: the API's reference.
    """

    template: ClassVar[str] = "account.html"

    name: str
    role: str
    form: FormState
    password_length: int
    sessions: tuple[SessionRow, ...]
    theme_form: FormState
    password_url: str
    theme_url: str
    sign_out_url: str
    docs_url: str
    theme_choices: tuple[Choice, ...] = THEME_CHOICES
