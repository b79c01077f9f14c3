"""What stands in a query is heeded or refused, never passed over."""

import pytest

from drawing import draw_photo
from serving_app import Api
from serving_app import assert_problem


@pytest.mark.parametrize(
    ("path", "field"),
    [
        ("/galleries/default/weigh?accepted_fpir=0.01&accepted_fpir=0.1", "accepted_fpir"),
        ("/galleries/default/people?limit=1&limit=2", "limit"),
        ("/galleries/default/people?limits=1", "limits"),
        ("/galleries?all=1", "all"),
    ],
)
def test_a_question_names_what_is_known_and_each_once(api: Api, path: str, field: str) -> None:
    refused = api("GET", path)
    assert_problem(refused, 422, "invalid_input")
    assert refused.get_json()["field"] == field


def test_a_field_of_the_body_is_refused_in_the_query(api: Api) -> None:
    faces = f"/galleries/default/people/{api.add_person('Ada')}/faces"
    photo = draw_photo(["ada"], face_px=34)
    for path in (f"{faces}?gate=off", "/detect?detail=high", "/verify?threshold=1"):
        refused = api.send(path, photo=photo)
        assert_problem(refused, 422, "invalid_input")
    assert api("GET", faces).get_json()["faces"] == []


def test_what_the_operation_knows_is_heeded(api: Api) -> None:
    photo = draw_photo(["ada"])
    done = api.send("/galleries/default/identify?limit=1&detail=high", photo=photo)
    assert done.status_code == 200
    twice = api.send("/galleries/default/identify?limit=1&limit=2", photo=photo)
    assert_problem(twice, 422, "invalid_input")


def test_who_may_not_ask_learns_nothing_of_the_query(api: Api) -> None:
    refused = api("GET", "/galleries?all=1", headers={"Authorization": "Bearer none"})
    assert refused.status_code == 401
