import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from flask import Flask

from building import acting
from building import make_runtime
from drawing import draw_photo
from mien.access.api_keys import create_key
from mien.app import create_app
from serving_app import Api
from serving_app import assert_problem
from serving_app import photo_part

BATCH = "/galleries/default/identify/batch"
FORM = "multipart/form-data; boundary=b"


@pytest.fixture
def small(tmp_path: Path) -> Iterator[Api]:
    """An API that takes three photos of 20,000 bytes at once."""
    runtime = make_runtime(tmp_path, max_upload_bytes=20_000, batch_photos=3)
    key, _ = create_key(acting(runtime.services), name="k", scopes=["admin"])
    yield Api(create_app(runtime), key)
    runtime.close()


def send(api: Api, *photos: bytes, path: str = BATCH, field: str = "photo") -> Any:
    parts = [photo_part(photo, f"{number}.png") for number, photo in enumerate(photos, 1)]
    return api("POST", path, data={field: parts}, content_type="multipart/form-data")


def lines(answer: Any) -> list[dict[str, Any]]:
    assert answer.status_code == 200, answer.text
    assert answer.mimetype == "application/x-ndjson"
    assert answer.headers["X-Accel-Buffering"] == "no"
    assert answer.text.endswith("\n")
    return [json.loads(line) for line in answer.text.splitlines()]


def test_each_photo_has_a_line_of_the_same_answer_as_alone(api: Api) -> None:
    person = api.add_person("Ada")
    api.send(f"/galleries/default/people/{person}/faces", photo=draw_photo(["Ada"]))
    photos = [draw_photo(["Ada"], variant=1), draw_photo(["Bob", "Ada"]), draw_photo([])]
    found = lines(send(api, *photos))
    assert [line["number"] for line in found] == [1, 2, 3]
    assert [line["name"] for line in found] == ["1.png", "2.png", "3.png"]
    for photo, line in zip(photos, found, strict=True):
        alone = api.send("/galleries/default/identify", photo=photo).get_json()
        assert line["identification"] == alone
        assert line["problem"] is None


def test_a_bad_photo_stops_none_of_the_others(small: Api) -> None:
    found = lines(send(small, b"no photo", b"x" * 20_001, draw_photo(["Ada"])))
    bad, large, good = found
    assert bad["identification"] is None
    assert (bad["problem"]["status"], bad["problem"]["code"]) == (415, "unsupported_image")
    assert bad["problem"]["request_id"]
    assert (large["problem"]["status"], large["problem"]["code"]) == (413, "image_too_large")
    assert len(good["identification"]["faces"]) == 1


def test_one_photo_too_many_is_told_after_the_others(small: Api) -> None:
    *good, last = lines(send(small, *[draw_photo([])] * 4))
    assert [line["number"] for line in good] == [1, 2, 3]
    assert last["number"] is None
    assert last["problem"]["code"] == "invalid_input"
    assert "3 photos" in last["problem"]["detail"]


def test_a_form_that_is_broken_off_is_told_after_what_was_whole(api: Api) -> None:
    head = b'--b\r\nContent-Disposition: form-data; name="photo"; filename="a"\r\n\r\n'
    body = head + draw_photo([]) + b"\r\n" + head + b"half a pho"
    answer = api("POST", BATCH, data=body, content_type="multipart/form-data; boundary=b")
    whole, broken = lines(answer)
    assert whole["identification"]["faces"] == []
    assert (broken["number"], broken["problem"]["code"]) == (None, "form_broken_off")


def test_a_photo_without_a_file_name_is_one_all_the_same(api: Api) -> None:
    nameless = b'--b\r\nContent-Disposition: form-data; name="photo"\r\n\r\n'
    body = nameless + draw_photo([]) + b"\r\n" + nameless + b"text\r\n--b--\r\n"
    photo, text = lines(api("POST", BATCH, data=body, content_type=FORM))
    assert photo["name"] is None
    assert photo["identification"]["faces"] == []
    assert text["problem"]["code"] == "unsupported_image"


def test_a_name_that_is_no_utf_8_drops_no_photo(api: Api) -> None:
    body = b""
    for name in ("a.png", "caf\xe9.png", "b.png"):
        head = f'--b\r\nContent-Disposition: form-data; name="photo"; filename="{name}"\r\n\r\n'
        body += head.encode("latin-1") + draw_photo([]) + b"\r\n"
    found = lines(api("POST", BATCH, data=body + b"--b--\r\n", content_type=FORM))
    assert [line["name"] for line in found] == ["a.png", "café.png", "b.png"]
    assert all(line["identification"] for line in found)


def test_a_part_that_says_nothing_is_told_after_the_photos_before_it(api: Api) -> None:
    head = b'--b\r\nContent-Disposition: form-data; name="photo"; filename="a"\r\n\r\n'
    body = head + draw_photo([]) + b"\r\n--b\r\nX: y\r\n\r\nz\r\n--b--\r\n"
    photo, last = lines(api("POST", BATCH, data=body, content_type=FORM))
    assert photo["identification"]["faces"] == []
    assert last["problem"]["code"] == "invalid_input"


@pytest.mark.parametrize(
    ("content_type", "body", "code"),
    [
        ("multipart/form-data", b"--b\r\n", "form_without_boundary"),
        ("multipart/form-data; boundary=b", b"--b\r\nContent-Dispo", "form_broken_off"),
        ("multipart/form-data; boundary=c", b"--b\r\n\r\nx\r\n--b--\r\n", "form_damaged"),
        ("multipart/form-data; boundary=b", b"no form", "form_damaged"),
    ],
)
def test_a_form_that_cannot_be_taken_apart_has_its_own_reason(
    api: Api, content_type: str, body: bytes, code: str
) -> None:
    for path in (BATCH, "/detect"):
        assert_problem(api("POST", path, data=body, content_type=content_type), 400, code)


def test_what_is_wrong_with_the_whole_call_is_an_error_of_it(api: Api, small: Api) -> None:
    photo = draw_photo([])
    assert_problem(send(api, photo, path=f"{BATCH}?limit=0"), 422, "invalid_input")
    nowhere = BATCH.replace("default", "nowhere")
    assert_problem(send(api, photo, path=nowhere), 404, "gallery_not_found")
    assert_problem(send(api, photo, field="picture"), 422, "invalid_input")
    assert_problem(send(api), 422, "invalid_input")
    assert_problem(api("POST", BATCH, json={"photo": ""}), 415, "unsupported_media_type")
    form = "multipart/form-data; boundary=b"
    large = small("POST", BATCH, data=b"x" * 900_000, content_type=form)
    assert_problem(large, 413, "payload_too_large")


def test_many_answers_come_after_the_form_is_taken_in(app: Flask, api: Api) -> None:
    crowd = draw_photo([f"p{number}" for number in range(12)], face_px=60)
    count = 12
    found = lines(send(api, *[crowd] * count))
    assert len(found) == count
    assert sum(len(json.dumps(line)) for line in found) > 32 * 1024
    assert all(len(line["identification"]["faces"]) == 12 for line in found)


@pytest.mark.parametrize("scope", ["read", "enrol"])
def test_it_needs_the_scope_of_identify(app: Flask, key_with: Any, scope: str) -> None:
    assert_problem(send(Api(app, key_with(scope)), draw_photo([])), 403, "scope_missing")
    assert_problem(send(Api(app), draw_photo([])), 401, "not_authenticated")
