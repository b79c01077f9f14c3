import base64

import pytest
from flask import Flask
from flask.testing import FlaskClient

from mien.http.request_bodies import read_photo
from mien.http.request_bodies import read_photos
from serving_app import assert_problem
from serving_app import photo_part

JSON = {"Accept": "application/json"}


@pytest.fixture
def sizes(app: Flask, browser: FlaskClient) -> FlaskClient:
    app.config["WTF_CSRF_METHODS"] = set()
    app.add_url_rule("/one", "one", lambda: str(len(read_photo())), methods=["POST"])
    app.add_url_rule(
        "/many", "many", lambda: {"sizes": [len(each) for each in read_photos()]}, methods=["POST"]
    )
    return browser


def test_a_photo_is_read_from_a_form_or_from_json(sizes: FlaskClient) -> None:
    assert sizes.post("/one", data={"photo": photo_part(b"12345")}).text == "5"
    text = base64.b64encode(b"12345").decode()
    assert sizes.post("/one", json={"photo": text}).text == "5"


def test_several_photos_keep_their_order(sizes: FlaskClient) -> None:
    photos = {"photo": [photo_part(b"1"), photo_part(b"333"), photo_part(b"22")]}
    assert sizes.post("/many", data=photos).get_json() == {"sizes": [1, 3, 2]}


def test_a_field_in_which_nothing_was_chosen_is_a_missing_photo(sizes: FlaskClient) -> None:
    for path in ("/one", "/many"):
        answer = sizes.post(path, data={"photo": photo_part(b"", filename="")}, headers=JSON)
        assert assert_problem(answer, 422, "invalid_input")["field"] == "photo"


def test_more_than_one_photo_where_one_is_read_is_refused(sizes: FlaskClient) -> None:
    two = {"photo": [photo_part(b"1"), photo_part(b"2")]}
    answer = sizes.post("/one", data=two, headers=JSON)
    assert_problem(answer, 422, "invalid_input")


def test_more_than_twelve_photos_are_refused(sizes: FlaskClient) -> None:
    photos = {"photo": [photo_part(b"1") for _ in range(13)]}
    answer = sizes.post("/many", data=photos, headers=JSON)
    assert_problem(answer, 422, "invalid_input")


def test_a_hundred_and_one_parts_are_too_many(sizes: FlaskClient) -> None:
    fields = {f"field_{number}": "1" for number in range(101)}
    answer = sizes.post("/many", data=fields, content_type="multipart/form-data", headers=JSON)
    assert_problem(answer, 413, "payload_too_large")


def test_a_photo_that_is_one_byte_too_large_is_refused(sizes: FlaskClient) -> None:
    assert sizes.post("/one", data={"photo": photo_part(b"x" * 200_000)}).text == "200000"
    answer = sizes.post("/one", data={"photo": photo_part(b"x" * 200_001)}, headers=JSON)
    assert_problem(answer, 413, "image_too_large")
    text = base64.b64encode(b"x" * 200_000).decode()
    assert sizes.post("/one", json={"photo": text}).text == "200000"
