"""API keys."""

import shlex

from flask import url_for

from mien.gallery.keys import Key
from mien.gallery.keys import list_keys
from mien.gallery.services import Services
from mien.http.default_gallery import default_gallery
from mien.options import SCOPES
from mien.web.contexts.forms import Choice
from mien.web.contexts.forms import FormState
from mien.web.contexts.keys import CreatedKeyPage
from mien.web.contexts.keys import KeyRow
from mien.web.contexts.keys import KeysPage
from mien.web.contexts.keys import NewKeyPage
from mien.web.filters import scope_words


def keys_page(services: Services) -> KeysPage:
    """The keys that are in force."""
    return KeysPage(
        keys=tuple(_row(key) for key in list_keys(services) if key.revoked_at is None),
        new_url=url_for("keys.new"),
        docs_url=url_for("api_reference.show_reference"),
    )


def new_key_page(form: FormState) -> NewKeyPage:
    """The page that makes a key."""
    return NewKeyPage(
        form=form,
        scopes=tuple(Choice(scope, scope, f"May {scope_words(scope)}.") for scope in SCOPES),
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
    start = url_for("identify.start", _external=True).rstrip("/")
    gallery = f"{start}/api/v1/galleries/{default_gallery()}"
    header = shlex.quote(f"Authorization: Bearer {secret}")
    if key.allows("identify"):
        return f"curl -H {header} -F photo=@photo.jpg {gallery}/identify"
    if key.allows("read"):
        return f"curl -H {header} {gallery}/people"
    return f'curl -H {header} --json \'{{"name": "Ada"}}\' {gallery}/people'


def _row(key: Key) -> KeyRow:
    return KeyRow(
        name=key.name,
        hint=key.hint,
        scopes=key.scopes,
        created_at=key.created_at.isoformat(),
        used_at=key.used_at.isoformat() if key.used_at else "",
        revoke_url=url_for("keys.revoke", key_id=key.id),
    )
