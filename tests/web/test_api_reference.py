"""The page of the API's reference, against the description that the API gives of itself."""

import re
import shlex
from collections.abc import Iterator
from html.parser import HTMLParser
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from flask_openapi.openapi import OpenAPI
from markupsafe import escape

from building import acting
from building import make_runtime
from mien.access.sign_ins import open_sign_in
from mien.access.users import add_user
from mien.api.document import document
from mien.app import create_app
from mien.http.cookies import SIGN_IN_COOKIE
from mien.runtime import Runtime
from mien.web.pages.api_reference.fields import field_row
from mien.web.pages.api_reference.fields import field_type
from mien.web.text.filters import code_spans


@pytest.fixture(scope="module")
def runtime(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Runtime]:
    made = make_runtime(tmp_path_factory.mktemp("home"))
    yield made
    made.close()


@pytest.fixture(scope="module")
def app(runtime: Runtime) -> Flask:
    return create_app(runtime)


@pytest.fixture(scope="module")
def member(app: Flask, runtime: Runtime) -> FlaskClient:
    user = add_user(
        acting(runtime.services), name="Mara", password="correct horse battery", is_admin=False
    )
    secret, _ = open_sign_in(
        acting(runtime.services), user_id=user.id, browser="x", lasts_seconds=600
    )
    client = app.test_client()
    client.set_cookie(SIGN_IN_COOKIE, secret)
    return client


@pytest.fixture(scope="module")
def html(member: FlaskClient) -> str:
    answer = member.get("/api/docs")
    assert answer.status_code == 200
    return answer.text


@pytest.fixture(scope="module")
def described(app: Flask) -> dict[str, Any]:
    assert isinstance(app, OpenAPI)
    return document(app)


class Examples(HTMLParser):
    """The commands on a page."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.found: list[str] = []
        self._inside = False
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag == "pre":
            self._inside = True
            self.found.append("")

    def handle_endtag(self, tag: str) -> None:
        self._inside = self._inside and tag != "pre"

    def handle_data(self, data: str) -> None:
        if self._inside:
            self.found[-1] += data


def operations(described: dict[str, Any]) -> Iterator[tuple[str, str, dict[str, Any]]]:
    for path, methods in described["paths"].items():
        for method, operation in methods.items():
            yield method.upper(), path, operation


def unbroken(html: str) -> str:
    """Without the places at which an identifier may go on in the next line."""
    return html.replace("<wbr>", "")


def in_words(example: str) -> list[str]:
    return shlex.split(example.replace("\\\n", ""))


def test_every_operation_is_on_the_page(html: str, described: dict[str, Any]) -> None:
    shown = set(re.findall(r'operation__method">([A-Z]+)</span> ([^<]+)</code>', unbroken(html)))
    assert shown == {(method, path) for method, path, _ in operations(described)}
    for _, _, operation in operations(described):
        assert str(code_spans(operation["summary"])) in html
        assert f'id="{operation["operationId"].replace("_", "-")}"' in html


def test_every_operation_says_which_scope_it_needs(html: str, described: dict[str, Any]) -> None:
    count = len(list(operations(described)))
    assert len(re.findall(r"Needs the scope <code>(?:read|identify|enrol|admin)<", html)) == count


def test_every_field_and_every_parameter_is_on_the_page(
    html: str, described: dict[str, Any]
) -> None:
    names = {
        each["name"]
        for _, _, found in operations(described)
        for each in found.get("parameters", ())
    }
    for schema in described["components"]["schemas"].values():
        names |= schema["properties"].keys()
    shown = set(re.findall(r'fields__name"><code>([^<]+)</code>', unbroken(html)))
    assert names <= shown


def test_every_shape_that_is_named_is_described(html: str) -> None:
    named = set(re.findall(r'href="#(shape-[^"]+)"', html))
    assert len(named) > 5
    assert named == set(re.findall(r'id="(shape-[^"]+)"', html))


def test_every_example_calls_its_operation(html: str, described: dict[str, Any]) -> None:
    examples = Examples(html).found
    assert len(examples) == len(list(operations(described)))
    known = [
        (method, re.compile("http://localhost" + re.sub(r"\{\w+\}", "[^/]+", path) + "$"))
        for method, path, _ in operations(described)
    ]
    called = set()
    for example in examples:
        words = in_words(example)
        assert words[:3] == ["curl", "-H", "Authorization: Bearer $KEY"]
        sends = "-F" in words or "--json" in words
        method = words[words.index("-X") + 1] if "-X" in words else "POST" if sends else "GET"
        address = words[-1].partition("?")[0]
        called |= {
            (each, rule.pattern) for each, rule in known if each == method and rule.match(address)
        }
    assert called == {(method, rule.pattern) for method, rule in known}


def test_the_examples_send_what_the_api_takes(html: str) -> None:
    examples = [" ".join(in_words(example)[3:]) for example in Examples(html).found]
    people = "http://localhost/api/v1/galleries/default/people"
    assert "-F photo=@photo.jpg http://localhost/api/v1/detect" in examples
    assert f'--json {{"name": "Ada Lovelace"}} {people}' in examples
    assert f"-X DELETE {people}/$PERSON_ID" in examples
    assert f"-o crop.jpg {people}/$PERSON_ID/faces/$FACE_ID/crop" in examples


def test_whoever_is_not_signed_in_is_asked_to(app: Flask) -> None:
    answer = app.test_client().get("/api/docs", headers={"Accept": "text/html"})
    assert answer.status_code == 303
    assert answer.headers["Location"] == "/sign-in?next=/api/docs"


def test_a_key_does_not_open_the_page(app: Flask) -> None:
    headers = {"Authorization": "Bearer x", "Accept": "text/html"}
    assert app.test_client().get("/api/docs", headers=headers).status_code == 303


def test_the_page_of_keys_leads_here(app: Flask, runtime: Runtime) -> None:
    user = add_user(
        acting(runtime.services), name="Root", password="correct horse battery", is_admin=True
    )
    secret, _ = open_sign_in(
        acting(runtime.services), user_id=user.id, browser="x", lasts_seconds=600
    )
    client = app.test_client()
    client.set_cookie(SIGN_IN_COOKIE, secret)
    assert 'href="/api/docs"' in client.get("/keys").text


@pytest.mark.parametrize(
    ("schema", "words"),
    [
        ({"type": "string"}, "text"),
        ({"type": "string", "format": "binary"}, "file"),
        ({"type": "string", "enum": ["a", "b"]}, "one of `a`, `b`"),
        ({"type": "array", "items": {"type": "integer"}}, "list of whole number"),
        ({"type": "array", "prefixItems": [{"type": "number"}] * 2}, "list of 2 numbers"),
    ],
)
def test_a_type_in_words(schema: dict[str, Any], words: str) -> None:
    assert field_type(schema).before == words


def test_a_field_that_may_be_null_keeps_its_limits() -> None:
    inner = {"type": "number", "minimum": -1, "maximum": 1, "description": "How like."}
    schema = {"anyOf": [inner, {"type": "null"}], "default": None}
    row = field_row("threshold", schema, required=False)
    assert (row.type.before, row.type.after) == ("number", " or null")
    assert (row.limits, row.text) == ("\N{MINUS SIGN}1 to 1", "How like.")


def test_code_between_backticks_cannot_become_markup() -> None:
    assert code_spans("a `<b>` <i>") == f"a <code>{escape('<b>')}</code> {escape('<i>')}"
