"""What no friendly client sends."""

import base64

import pytest
from flask import Flask

from drawing import draw_photo
from serving_app import Api
from serving_app import assert_problem
from serving_app import photo_part

pytestmark = pytest.mark.thorough

PEOPLE = "/galleries/default/people"
NOBODY = "00000000-0000-4000-8000-000000000000"


@pytest.mark.parametrize(
    ("text", "code", "status"),
    [
        ("{", "bad_request", 400),
        ("", "bad_request", 400),
        ('{"name": NaN}', "bad_request", 400),
        ('{"name": "\\ud800"}', "bad_request", 400),
        ('{"metadata": ' + '{"a":' * 20_000 + "1" + "}" * 20_001, "bad_request", 400),
        ("[" * 100_000 + "]" * 100_000, "bad_request", 400),
        ('{"name": 1' + "0" * 5000 + "}", "bad_request", 400),
        ("[]", "invalid_input", 422),
        ('"name"', "invalid_input", 422),
        ("null", "invalid_input", 422),
        ("{}", "invalid_input", 422),
        ('{"name": null}', "invalid_input", 422),
        ('{"name": 7}', "invalid_input", 422),
        ('{"name": "   "}', "invalid_input", 422),
        ('{"name": "a\\u0000b"}', "invalid_input", 422),
        ('{"name": "a\\nb"}', "invalid_input", 422),
        ('{"name": "Ada", "role": "admin"}', "invalid_input", 422),
        ('{"name": "Ada", "notes": "\\u0000"}', "invalid_input", 422),
        ('{"name": "Ada", "metadata": {"\\u0000": 1}}', "invalid_input", 422),
        ('{"name": "Ada", "metadata": {"a": 1e999}}', "invalid_input", 422),
        ('{"name": "Ada", "metadata": []}', "invalid_input", 422),
    ],
)
def test_json_that_is_none_or_breaks_a_rule_is_refused(
    api: Api, text: str, code: str, status: int
) -> None:
    answer = api("POST", PEOPLE, data=text.encode(), content_type="application/json")
    assert_problem(answer, status, code)
    assert api("GET", PEOPLE).get_json()["total"] == 0


def test_what_is_refused_is_named_and_its_value_is_not(api: Api) -> None:
    answer = api("POST", PEOPLE, json={"name": ["Ada Lovelace"]})
    assert assert_problem(answer, 422, "invalid_input")["field"] == "name"
    assert "Lovelace" not in answer.text


def test_what_should_be_an_object_is_told_so_in_words_of_json(api: Api) -> None:
    answer = api("POST", PEOPLE, json={"name": "Ada", "metadata": [1]})
    assert "JSON object" in assert_problem(answer, 422, "invalid_input")["detail"]


@pytest.mark.parametrize("content_type", ["text/plain", "application/x-www-form-urlencoded", ""])
def test_other_types_of_content_are_refused(api: Api, content_type: str) -> None:
    for path in ("/detect", "/verify", "/galleries/default/identify", PEOPLE, "/galleries"):
        answer = api("POST", path, data=b"name=Ada", content_type=content_type)
        assert_problem(answer, 415, "unsupported_media_type")


def test_a_form_is_no_body_for_what_takes_json(api: Api) -> None:
    assert_problem(api.send(PEOPLE, name="Ada"), 415, "unsupported_media_type")


@pytest.mark.parametrize(
    ("photo", "status", "code"),
    [
        (None, 422, "invalid_input"),
        (7, 422, "invalid_input"),
        ("", 422, "invalid_input"),
        ("not base64!", 422, "invalid_input"),
        (base64.b64encode(draw_photo(["ada"])).decode()[:-1], 422, "invalid_input"),
        ("data:image/png;base64,aGFsbG8=", 422, "invalid_input"),
        ("aGFs\nbG8=", 422, "invalid_input"),
        (base64.b64encode(b"hello").decode(), 415, "unsupported_image"),
        (base64.b64encode(draw_photo(["ada"])[:200]).decode(), 422, "unreadable_image"),
        ("A" * 266_672, 413, "image_too_large"),
        ("A" * 700_000, 413, "payload_too_large"),
        (base64.b64encode(draw_photo(size_wh=(1001, 1000))).decode(), 413, "too_many_pixels"),
    ],
)
def test_photos_in_json_that_cannot_be_used(
    api: Api, photo: object, status: int, code: str
) -> None:
    assert_problem(api("POST", "/detect", json={"photo": photo}), status, code)


@pytest.mark.parametrize(
    ("photo", "status", "code"),
    [
        (b"", 422, "invalid_input"),
        (b"hello", 415, "unsupported_image"),
        (b"\xff\xd8\xff\xe0" + b"\x00" * 500, 422, "unreadable_image"),
        (b"\xff\xd8\xff" + b"\x00" * 200_000, 413, "image_too_large"),
    ],
)
def test_photos_in_forms_that_cannot_be_used(
    api: Api, photo: bytes, status: int, code: str
) -> None:
    assert_problem(api.send("/detect", photo=photo), status, code)


def test_a_form_that_is_larger_than_all_its_photos_may_be_is_refused(api: Api) -> None:
    boundary = "multipart/form-data; boundary=x"
    answer = api("POST", "/detect", data=b"\x00" * 3_000_000, content_type=boundary)
    assert_problem(answer, 413, "payload_too_large")


