import re
from typing import Any

import pytest

from serving_app import key_headers
from visiting import Visitor
from visiting import links


def new_key(admin: Visitor, *scopes: str) -> str:
    answer = admin.post("/keys/new", name="Door", scopes=list(scopes))
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
        ({"name": "", "scopes": "read"}, "Type a name."),
        ({"name": "Door"}, "Choose at least one."),
        ({"name": "Door", "scopes": "everything"}, "scopes"),
    ],
)
def test_a_key_without_a_name_or_a_scope_is_not_made(
    admin: Visitor, fields: dict[str, Any], words: str
) -> None:
    page = admin.refused("/keys/new", **fields)
    assert words in page
    assert "No key yet" in admin.get("/keys")


def test_a_key_that_is_not_there_is_not_found(admin: Visitor) -> None:
    answer = admin.post("/keys/00000000-0000-4000-8000-000000000000/revoke")
    assert answer.status_code == 404
