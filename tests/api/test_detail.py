"""How closely a photo is searched can be asked for wherever photos are looked at."""

import base64
import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from building import make_runtime
from drawing import draw_photo
from mien.app import create_app
from mien.gallery.keys import create_key
from nearsighted import NearsightedEngine
from serving_app import Api
from serving_app import assert_problem

SMALL = draw_photo(["ada", "bob"], face_px=60)
IDENTIFY = "/galleries/default/identify"


@pytest.fixture
def nearsighted(tmp_path: Path) -> Iterator[Api]:
    runtime = make_runtime(tmp_path, engine=NearsightedEngine())
    key, _ = create_key(runtime.tools, name="k", scopes=["identify"])
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


@pytest.mark.parametrize("detail", ["", "HIGH", "1", "low"])
def test_another_word_is_refused_with_those_there_are(nearsighted: Api, detail: str) -> None:
    answers = [
        nearsighted.send("/detect", photo=SMALL, detail=detail),
        nearsighted.send(f"{IDENTIFY}?detail={detail}", photo=SMALL),
        nearsighted.send(f"{IDENTIFY}/batch?detail={detail}", photo=SMALL),
    ]
    for answer in answers:
        problem = assert_problem(answer, 422, "invalid_input")
        assert problem["field"] == "detail"
        assert "'normal' or 'high'" in problem["detail"]
