"""What the live page's script asks for, and what it is told."""

import json
from collections.abc import Callable
from typing import Any

import pytest
from sqlalchemy import func
from sqlalchemy import select

from drawing import draw_photo
from mien.storage.models import FaceRow
from mien.storage.models import ProbeRow
from serving_app import assert_problem
from serving_app import photo_part
from visiting import Visitor
from visiting import says

JSON = {"Accept": "application/json"}
TWO = draw_photo(["ada", "cy"], variant=3)


def ask(browser: Visitor, **fields: Any) -> dict[str, Any]:
    given = {"photo": TWO, "gallery": "default", **fields}
    answer = browser.post("/live/frame", headers=JSON, **given)
    assert answer.status_code == 200, answer.text
    found: dict[str, Any] = answer.get_json()
    found["faces"].sort(key=lambda face: face["box"]["x"])
    return found


def test_the_page_says_what_it_needs_and_offers_the_names(user: Visitor) -> None:
    assert "No one in this gallery has a face yet" in user.get("/live")
    user.enrol("ada")
    page = user.get("/live?gallery=default")
    assert "This page needs JavaScript and a camera" in says(page)
    assert '<option value="ada">' in page
    assert 'href="/live" aria-current="page"' in page
    user.get("/live?gallery=none", status=404)


def test_a_picture_is_answered_and_not_kept(user: Visitor) -> None:
    user.enrol("ada")
    left, right = ask(user)["faces"]
    assert (left["decision"], left["person"]["name"]) == ("match", "ada")
    assert right["decision"] == "unknown"
    known = json.dumps([{"box": left["box"], "fresh": True}])
    left, right = ask(user, known=known)["faces"]
    assert (left["decision"], right["decision"]) == (None, "unknown")
    with user.runtime.database.read() as session:
        assert session.scalar(select(func.count()).select_from(ProbeRow)) == 0
        assert session.scalar(select(func.count()).select_from(FaceRow)) == 1


def test_a_face_is_added_to_somebody_new_and_to_somebody_known(user: Visitor) -> None:
    box = json.dumps(ask(user)["faces"][1]["box"])
    given = {"photo": TWO, "gallery": "default", "box": box}
    first = user.post("/live/add", headers=JSON, name="Cy", **given).get_json()
    assert first["name"] == "Cy"
    assert first["url"].endswith(first["person"])
    assert "new person" in first["said"]
    assert ask(user)["faces"][1]["person"]["id"] == first["person"]
    other = {**given, "photo": draw_photo(["ada", "cy"], variant=3, face_px=121)}
    again = user.post("/live/add", headers=JSON, name="cy", **other).get_json()
    assert again["person"] == first["person"]
    assert "new person" not in again["said"]


def test_a_poor_face_is_refused_and_may_be_added_anyway(user: Visitor) -> None:
    small = draw_photo(["cy"], face_px=32)
    (face,) = ask(user, photo=small)["faces"]
    given = {"photo": small, "gallery": "default", "name": "Cy", "box": json.dumps(face["box"])}
    refused = user.post("/live/add", headers=JSON, **given)
    assert_problem(refused, 422, "photo_not_good_enough")
    assert user.post("/live/add", headers=JSON, anyway="yes", **given).get_json()["name"] == "Cy"


@pytest.mark.parametrize(
    ("path", "fields", "code"),
    [
        ("/live/frame", {"known": "{"}, "invalid_input"),
        ("/live/frame", {"gallery": ""}, "gallery_not_found"),
        ("/live/frame", {"photo": b"no picture"}, "unsupported_image"),
        ("/live/add", {"box": "[]"}, "invalid_input"),
        ("/live/add", {"box": ""}, "invalid_input"),
        ("/live/add", {"name": " "}, "invalid_input"),
        (
            "/live/add",
            {"box": '{"x": 5000, "y": 0, "width": 9, "height": 9}'},
            "no_face_found",
        ),
    ],
)
def test_what_is_wrong_is_said_to_the_script(
    user: Visitor, path: str, fields: dict[str, Any], code: str
) -> None:
    box = json.dumps(ask(user)["faces"][1]["box"])
    given = {"photo": TWO, "gallery": "default", "box": box, "name": "Cy", **fields}
    answer = user.post(path, headers=JSON, **given)
    assert_problem(answer, answer.status_code, code)
    assert answer.status_code in (404, 415, 422)


def test_nobody_else_is_answered(user: Visitor, visitor: Callable[[], Visitor]) -> None:
    stranger = visitor()
    refused = stranger.post("/live/frame", headers=JSON, gallery="default")
    assert_problem(refused, 401, "not_authenticated")
    without_token = {"photo": photo_part(TWO), "gallery": "default"}
    refused = user.client.post("/live/frame", headers=JSON, data=without_token)
    assert_problem(refused, 400, "csrf_failed")
