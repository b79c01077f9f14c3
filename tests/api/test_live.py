"""Pictures of a camera over the API."""

import base64
import json
from collections.abc import Callable

import pytest
from flask import Flask

from building import acting
from drawing import draw_photo
from mien.gallery.analysis import Upload
from mien.gallery.enrolment.enrol import enrol
from mien.gallery.enrolment.subject import NamedPerson
from mien.runtime import Runtime
from serving_app import Api
from serving_app import assert_problem

LIVE = "/galleries/default/live"
TWO = draw_photo(["ada", "cy"], variant=3)


@pytest.fixture
def key(app: Flask, runtime: Runtime, key_with: Callable[..., str]) -> Api:
    enrol(
        acting(runtime.services),
        gallery="default",
        source=Upload(draw_photo(["ada"])),
        subject=NamedPerson("Ada"),
    )
    return Api(app, key_with("identify"))


def test_a_form_says_which_faces_are_known(key: Api) -> None:
    first = key.send(LIVE, photo=TWO).get_json()
    left, right = sorted(first["faces"], key=lambda face: face["box"]["x"])
    assert (left["decision"], left["person"]["name"]) == ("match", "Ada")
    assert (right["decision"], right["person"]) == ("unknown", None)
    assert first["image"] == {"width": 420, "height": 240}
    known = json.dumps([{"box": left["box"], "fresh": True}, {"box": right["box"]}])
    again = key.send(LIVE, photo=TWO, known=known).get_json()
    left, right = sorted(again["faces"], key=lambda face: face["box"]["x"])
    assert (left["decision"], left["person"], left["similarity"]) == (None, None, None)
    assert right["decision"] == "unknown"


def test_json_says_it_too(key: Api) -> None:
    photo = base64.b64encode(TWO).decode()
    box = {"x": 0, "y": 0, "width": 5, "height": 5}
    body = {"photo": photo, "known": [{"box": box, "fresh": True}]}
    faces = key("POST", LIVE, json=body).get_json()["faces"]
    assert sorted(face["decision"] for face in faces) == ["match", "unknown"]


@pytest.mark.parametrize(
    "known",
    [
        "[",
        "[" * 100_000,
        "{}",
        "[1]",
        json.dumps([{"box": {"x": 0, "y": 0, "width": -1, "height": 5}}]),
        json.dumps([{"box": {"x": 1e300, "y": 0, "width": 1, "height": 5}}]),
        json.dumps([{"box": {"x": 0, "y": 0, "width": 1, "height": 1}}] * 101),
        '[{"box": {"x": NaN, "y": 0, "width": 1, "height": 5}}]',
    ],
    ids=["cut off", "deep", "object", "number", "negative", "far", "too many", "no number"],
)
def test_what_is_no_list_of_faces_is_refused(key: Api, known: str) -> None:
    assert_problem(key.send(LIVE, photo=TWO, known=known), 422, "invalid_input")


def test_a_key_needs_the_scope(app: Flask, key_with: Callable[..., str]) -> None:
    assert_problem(Api(app, key_with("read")).send(LIVE, photo=TWO), 403, "scope_missing")


def test_a_gallery_has_to_be_there(key: Api) -> None:
    refused = key.send("/galleries/nowhere/live", photo=TWO)
    assert_problem(refused, 404, "gallery_not_found")
