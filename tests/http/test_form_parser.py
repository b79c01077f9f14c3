import io

import pytest
from flask import Flask
from flask.testing import FlaskClient
from hypothesis import given
from hypothesis import settings
from hypothesis import strategies as st
from werkzeug.exceptions import RequestEntityTooLarge
from werkzeug.sansio.multipart import Data
from werkzeug.sansio.multipart import File

from drawing import draw_photo
from mien.errors import FormError
from mien.http.form_parser import FormDecoder
from mien.http.request_bodies import read_form
from serving_app import assert_problem

pytestmark = pytest.mark.thorough

FORM = "multipart/form-data; boundary=b"
JSON = {"Accept": "application/json"}
PHOTO = draw_photo([], size_wh=(320, 240))


def form_of(*parts: tuple[str, bytes]) -> bytes:
    """A form of parts, each with its disposition."""
    pieces = [
        b"--b\r\nContent-Disposition: form-data; " + head.encode("latin-1") + b"\r\n\r\n" + body
        for head, body in parts
    ]
    return b"\r\n".join([*pieces, b"--b--\r\n"])


@pytest.fixture
def fields(app: Flask, browser: FlaskClient) -> FlaskClient:
    app.config["WTF_CSRF_METHODS"] = set()

    def told() -> dict[str, str]:
        return {
            name: "file" if isinstance(value, bytes) else value
            for name, value in read_form().items()
        }

    app.add_url_rule("/told", "told", told, methods=["POST"])
    return browser


@pytest.mark.parametrize("name", ["photo", "photo_a", "photo_b", "photos"])
@pytest.mark.parametrize("more", ["", "; filename=", '; filename=""', '; filename="a.jpg"'])
def test_a_part_of_a_photo_is_a_file_whatever_it_is_called(
    fields: FlaskClient, name: str, more: str
) -> None:
    body = form_of((f'name="{name}"{more}', b"\xff\x00\xfe"), ('name="other"', b"text"))
    answer = fields.post("/told", data=body, content_type=FORM)
    assert answer.get_json() == {name: "file", "other": "text"}


def test_a_photo_without_a_file_name_may_be_as_large_as_any(
    fields: FlaskClient,
) -> None:
    body = form_of(('name="photo"', b"x" * 199_000))
    assert fields.post("/told", data=body, content_type=FORM).get_json() == {"photo": "file"}
    body = form_of(('name="photo"', b"x" * 200_001))
    answer = fields.post("/told", data=body, content_type=FORM, headers=JSON)
    assert_problem(answer, 413, "image_too_large")


def test_other_fields_stay_as_small_as_they_were(fields: FlaskClient) -> None:
    body = form_of(('name="other"', b"x" * 600_000))
    answer = fields.post("/told", data=body, content_type=FORM, headers=JSON)
    assert_problem(answer, 413, "payload_too_large")


def test_names_in_latin_1_are_names(fields: FlaskClient) -> None:
    body = form_of(('name="photo"; filename="caf\xe9.jpg"', b"x"), ('name="other"', b"text"))
    answer = fields.post("/told", data=body, content_type=FORM)
    assert answer.get_json() == {"photo": "file", "other": "text"}


@pytest.mark.parametrize(
    ("content_type", "body", "code"),
    [
        ("multipart/form-data", form_of(('name="photo"', b"x")), "form_without_boundary"),
        ("multipart/form-data; boundary=", b"x", "form_without_boundary"),
        (FORM, form_of(('name="photo"', b"x"))[:-8], "form_broken_off"),
        (FORM, form_of(('name="photo"', b"x"))[:30], "form_broken_off"),
        ("multipart/form-data; boundary=c", form_of(('name="photo"', b"x")), "form_damaged"),
        (FORM, PHOTO, "form_damaged"),
    ],
    ids=["no-boundary", "empty-boundary", "no-end", "in-headers", "other-boundary", "no-form"],
)
@pytest.mark.parametrize("path", ["/told", "/identify", "/compare"])
def test_each_fault_of_a_form_has_its_own_reason(
    fields: FlaskClient, content_type: str, body: bytes, code: str, path: str
) -> None:
    answer = fields.post(path, data=body, content_type=content_type, headers=JSON)
    assert_problem(answer, 400, code)


@settings(max_examples=300, deadline=None)
@given(
    data=st.lists(
        st.sampled_from(
            [
                b"--b",
                b"--b--",
                b"\r\n",
                b"\n",
                b"\r",
                b"Content-Disposition: form-data; name=photo",
                b"Content-Disposition",
                b":",
                b"\xe9",
                b"\x00",
                b"filename*=utf-8''%ff",
                b";",
                b"--",
                b"x",
            ]
        ),
        max_size=30,
    ).map(b"".join),
    chunk=st.integers(1, 40),
)
def test_any_bytes_give_parts_or_a_reason(data: bytes, chunk: int) -> None:
    source = io.BytesIO(data)
    try:
        events = list(FormDecoder("b", most_bytes=10_000).events(lambda: source.read(chunk)))
    except (FormError, RequestEntityTooLarge):
        return
    assert sum(len(each.data) for each in events if isinstance(each, Data)) <= len(data)
    assert not any(isinstance(each, File) and each.name is None for each in events)
