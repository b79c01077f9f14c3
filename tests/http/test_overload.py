"""What a server has no room for is refused, and what costs much is known as such."""

import re

import pytest
from flask import Flask
from werkzeug.routing import Rule

from mien.deploy.nginx import nginx_site
from mien.deploy.render import render
from mien.errors import StorageError
from mien.http.overload import OVERLOADED
from mien.http.overload import RETRY_SECONDS
from mien.http.overload import photo_requests
from mien.settings import Settings
from serving_app import assert_problem

FULL = {OVERLOADED: True}
AN_ID = "01234567-89ab-cdef-0123-456789abcdef"
SAMPLE = {"gallery": "default", "person_id": AN_ID, "face_id": AN_ID, "number": "1"}


def test_programs_are_told_when_to_try_again(app: Flask) -> None:
    answer = app.test_client().post("/api/v1/detect", environ_overrides=FULL)
    body = assert_problem(answer, 503, "overloaded")
    assert answer.headers["Retry-After"] == str(RETRY_SECONDS)
    assert body["retry_after_seconds"] == RETRY_SECONDS


def test_people_get_a_page(app: Flask) -> None:
    answer = app.test_client().post("/identify", environ_overrides=FULL)
    assert answer.status_code == 503
    assert answer.mimetype == "text/html"
    assert "Busy at the moment" in answer.text
    assert answer.headers["Retry-After"] == str(RETRY_SECONDS)


def test_its_body_is_not_read(app: Flask) -> None:
    class Unread:
        def read(self, _size: int = -1) -> bytes:
            raise StorageError("somebody has read it")

    environ = {**FULL, "wsgi.input": Unread(), "CONTENT_LENGTH": "1000"}
    answer = app.test_client().post("/api/v1/detect", environ_overrides=environ)
    assert_problem(answer, 503, "overloaded")


def test_nobody_but_the_server_can_say_so(app: Flask) -> None:
    answer = app.test_client().get("/healthz", headers={OVERLOADED: "1", "mien_overloaded": "1"})
    assert answer.status_code == 200


def test_what_looks_at_photos_is_what_nginx_counts_as_photos(app: Flask) -> None:
    """Both are told by hand; neither may forget one."""
    is_one = photo_requests(app)
    site = nginx_site(Settings(), command="", server_names=["x"])
    config = render("nginx.conf", site)
    patterns = re.findall(r'"~(\^POST:\S+)" \$binary_remote_addr;', config)
    counted = [each for each in patterns if "sign-in" not in each]
    assert len(counted) == 3
    found = set()
    for rule in app.url_map.iter_rules():
        for method in rule.methods or ():
            path = filled(rule)
            asked = is_one(method, path)
            assert asked == any(re.search(each, f"{method}:{path}") for each in counted), path
            if asked:
                found.add(rule.rule)
    assert len(found) == 14


@pytest.mark.parametrize("path", ["/nowhere", "/identify/", "", "//", "/%", "/identify/x/photo"])
def test_other_addresses_are_none(app: Flask, path: str) -> None:
    assert not photo_requests(app)("POST", path)
    assert not photo_requests(app)("GET", path)


def test_of_another_application_none_is() -> None:
    assert not photo_requests(print)("POST", "/identify")


def filled(rule: Rule) -> str:
    """An address of this rule."""
    return re.sub(r"<(?:\w+:)?(\w+)>", lambda found: SAMPLE.get(found[1], "x" * 8), rule.rule)
