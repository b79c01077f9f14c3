"""API keys: listed, created, shown once, revoked."""

from dataclasses import dataclass
from typing import ClassVar

from mien.web.contexts.forms import Choice
from mien.web.contexts.forms import FormState
from mien.web.contexts.page import Page


@dataclass(frozen=True, slots=True)
class KeyRow:
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

    keys: tuple[KeyRow, ...]
    new_url: str
    docs_url: str


@dataclass(frozen=True, slots=True)
class NewKeyPage(Page):
    """Creates a key: `name` and any of `scopes`."""

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
