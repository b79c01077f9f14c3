import re
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient
from flask_wtf.csrf import generate_csrf

from building import acting
from building import make_runtime
from mien.access.sign_ins import end_sign_in
from mien.access.sign_ins import open_sign_in
from mien.access.users import add_user
from mien.app import create_app
from mien.http.cookies import SIGN_IN_COOKIE
from mien.http.csrf import form_token
from serving_app import assert_problem
from serving_app import photo_part

JSON = {"Accept": "application/json"}


@pytest.fixture
def form(app: Flask) -> FlaskClient:
    app.add_url_rule("/form", "form", form_token, methods=["GET"])
    app.add_url_rule("/change", "change", lambda: "changed", methods=["POST", "PUT", "DELETE"])
    return app.test_client()


def token(client: FlaskClient, **options: str) -> str:
    return client.get("/form", **options).text


def test_a_form_of_our_own_is_taken(form: FlaskClient) -> None:
    assert form.post("/change", data={"csrf_token": token(form)}).text == "changed"
    assert form.delete("/change", headers={"X-CSRF-Token": token(form)}).text == "changed"


@pytest.mark.parametrize("data", [{}, {"csrf_token": ""}, {"csrf_token": "made.up.token"}])
def test_a_form_without_its_token_is_not(form: FlaskClient, data: dict[str, str]) -> None:
    token(form)
    for method in ("POST", "PUT", "DELETE"):
        answer = form.open("/change", method=method, data=data, headers=JSON)
        assert_problem(answer, 400, "csrf_failed")


def test_a_token_of_another_browser_is_not_taken(app: Flask, form: FlaskClient) -> None:
    stolen = token(app.test_client())
    token(form)
    answer = form.post("/change", data={"csrf_token": stolen}, headers=JSON)
    assert_problem(answer, 400, "csrf_failed")


@pytest.mark.parametrize(
    ("site", "taken"),
    [("same-origin", True), ("none", True), ("same-site", False), ("cross-site", False)],
)
def test_where_the_browser_says_it_comes_from_counts(
    form: FlaskClient, site: str, taken: bool
) -> None:
    data = {"csrf_token": token(form)}
    answer = form.post("/change", data=data, headers={**JSON, "Sec-Fetch-Site": site})
    assert (answer.status_code == 200) is taken


@pytest.mark.parametrize("scheme", ["http", "https"])
@pytest.mark.parametrize(
    ("headers", "taken"),
    [
        ({}, True),
        ({"Referer": "https://mien.example/form"}, True),
        ({"Origin": "SCHEME://mien.example"}, True),
        ({"Origin": "SCHEME://mien.example", "Sec-Fetch-Site": "same-origin"}, True),
        ({"Origin": "https://evil.example"}, False),
        ({"Origin": "SCHEME://mien.example.evil.example"}, False),
        ({"Origin": "SCHEME://mien.example:8443"}, False),
        ({"Origin": "null"}, False),
    ],
)
def test_a_referrer_is_not_needed_and_a_foreign_origin_is_refused(
    form: FlaskClient, scheme: str, headers: dict[str, str], taken: bool
) -> None:
    here = {"base_url": f"{scheme}://mien.example"}
    data = {"csrf_token": token(form, **here)}
    sent = {name: value.replace("SCHEME", scheme) for name, value in headers.items()}
    answer = form.post("/change", data=data, headers={**JSON, **sent}, **here)
    if taken:
        assert answer.text == "changed"
    else:
        assert_problem(answer, 400, "csrf_failed")


def test_a_token_is_good_for_the_sign_in_it_was_made_in(form: FlaskClient, app: Flask) -> None:
    services = app.extensions["mien"].services
    before = token(form)
    for name in ("Ada", "Bob"):
        user = add_user(acting(services), name=name, password="correct horse", is_admin=False)
        secret, _ = open_sign_in(acting(services), user_id=user.id, browser="x", lasts_seconds=600)
        form.set_cookie(SIGN_IN_COOKIE, secret)
        refused = form.post("/change", data={"csrf_token": before}, headers=JSON)
        assert_problem(refused, 400, "csrf_failed")
        before = token(form)
        assert form.post("/change", data={"csrf_token": before}).text == "changed"