def test_a_field_sent_twice_is_refused(api: Api) -> None:
    twice = {"photo": [photo_part(draw_photo(["ada"])), photo_part(draw_photo(["bob"]))]}
    answer = api("POST", "/detect", data=twice)
    assert assert_problem(answer, 422, "invalid_input")["field"] == "photo"


@pytest.mark.parametrize("filename", ["", '; filename="photo.png"'])
def test_a_part_without_a_name_is_refused(api: Api, filename: str) -> None:
    part = f"--x\r\nContent-Disposition: form-data{filename}\r\n\r\nAda\r\n--x--\r\n"
    answer = api("POST", "/detect", data=part, content_type="multipart/form-data; boundary=x")
    assert "no name" in assert_problem(answer, 422, "invalid_input")["detail"]


@pytest.mark.parametrize(
    "fields",
    [
        {"face_number": "0"},
        {"face_number": "one"},
        {"face_number": "1" * 5000},
        {"nonsense": "1"},
        {"nonsense": b"a file"},
    ],
)
def test_fields_that_break_a_rule_are_refused(api: Api, fields: dict[str, str | bytes]) -> None:
    ada = api.add_person("Ada")
    answer = api.send(f"{PEOPLE}/{ada}/faces", photo=draw_photo(["ada"]), **fields)
    assert_problem(answer, 422, "invalid_input")


@pytest.mark.parametrize(
    "fields",
    [
        {},
        {"photo_a": draw_photo(["ada"])},
        {"photo": draw_photo(["ada"])},
        {"person_id": NOBODY},
        {"photo": draw_photo(["ada"]), "person_id": "../../etc/passwd"},
        {"photo": draw_photo(["ada"]), "person_id": "a\x00b"},
        {"photo": draw_photo(["ada"]), "person_id": NOBODY, "gallery": "no such/name"},
        {"photo_a": draw_photo(["ada"]), "photo_b": draw_photo(["ada"]), "threshold": "2"},
        {"photo_a": draw_photo(["ada"]), "photo_b": draw_photo(["ada"]), "threshold": "nan"},
    ],
)
def test_comparing_needs_two_photos_or_a_photo_and_a_person(
    api: Api, fields: dict[str, str | bytes]
) -> None:
    assert_problem(api.send("/verify", **fields), 422, "invalid_input")


@pytest.mark.parametrize("code", ["a", "b"])
def test_which_of_two_photos_is_at_fault_is_said(api: Api, code: str) -> None:
    photos = {"photo_a": draw_photo(["ada"]), "photo_b": draw_photo(["ada"])}
    photos[f"photo_{code}"] = draw_photo()
    answer = api.send("/verify", **photos)
    assert assert_problem(answer, 422, "no_face_found")["photo"] == code


@pytest.mark.parametrize(
    "query",
    ["limit=0", "limit=101", "limit=x", "limit=", "threshold=1.5", "threshold=nan", "thresholds=1"],
)
def test_questions_out_of_range_are_refused(api: Api, query: str) -> None:
    answer = api.send(f"/galleries/default/identify?{query}", photo=draw_photo(["ada"]))
    assert_problem(answer, 422, "invalid_input")


@pytest.mark.parametrize(
    ("path", "status"),
    [
        (f"{PEOPLE}?q=%00", 400),
        (f"{PEOPLE}?%00=1", 400),
        (f"{PEOPLE}/a%00b", 404),
        ("/galleries/a%00b/people", 404),
        ("/galleries/..%2f..%2fetc/people", 404),
        (f"{PEOPLE}/{NOBODY.upper().replace('0', 'A')}", 404),
        (f"{PEOPLE}/{NOBODY}/", 404),
        (f"{PEOPLE}/", 404),
        ("/galleries//people", 404),
        (f"/galleries/{'x' * 101}", 404),
        (f"{PEOPLE}?cursor={'A' * 5000}", 422),
        (f"{PEOPLE}?q={'a' * 201}", 422),
    ],
)
def test_addresses_that_no_one_was_given(api: Api, path: str, status: int) -> None:
    code = {400: "bad_request", 404: "not_found", 422: "invalid_input"}[status]
    assert_problem(api("GET", path), status, code)


def test_a_method_that_is_not_taken_is_told_which_are(api: Api) -> None:
    answer = api("PUT", PEOPLE, json={})
    assert_problem(answer, 405, "method_not_allowed")
    assert answer.headers["Allow"] == "GET, HEAD, OPTIONS, POST"


def test_heads_and_options_are_answered(api: Api) -> None:
    head = api("HEAD", PEOPLE)
    assert (head.status_code, head.data) == (200, b"")
    options = api("OPTIONS", PEOPLE)
    assert options.status_code == 200
    assert set(options.headers["Allow"].split(", ")) == {"GET", "HEAD", "OPTIONS", "POST"}


def test_a_mistake_of_ours_is_told_without_its_values(
    app: Flask, api: Api, capsys: pytest.CaptureFixture[str], caplog: pytest.LogCaptureFixture
) -> None:
    def fail(**_options: object) -> None:
        secret = "Ada Lovelace"
        raise RuntimeError(secret)

    view = app.view_functions["api_galleries.list_all"]
    fail.__dict__.update(view.__dict__)
    app.view_functions["api_galleries.list_all"] = fail  # type: ignore[assignment]  # it never returns
    answer = api("GET", "/galleries")
    assert_problem(answer, 500, "internal_error")
    said = answer.text + caplog.text + "".join(capsys.readouterr())
    assert "Lovelace" not in said
    assert "RuntimeError" not in answer.text
