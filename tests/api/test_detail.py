"""How closely a photo is searched can be asked for wherever photos are looked at."""

import base64
import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from building import acting
from building import make_runtime
from drawing import draw_photo
from mien.access.api_keys import create_key
from mien.app import create_app
from nearsighted import NearsightedEngine
from serving_app import Api
from serving_app import assert_problem

ADA = draw_photo(["ada"], face_px=60)
SMALL = draw_photo(["ada", "bob"], face_px=60)
IDENTIFY = "/galleries/default/identify"


@pytest.fixture
def nearsighted(tmp_path: Path) -> Iterator[Api]:
    runtime = make_runtime(tmp_path, engine=NearsightedEngine())
    key, _ = create_key(acting(runtime.services), name="k", scopes=["identify", "enrol"])
    yield Api(create_app(runtime), key)
    runtime.close()


def test_a_form_says_how_closely_to_search(nearsighted: Api) -> None:
    assert nearsighted.send("/detect", photo=SMALL).get_json()["faces"] == []
    closely = nearsighted.send("/detect", photo=SMALL, detail="high").get_json()
    assert len(closely["faces"]) == 2


def test_json_says_how_closely_to_search(nearsighted: Api) -> None:
    body = {"photo": base64.b64encode(SMALL).decode(), "detail": "high"}
    assert len(nearsighted("POST", "/detect", json=body).get_json()["faces"]) == 2


def test_identifying_looks_closely_on_demand(nearsighted: Api) -> None:
    assert nearsighted.send(IDENTIFY, photo=SMALL).get_json()["faces"] == []
    closely = nearsighted.send(f"{IDENTIFY}?detail=high", photo=SMALL).get_json()
    assert len(closely["faces"]) == 2
    line = nearsighted.send(f"{IDENTIFY}/batch?detail=high", photo=SMALL).text.splitlines()[0]
    assert len(json.loads(line)["identification"]["faces"]) == 2


def test_comparing_looks_closely_on_demand(nearsighted: Api) -> None:
    two = {"photo_a": ADA, "photo_b": ADA}
    assert_problem(nearsighted.send("/verify", **two), 422, "no_face_found")
    assert nearsighted.send("/verify", **two, detail="high").get_json()["same_person"]
    body = {name: base64.b64encode(photo).decode() for name, photo in two.items()}
    asked = nearsighted("POST", "/verify", json={**body, "detail": "high"})
    assert asked.get_json()["same_person"]


def test_an_example_is_looked_at_closely_on_demand(nearsighted: Api) -> None:
    made = nearsighted("POST", "/galleries/default/people", json={"name": "Ada"}).get_json()
    faces = f"/galleries/default/people/{made['id']}/faces"
    assert_problem(nearsighted.send(faces, photo=ADA), 422, "no_face_found")
    assert nearsighted.send(faces, photo=ADA, detail="high").status_code == 201
    person = {"photo": draw_photo(["ada"], face_px=60, variant=1), "person_id": made["id"]}
    assert_problem(nearsighted.send("/verify", **person), 422, "no_face_found")
    assert nearsighted.send("/verify", **person, detail="high").get_json()["same_person"]


@pytest.mark.parametrize("detail", ["", "HIGH", "1", "low"])
def test_another_word_is_refused_with_those_there_are(nearsighted: Api, detail: str) -> None:
    answers = [
        nearsighted.send("/detect", photo=SMALL, detail=detail),
        nearsighted.send("/verify", photo_a=SMALL, photo_b=SMALL, detail=detail),
        nearsighted.send(f"{IDENTIFY}?detail={detail}", photo=SMALL),
        nearsighted.send(f"{IDENTIFY}/batch?detail={detail}", photo=SMALL),
    ]
    for answer in answers:
        problem = assert_problem(answer, 422, "invalid_input")
        assert problem["field"] == "detail"
        assert "'normal' or 'high'" in problem["detail"]
