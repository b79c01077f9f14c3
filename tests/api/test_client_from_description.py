"""The whole walk, by a client that knows of the API what docs/openapi.json says and no more."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from flask import Flask

from described_client import FORM
from described_client import JSON
from described_client import DescribedClient
from described_client import DescribedError
from drawing import draw_photo

pytestmark = pytest.mark.thorough


@pytest.fixture
def client_with(
    app: Flask, key_with: Callable[..., str], repository_root: Path
) -> Callable[..., DescribedClient]:
    text = (repository_root / "docs" / "openapi.json").read_text(encoding="utf-8")
    description = json.loads(text)

    def make(*scopes: str, scheme: str = "bearer") -> DescribedClient:
        key = key_with(*scopes) if scopes else ""
        transport = app.test_client(use_cookies=False)
        return DescribedClient(description, transport, key=key, scheme=scheme)

    return make


def refused(call: Callable[..., Any], *arguments: Any, **values: Any) -> tuple[int, str]:
    with pytest.raises(DescribedError) as told:
        call(*arguments, **values)
    return told.value.status, told.value.code


@pytest.mark.parametrize("body", [JSON, FORM])
@pytest.mark.parametrize("scheme", ["bearer", "api_key"])
def test_from_a_photo_to_a_name_and_back_to_nothing(
    client_with: Callable[..., DescribedClient], body: str, scheme: str
) -> None:
    call = client_with("admin", scheme=scheme).call
    everybody = {"gallery": "default"}
    ada = call("create_person", **everybody, name="Ada Lovelace", notes="n", metadata={"a": [1]})
    bob = call("create_person", **everybody, name="Bob")
    her = {**everybody, "person_id": ada["id"]}

    assert len(call("detect", body, photo=draw_photo(["ada"]))["faces"]) == 1
    face = call("add_face", body, **her, photo=draw_photo(["ada"]))
    group = draw_photo(["bob", "ada"], face_px=90)
    status, code = refused(call, "add_face", body, **her, photo=group)
    assert (status, code) == (422, "several_faces_found")
    added = call(
        "add_face", body, **everybody, person_id=bob["id"], photo=draw_photo(["bob"]), face_number=1
    )
    assert (face.pop("stored"), face["warnings"]) == (True, [])
    assert call("show_face", **her, face_id=face["id"]) == face
    assert call("read_crop", **her, face_id=face["id"]).startswith(b"\xff\xd8")
    assert call("list_faces", **her)["faces"] == [face]

    found = call("identify", body, **everybody, limit=1, photo=group)
    named = {each["candidates"][0]["person"]["name"] for each in found["faces"]}
    assert named == {"Ada Lovelace", "Bob"}
    assert {each["decision"] for each in found["faces"]} == {"match"}
    strict = call("identify", body, **everybody, threshold=1.0, photo=draw_photo(["cy"]))
    assert [each["decision"] for each in strict["faces"]] == ["unknown"]

    one, other = draw_photo(["ada"]), draw_photo(["ada"], variant=2)
    assert call("verify", body, photo_a=one, photo_b=other)["same_person"]
    assert not call("verify", body, photo=one, person_id=bob["id"])["same_person"]

    assert call("change_person", **her, name="Ada Byron")["name"] == "Ada Byron"
    assert refused(call, "change_person", **her, name="bob") == (409, "name_taken")
    first = call("list_people", **everybody, limit=1)
    assert [each["name"] for each in first["people"]] == ["Ada Byron"]
    rest = call("list_people", **everybody, limit=1, cursor=first["next_cursor"])
    assert ([each["name"] for each in rest["people"]], rest["next_cursor"]) == (["Bob"], None)
    assert call("list_people", **everybody, q="byr", order="newest")["total"] == 1

    none = {**everybody, "photo_id": added["id"]}
    assert refused(call, "delete_original", **none) == (404, "photo_not_found")
    call("delete_face", **everybody, person_id=bob["id"], face_id=added["id"])
    proof = call("forget_person", **her)
    assert (proof["complete"], proof["faces"]) == (True, 1)
    assert refused(call, "show_person", **her) == (404, "person_not_found")
    answers = call("identify", body, **everybody, photo=group)["faces"]
    assert [each["candidates"] for each in answers] == [[], []]


def test_galleries_come_and_go(client_with: Callable[..., DescribedClient]) -> None:
    call = client_with("admin").call
    assert [each["name"] for each in call("list_galleries")["galleries"]] == ["default"]
    call("create_gallery", name="club", keep_photos=False)
    call("create_person", gallery="club", name="Ada")
    renamed = call("change_gallery", gallery="club", name="the-club", threshold=0.6)
    assert renamed["person_count"] == 1
    assert call("show_gallery", gallery="the-club")["threshold"] == 0.6
    call("delete_gallery", gallery="the-club")
    assert refused(call, "show_gallery", gallery="the-club") == (404, "gallery_not_found")
    assert refused(call, "create_gallery", name="default") == (409, "name_taken")


@pytest.mark.parametrize("scopes", [(), ("read",)])
def test_who_may_not_is_told_so_as_described(
    client_with: Callable[..., DescribedClient], scopes: tuple[str, ...]
) -> None:
    client = client_with(*scopes)
    expected = (403, "scope_missing") if scopes else (401, "not_authenticated")
    for body in (JSON, FORM):
        assert refused(client.call, "detect", body, photo=draw_photo()) == expected


def test_every_operation_has_an_id_to_be_called_by(
    client_with: Callable[..., DescribedClient], repository_root: Path
) -> None:
    paths = json.loads((repository_root / "docs" / "openapi.json").read_text())["paths"]
    assert len(client_with().operation_ids) == sum(len(item) for item in paths.values())
