"""API keys: shown once, known by their digest, revoked at once."""

import datetime as dt

import pytest
from sqlalchemy import select

from building import acting
from mien.access.api_keys import check_key
from mien.access.api_keys import create_key
from mien.access.api_keys import list_keys
from mien.access.api_keys import revoke_key
from mien.errors import InvalidInput
from mien.errors import KeyInvalid
from mien.errors import KeyNotFound
from mien.gallery.services import Services
from mien.options import SCOPES
from mien.storage.models import KeyRow


def test_a_key_is_shown_once_and_known_again(services: Services) -> None:
    secret, key = create_key(acting(services), name="door", scopes=["identify", "read", "read"])
    assert secret.startswith("mien_")
    assert len(secret) > 40
    assert key.hint == secret[: len(key.hint)]
    assert key.scopes == ("read", "identify")
    assert check_key(acting(services), secret=secret).id == key.id
    assert [each.id for each in list_keys(acting(services))] == [key.id]
    assert secret not in repr(list_keys(acting(services)))


def test_scopes_allow_what_they_name_and_admin_everything() -> None:
    assert SCOPES == ("read", "identify", "enrol", "admin")


def test_a_key_allows_what_its_scopes_say(services: Services) -> None:
    _, reader = create_key(acting(services), name="r", scopes=["read"])
    assert [scope for scope in SCOPES if reader.allows(scope)] == ["read"]
    _, admin = create_key(acting(services), name="a", scopes=["admin"])
    assert all(admin.allows(scope) for scope in SCOPES)


@pytest.mark.parametrize(
    ("name", "scopes", "field"),
    [("k", [], "scopes"), ("k", ["write"], "scopes"), ("", ["read"], "name")],
)
def test_a_key_needs_a_name_and_scopes(
    services: Services, name: str, scopes: list[str], field: str
) -> None:
    with pytest.raises(InvalidInput) as caught:
        create_key(acting(services), name=name, scopes=scopes)
    assert caught.value.field == field


def test_a_revoked_key_is_useless_at_once(services: Services) -> None:
    secret, key = create_key(acting(services), name="k", scopes=["read"])
    first = revoke_key(acting(services), key_id=key.id)
    assert first.revoked_at is not None
    with pytest.raises(KeyInvalid):
        check_key(acting(services), secret=secret)
    assert revoke_key(acting(services), key_id=key.id).revoked_at == first.revoked_at
    for key_id in ("nothing", "\x00", "\ud800"):
        with pytest.raises(KeyNotFound):
            revoke_key(acting(services), key_id=key_id)


@pytest.mark.parametrize("secret", ["", "mien_wrong", "\ud800", "x" * 100_000])
def test_an_unknown_key_is_refused(services: Services, secret: str) -> None:
    with pytest.raises(KeyInvalid):
        check_key(acting(services), secret=secret)


def test_a_keys_use_is_written_down_now_and_then(services: Services) -> None:
    secret, key = create_key(acting(services), name="k", scopes=["read"])

    def used() -> dt.datetime | None:
        with services.database.read() as session:
            return session.scalars(select(KeyRow.used_at)).one()

    assert key.used_at is None
    check_key(acting(services), secret=secret)
    first = used()
    assert first is not None
    check_key(acting(services), secret=secret)
    assert used() == first
