"""Errors become responses in one place."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
import structlog
from flask import Blueprint
from flask import Flask
from flask import abort
from werkzeug.exceptions import TooManyRequests

from mien import errors
from mien.errors import MienError
from mien.http.problems import Problem
from mien.http.problems import show_problems_with
from mien.http.problems import status_of
from mien.http.problems import tell_key_holders
from mien.runtime import Runtime
from mien.words.http_codes import HTTP_CODES
from serving_app import assert_problem


def all_errors(below: type[MienError] = MienError) -> Iterator[type[MienError]]:
    yield below
    for each in below.__subclasses__():
        yield from all_errors(each)


OWN = [error for error in all_errors() if error.__module__ == "mien.errors"]


@pytest.fixture
def bare(runtime: Runtime) -> Flask:
    """An application without pages, whose addresses fail as they are told to."""
    from mien.http.context import EXTENSION
    from mien.http.json_provider import install_json
    from mien.http.problems import install_problems
    from mien.http.request_ids import install_request_ids

    app = Flask("bare")
    app.extensions[EXTENSION] = runtime
    install_request_ids(app)
    install_json(app)
    install_problems(app)

    def fail(name: str) -> str:
        error = getattr(errors, name)
        field = {"field": "name"} if error is errors.InvalidInput else {}
        raise error(**field)

    def tire() -> str:
        raise TooManyRequests(retry_after=17)

    def give_up(status: int) -> str:
        abort(status)

    api = Blueprint("api", __name__, url_prefix="/api")
    tell_key_holders(api)
    api.add_url_rule("/fail/<name>", "fail", fail)
    api.add_url_rule("/abort/<int:status>", "abort", give_up)
    api.add_url_rule("/tired", "tired", tire)
    app.register_blueprint(api)
    app.add_url_rule("/fail/<name>", "fail", fail)
    return app


@pytest.mark.parametrize("error", OWN, ids=lambda error: error.__name__)
def test_every_error_has_a_status_and_one_shape(bare: Flask, error: type[MienError]) -> None:
    answer = bare.test_client().get(f"/api/fail/{error.__name__}")
    assert_problem(answer, status_of(error), error.code)
    assert ("WWW-Authenticate" in answer.headers) is (status_of(error) == 401)


@pytest.mark.parametrize(
    ("error", "level"),
    [("PackChanged", "warning"), ("ModelFileMissing", "error"), ("StorageFailed", "error")],
)
def test_what_is_to_be_expected_for_a_while_is_logged_as_a_warning(
    bare: Flask, error: str, level: str
) -> None:
    with structlog.testing.capture_logs() as lines:
        bare.test_client().get(f"/api/fail/{error}")
    assert [(line["log_level"], line["event"]) for line in lines] == [(level, "A request failed")]


def test_too_many_attempts_say_when_to_go_on(bare: Flask) -> None:
    def wait() -> str:
        raise errors.TooManyAttempts("seconds", retry_after_seconds=17)

    bare.add_url_rule("/wait", "wait", wait)
    answer = bare.test_client().get("/wait", headers={"Accept": "application/json"})
    assert_problem(answer, 429, "too_many_attempts")
    assert answer.headers["Retry-After"] == "17"
    assert answer.get_json()["retry_after_seconds"] == 17


def test_codes_are_told_apart() -> None:
    codes = [error.code for error in OWN]
    assert len(set(codes)) == len(codes)
    assert all(re.fullmatch(r"[a-z_]+", code) for code in codes)


@pytest.mark.parametrize(
    ("error", "status"),
    [
        (errors.UnreadableImage, 422),
        (errors.UnsupportedImage, 415),
        (errors.ImageTooLarge, 413),
        (errors.TooManyPixels, 413),
        (errors.SeveralFacesFound, 422),
        (errors.PersonNotFound, 404),
        (errors.NameTaken, 409),
        (errors.InvalidInput, 422),
        (errors.NotAuthenticated, 401),
        (errors.ScopeMissing, 403),
        (errors.SetupLinkInvalid, 403),
        (errors.ResetLinkInvalid, 403),
        (errors.TooManyAttempts, 429),
        (errors.ModelFileMissing, 503),
        (errors.DatabaseUnreachable, 503),
    ],
)
def test_statuses_that_clients_count_on(error: type[MienError], status: int) -> None:
    assert status_of(error) == status


def test_every_code_is_in_the_reference_with_its_status(repository_root: Path) -> None:
    page = (repository_root / "docs" / "reference" / "errors.md").read_text(encoding="utf-8")
    documented = {
        (code, int(status))
        for code, status in re.findall(r"^\| `(\w+)` \| (\d+) \|", page, re.MULTILINE)
    }
    raised = {(error.code, status_of(error)) for error in OWN if not error.__subclasses__()} | {
        (code, status) for status, (code, _) in HTTP_CODES.items() if code != "bad_request"
    }
    raised |= {("bad_request", 400), ("csrf_failed", 400), ("internal_error", 500)}
    assert raised - documented == set()


@pytest.mark.parametrize("status", sorted(HTTP_CODES))
def test_what_goes_wrong_before_our_code_has_the_same_shape(bare: Flask, status: int) -> None:
    code, detail = HTTP_CODES[status]
    answer = bare.test_client().get(f"/api/abort/{status}")
    assert assert_problem(answer, status, code)["detail"] == detail


@pytest.mark.parametrize(("status", "code"), [(418, "bad_request"), (501, "internal_error")])
def test_rare_statuses_have_a_code_too(bare: Flask, status: int, code: str) -> None:
    assert_problem(bare.test_client().get(f"/api/abort/{status}"), status, code)


def test_how_long_to_wait_is_told(bare: Flask) -> None:
    answer = bare.test_client().get("/api/tired")
    assert_problem(answer, 429, "rate_limited")
    assert answer.headers["Retry-After"] == "17"


def draw(problem: Problem) -> str:
    return f"<h1>{problem.status} {problem.code}</h1>"


@pytest.mark.parametrize(
    ("accept", "as_page"),
    [
        ("text/html,application/xhtml+xml,*/*;q=0.8", True),
        ("*/*", True),
        ("", True),
        ("application/json", False),
        ("application/problem+json", False),
        ("application/json;q=0.5, text/html", True),
    ],
)
def test_pages_are_for_people_and_json_is_for_programs(
    bare: Flask, accept: str, as_page: bool
) -> None:
    show_problems_with(bare, error_page=draw, sign_in_address=lambda: "/sign-in")
    client = bare.test_client()
    answer = client.get("/fail/NameTaken", headers={"Accept": accept})
    assert answer.status_code == 409
    assert (answer.text == "<h1>409 name_taken</h1>") is as_page
    below_api = client.get("/api/fail/NameTaken", headers={"Accept": accept})
    assert_problem(below_api, 409, "name_taken")


def test_a_person_who_is_not_signed_in_is_led_to_signing_in(bare: Flask) -> None:
    show_problems_with(bare, error_page=draw, sign_in_address=lambda: "/sign-in?next=/fail")
    client = bare.test_client()
    led = client.get("/fail/NotAuthenticated", headers={"Accept": "text/html"})
    assert (led.status_code, led.headers["Location"]) == (303, "/sign-in?next=/fail")
    assert_problem(client.get("/api/fail/NotAuthenticated"), 401, "not_authenticated")
    script = client.get("/fail/NotAuthenticated", headers={"Accept": "application/json"})
    assert_problem(script, 401, "not_authenticated")


def test_an_error_is_told_even_when_its_page_cannot_be_drawn(bare: Flask) -> None:
    def broken(_problem: Problem) -> str:
        raise RuntimeError("no template")

    show_problems_with(bare, error_page=broken, sign_in_address=lambda: "/")
    answer = bare.test_client().get("/fail/NameTaken", headers={"Accept": "text/html"})
    assert_problem(answer, 409, "name_taken")


def test_where_there_is_no_view_the_address_says_who_asks(bare: Flask) -> None:
    show_problems_with(bare, error_page=draw, sign_in_address=lambda: "/")
    client = bare.test_client()
    as_people = {"Accept": "text/html"}
    assert_problem(client.get("/api/nothing", headers=as_people), 404, "not_found")
    wrong_method = client.post("/api/tired", headers=as_people)
    assert_problem(wrong_method, 405, "method_not_allowed")
    assert "GET" in wrong_method.headers["Allow"]
    assert client.get("/nothing", headers=as_people).text == "<h1>404 not_found</h1>"


def test_a_page_below_the_apis_address_has_pages_for_errors(bare: Flask) -> None:
    def fail() -> str:
        raise errors.NameTaken("gallery")

    bare.add_url_rule("/api/page", "page", fail)
    show_problems_with(bare, error_page=draw, sign_in_address=lambda: "/")
    assert bare.test_client().get("/api/page").text == "<h1>409 name_taken</h1>"


def test_pages_speak_the_language_of_whoever_reads_and_programs_get_english(bare: Flask) -> None:
    def show(problem: Problem) -> str:
        return problem.detail

    def fail() -> str:
        raise errors.NameTaken("gallery")

    bare.add_url_rule("/taken", "taken", fail)
    show_problems_with(
        bare, error_page=show, sign_in_address=lambda: "/", translate=lambda text: text.upper()
    )
    client = bare.test_client()
    assert client.get("/taken").text == "A GALLERY WITH THIS NAME ALREADY EXISTS."
    told = client.get("/taken", headers={"Accept": "application/json"}).get_json()
    assert told["detail"] == "A gallery with this name already exists."
