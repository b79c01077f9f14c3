"""API keys: listed, created, shown once, revoked."""

import shlex
from dataclasses import dataclass
from typing import ClassVar

from flask import url_for

from mien.access.api_keys import Key
from mien.access.api_keys import list_keys
from mien.gallery.services import Call
from mien.http.default_gallery import default_gallery
from mien.options import SCOPES
from mien.web.forms.state import Choice
from mien.web.forms.state import FormState
from mien.web.pages.base import Page
from mien.web.text.filters import scope_words


@dataclass(frozen=True, slots=True)
class KeyEntry:
    """One key of the list.

    Attributes:
        name: what its maker called it.
        hint: its first characters, to tell keys apart.
        scopes: what it may do.
        created_at, used_at: ISO 8601 in UTC; used_at is empty for a key never used.
        revoke_url: takes a POST.
    """

    name: str
    hint: str
    scopes: tuple[str, ...]
    created_at: str
    used_at: str
    revoke_url: str


@dataclass(frozen=True, slots=True)
class KeysPage(Page):
    """All keys that are in force."""

    template: ClassVar[str] = "keys/list.html"

    keys: tuple[KeyEntry, ...]
    new_url: str
    docs_url: str


@dataclass(frozen=True, slots=True)
class NewKeyPage(Page):
    """Creates a key: `name`, any of `scopes`, and `own_password`."""

    template: ClassVar[str] = "keys/new.html"

    form: FormState
    scopes: tuple[Choice, ...]
    action_url: str
    back_url: str


@dataclass(frozen=True, slots=True)
class CreatedKeyPage(Page):
    """Shows a new key, this one time; example is a command that uses it."""

    template: ClassVar[str] = "keys/created.html"

    name: str
    key: str
    scopes: tuple[str, ...]
    example: str
    back_url: str


def keys_page(call: Call) -> KeysPage:
    """The keys that are in force."""
    return KeysPage(
        keys=tuple(_row(key) for key in list_keys(call) if key.revoked_at is None),
        new_url=url_for("keys.new"),
        docs_url=url_for("api_reference.show_reference"),
    )


def new_key_page(form: FormState) -> NewKeyPage:
    """The page that makes a key."""
    return NewKeyPage(
        form=form,
        scopes=tuple(Choice(scope, scope, f"Can {scope_words(scope)}.") for scope in SCOPES),
        action_url=url_for("keys.create"),
        back_url=url_for("keys.show_all"),
    )


def created_key_page(secret: str, key: Key) -> CreatedKeyPage:
    """Shows a new key, this one time."""
    return CreatedKeyPage(
        name=key.name,
        key=secret,
        scopes=key.scopes,
        example=_example(secret, key),
        back_url=url_for("keys.show_all"),
    )


def _example(secret: str, key: Key) -> str:
    """A command that this key may do."""
    start = url_for("home.start", _external=True).rstrip("/")
    gallery = f"{start}/api/v1/galleries/{default_gallery()}"
    header = shlex.quote(f"Authorization: Bearer {secret}")
    if key.allows("identify"):
        return f"curl -H {header} -F photo=@photo.jpg {gallery}/identify"
    if key.allows("read"):
        return f"curl -H {header} {gallery}/people"
    return f'curl -H {header} --json \'{{"name": "Ada"}}\' {gallery}/people'


def _row(key: Key) -> KeyEntry:
    return KeyEntry(
        name=key.name,
        hint=key.hint,
        scopes=key.scopes,
        created_at=key.created_at.isoformat(),
        used_at=key.used_at.isoformat() if key.used_at else "",
        revoke_url=url_for("keys.revoke", key_id=key.id),
    )
