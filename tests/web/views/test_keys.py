import re
from typing import Any

import pytest

from serving_app import key_headers
from visiting import PASSWORD
from visiting import Visitor
from visiting import links


def new_key(admin: Visitor, *scopes: str) -> str:
    answer = admin.post("/keys/new", name="Door", scopes=list(scopes), own_password=PASSWORD)
    assert answer.status_code == 201
    assert answer.headers["Cache-Control"] == "no-store"
    found = re.search(r"mien_[A-Za-z0-9_-]{40,}", answer.text)
    assert found is not None
    return found.group(0)


def test_a_key_is_shown_once_works_and_is_revoked(admin: Visitor) -> None:
    key = new_key(admin, "read")
    page = admin.get("/keys")
    assert key not in page
    assert key[:9] in page
    people = "/api/v1/galleries/default/people"
    assert admin.client.get(people, headers=key_headers(key)).status_code == 200
    (revoke,) = links(page, "/revoke")
    assert admin.done(revoke) == "/keys"
    assert admin.told() == ["The key “Door” is revoked."]
    assert admin.client.get(people, headers=key_headers(key)).status_code == 401
    assert "No key yet" in admin.get("/keys")


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"name": ""}, "Type a name."),
        ({"name": "\u200b\u2060"}, "name"),
        ({"scopes": []}, "Choose at least one."),
        ({"scopes": "everything"}, "scopes"),
        ({"own_password": ""}, "Enter your own password."),
        ({"own_password": "wrong"}, "This is not your password."),
    ],
)
def test_a_key_without_a_name_a_scope_or_the_own_password_is_not_made(
    admin: Visitor, fields: dict[str, Any], words: str
) -> None:
    given = {"name": "Door", "scopes": "read", "own_password": PASSWORD}
    page = admin.refused("/keys/new", **{**given, **fields})
    assert words in page
    assert "No key yet" in admin.get("/keys")


def test_guesses_at_the_own_password_are_counted(admin: Visitor) -> None:
    given: dict[str, Any] = {"name": "Door", "scopes": "read"}
    for _ in range(5):
        admin.refused("/keys/new", own_password="wrong", **given)
    answer = admin.post("/keys/new", own_password=PASSWORD, **given)
    assert (answer.status_code, answer.headers["Retry-After"]) == (429, "5")
    assert 'value="Door"' in answer.text
    assert "No key yet" in admin.get("/keys")


def test_a_key_that_is_not_there_is_not_found(admin: Visitor) -> None:
    answer = admin.post("/keys/00000000-0000-4000-8000-000000000000/revoke")
    assert answer.status_code == 404