def test_a_stranger_cannot_make_the_server_read_an_upload(form: FlaskClient) -> None:
    data = {"csrf_token": token(form), "photo": photo_part(b"x")}
    assert_problem(form.post("/change", data=data, headers=JSON), 401, "not_authenticated")
    text = {"csrf_token": token(form), "name": "x" * 70_000}
    assert_problem(form.post("/change", data=text, headers=JSON), 413, "payload_too_large")


def test_a_stranger_has_to_say_how_much_is_coming(form: FlaskClient, browser: FlaskClient) -> None:
    chunks = {"Transfer-Encoding": "chunked"}
    answer = form.post("/change", headers={**JSON, **chunks})
    assert_problem(answer, 411, "length_required")
    assert_problem(browser.post("/change", headers={**JSON, **chunks}), 400, "csrf_failed")


def test_what_nothing_is_there_for_is_not_read(form: FlaskClient) -> None:
    class Unread:
        def read(self, _size: int = -1) -> bytes:
            raise AssertionError("somebody has read it")

    for path in ("/nowhere", "/form"):
        answer = form.post(
            path, headers=JSON, content_type="application/x-www-form-urlencoded",
            environ_overrides={"wsgi.input": Unread(), "CONTENT_LENGTH": "300000"},
        )  # fmt: skip
        assert answer.status_code in (404, 405)


def test_what_is_not_there_is_not_found_rather_than_forged(form: FlaskClient) -> None:
    assert_problem(form.post("/nowhere", headers=JSON), 404, "not_found")


@pytest.mark.usefixtures("form")
def test_a_part_without_a_name_is_as_good_as_none(browser: FlaskClient) -> None:
    parts = ['; name="csrf_token"\r\n\r\n' + token(browser), "\r\n\r\nAda"]
    body = "".join(f"--x\r\nContent-Disposition: form-data{part}\r\n" for part in parts)
    answer = browser.post(
        "/change", data=f"{body}--x--\r\n", content_type="multipart/form-data; boundary=x"
    )
    assert answer.text == "changed"


def test_null_characters_are_refused_before_any_database_sees_them(form: FlaskClient) -> None:
    data = {"csrf_token": token(form), "name": "a\x00b"}
    assert_problem(form.post("/change", data=data, headers=JSON), 400, "bad_request")


@pytest.mark.parametrize(
    ("setting", "scheme", "secure"),
    [
        ("auto", "http", False),
        ("auto", "https", True),
        ("always", "http", True),
        ("never", "https", False),
    ],
)
def test_the_form_cookie_has_its_marks(
    tmp_path: Path, setting: str, scheme: str, secure: bool
) -> None:
    runtime = make_runtime(tmp_path, secure_cookies=setting)
    app = create_app(runtime)
    app.add_url_rule("/form", "form", form_token)
    cookie = app.test_client().get("/form", base_url=f"{scheme}://localhost").headers["Set-Cookie"]
    runtime.close()
    name = "__Host-mien_form" if secure else "mien_form"
    assert re.match(rf"{name}=\S+; ", cookie)
    assert {"HttpOnly", "Path=/", "SameSite=Lax"} <= set(cookie.split("; "))
    assert ("Secure" in cookie.split("; ")) is secure
    assert "Domain" not in cookie


def test_a_page_that_makes_a_form_before_its_token_has_one_token(
    form: FlaskClient, app: Flask
) -> None:
    def page() -> str:
        generate_csrf()  # as a form of the library does when it is made
        return form_token()

    app.add_url_rule("/page", "page", page)
    services = app.extensions["mien"].services
    user = add_user(acting(services), name="Ada", password="correct horse", is_admin=False)
    secret, _ = open_sign_in(acting(services), user_id=user.id, browser="x", lasts_seconds=600)
    form.set_cookie(SIGN_IN_COOKIE, secret)
    data = {"csrf_token": form.get("/page").text}
    assert form.post("/change", data=data).text == "changed"


def test_a_form_from_before_a_sign_in_has_ended_leads_to_the_next_one(
    form: FlaskClient, app: Flask
) -> None:
    services = app.extensions["mien"].services
    user = add_user(acting(services), name="Ada", password="correct horse", is_admin=False)
    secret, found = open_sign_in(acting(services), user_id=user.id, browser="x", lasts_seconds=600)
    form.set_cookie(SIGN_IN_COOKIE, secret)
    before = token(form)
    end_sign_in(acting(services), user_id=user.id, sign_in_id=found.id)
    refused = form.post("/change", data={"csrf_token": before}, headers=JSON)
    assert_problem(refused, 401, "not_authenticated")
