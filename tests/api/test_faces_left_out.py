"""A photo gives its largest faces and no more than is set, and every answer says what it left out."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from building import acting
from building import make_runtime
from drawing import draw_photo
from mien.access.api_keys import create_key
from mien.app import create_app
from mien.vision.fake import FakeEngine
from serving_app import Api
from serving_app import assert_problem

CROWD = draw_photo(["ada", "bob", "cleo", "dan"], face_px=60)
ADA = draw_photo(["ada"])
IDENTIFY = "/galleries/default/identify"


@pytest.fixture
def two_a_photo(tmp_path: Path) -> Iterator[Api]:
    """An API whose photos give two faces at most."""
    runtime = make_runtime(tmp_path, engine=FakeEngine(max_faces=2))
    key, _ = create_key(acting(runtime.services), name="k", scopes=["admin"])
    yield Api(create_app(runtime), key)
    runtime.close()


@pytest.mark.parametrize("path", ["/detect", IDENTIFY])
def test_faces_that_were_left_out_are_counted(two_a_photo: Api, path: str) -> None:
    found = two_a_photo.send(path, photo=CROWD).get_json()
    assert (len(found["faces"]), found["faces_left_out"]) == (2, 2)
    found = two_a_photo.send(path, photo=ADA).get_json()
    assert (len(found["faces"]), found["faces_left_out"]) == (1, 0)


def test_each_photo_of_a_batch_says_what_it_left_out(two_a_photo: Api) -> None:
    line = json.loads(two_a_photo.send(f"{IDENTIFY}/batch", photo=CROWD).text.splitlines()[0])
    assert line["identification"]["faces_left_out"] == 2


def test_a_photo_with_more_faces_than_are_looked_at_has_several(tmp_path: Path) -> None:
    runtime = make_runtime(tmp_path, engine=FakeEngine(max_faces=1))
    key, _ = create_key(acting(runtime.services), name="k", scopes=["admin"])
    api = Api(create_app(runtime), key)
    person = api.add_person("Ada")
    for answer in (
        api.send(f"/galleries/default/people/{person}/faces", photo=CROWD),
        api.send("/verify", photo_a=CROWD, photo_b=ADA),
    ):
        problem = assert_problem(answer, 422, "several_faces_found")
        assert (len(problem["boxes"]), problem["faces_left_out"]) == (1, 3)
        assert [each["figure"] for each in problem["reasons"]] == [4]
    taken = api.send(f"/galleries/default/people/{person}/faces", photo=CROWD, take="largest")
    assert [each["figure"] for each in taken.get_json()["warnings"]] == [4]
    runtime.close()


def test_a_face_that_was_left_out_cannot_be_chosen(two_a_photo: Api) -> None:
    ask = two_a_photo.send("/verify", photo_a=CROWD, face_number_a="3", photo_b=ADA)
    assert_problem(ask, 422, "face_number_out_of_range")
