"""One's own account: password, appearance, where one is signed in."""

from dataclasses import dataclass
from typing import ClassVar

from flask import url_for

from mien.access.passwords import LEAST_LENGTH
from mien.access.sign_ins import SignIn
from mien.access.sign_ins import list_sign_ins
from mien.gallery.services import Call
from mien.web.forms.state import Choice
from mien.web.forms.state import FormState
from mien.web.layout import chosen_theme
from mien.web.pages.base import Page

THEME_CHOICES = (
    Choice(value="", label="Same as system"),
    Choice(value="light", label="Light"),
    Choice(value="dark", label="Dark"),
)
"""Values are those of `mien.web.layout.Theme`."""


@dataclass(frozen=True, slots=True)
class SessionEntry:
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
    sessions: tuple[SessionEntry, ...]
    theme_form: FormState
    password_url: str
    theme_url: str
    sign_out_url: str
    docs_url: str
    theme_choices: tuple[Choice, ...] = THEME_CHOICES


def account_page(call: Call, signed_in: SignIn, form: FormState) -> AccountPage:
    """The account of who is signed in; the browser in use comes first."""
    found = list_sign_ins(call, user_id=signed_in.user.id)
    ordered = sorted(found, key=lambda one: one.id != signed_in.id)
    return AccountPage(
        name=signed_in.user.name,
        role="administrator" if signed_in.user.is_admin else "user",
        form=form,
        password_length=LEAST_LENGTH,
        sessions=tuple(_row(one, current=one.id == signed_in.id) for one in ordered),
        theme_form=FormState(chosen={"theme": (chosen_theme(),)}),
        password_url=url_for("account.save_password"),
        theme_url=url_for("account.save_theme"),
        sign_out_url=url_for("access.sign_out"),
        docs_url=url_for("api_reference.show_reference"),
    )


def _row(one: SignIn, *, current: bool) -> SessionEntry:
    return SessionEntry(
        browser=one.browser or "A browser",
        created_at=one.created_at.isoformat(),
        seen_at=one.seen_at.isoformat(),
        current=current,
        revoke_url=url_for("account.end_browser", sign_in_id=one.id),
    )
