import re
from collections.abc import Callable

import pytest
from flask import Flask
from werkzeug.exceptions import default_exceptions

from mien.errors import DatabaseUnreachable
from mien.runtime import Runtime
from mien.web.errors import TITLES
from visiting import Visitor
from visiting import says


@pytest.fixture
def visitor(app: Flask, runtime: Runtime) -> Visitor:
    return Visitor(app, runtime)


def raising(error: Exception) -> Callable[[], str]:
    def view() -> str:
        raise error

    return view


@pytest.mark.parametrize("status", [400, 401, 403, 404, 405, 413, 415, 422, 429, 500])
@pytest.mark.parametrize("signed_in", [True, False])
def test_every_status_is_a_page_in_plain_words_with_the_requests_id(
    app: Flask, visitor: Visitor, status: int, signed_in: bool
) -> None:
    app.add_url_rule("/raise", "raise", raising(default_exceptions[status]()))
    if signed_in:
        visitor.signed_in()
    answer = visitor.client.get("/raise")
    assert answer.status_code == status
    assert answer.mimetype == "text/html"
    words = says(answer.text)
    assert TITLES[status] in words
    assert f"request {answer.headers['X-Request-ID']}" in words
    assert ("Sign out" in words) == (signed_in and status < 500)


@pytest.mark.parametrize(("status", "like"), [(418, 400), (501, 500)])
def test_a_status_without_a_title_of_its_own_has_that_of_its_kind(
    app: Flask, visitor: Visitor, status: int, like: int
) -> None:
    app.add_url_rule("/raise", "raise", raising(default_exceptions[status]()))
    answer = visitor.client.get("/raise")
    assert answer.status_code == status
    assert TITLES[like] in says(answer.text)


def test_an_unexpected_error_tells_nothing_of_itself(app: Flask, visitor: Visitor) -> None:
    app.add_url_rule("/raise", "raise", raising(RuntimeError("a secret")))
    answer = visitor.signed_in().client.get("/raise")
    assert answer.status_code == 500
    assert "a secret" not in answer.text
    assert re.search(r"<h1[^>]*>Something went wrong here<", answer.text)


def test_an_unreachable_database_is_a_page_that_asks_it_nothing(
    app: Flask, visitor: Visitor
) -> None:
    app.add_url_rule("/raise", "raise", raising(DatabaseUnreachable()))
    answer = visitor.signed_in().client.get("/raise")
    assert answer.status_code == 503
    assert "The database does not respond." in answer.text


def test_a_program_gets_its_own_shape(visitor: Visitor) -> None:
    answer = visitor.client.get("/nothing", headers={"Accept": "application/json"})
    assert answer.status_code == 404
    assert answer.mimetype == "application/problem+json"


def test_a_strangers_request_is_sent_back_after_signing_in(visitor: Visitor) -> None:
    answer = visitor.client.get("/galleries/default/people?q=a&sort=newest")
    assert (
        answer.headers["Location"]
        == "/sign-in?next=/galleries/default/people?q%3Da%26sort%3Dnewest"
    )


def test_wrong_methods_name_the_right_ones(visitor: Visitor) -> None:
    answer = visitor.signed_in().client.delete("/identify")
    assert answer.status_code == 405
    assert {"GET", "POST"} <= set(answer.headers["Allow"].split(", "))
