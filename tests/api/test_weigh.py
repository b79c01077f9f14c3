"""What another setting of a gallery would have done."""

import pytest

from drawing import draw_photo
from serving_app import Api
from serving_app import assert_problem

PATH = "/galleries/default/weigh"


def test_the_last_searches_are_answered_again_under_another_threshold(api: Api) -> None:
    ada = api.add_person("Ada")
    api.send(f"/galleries/default/people/{ada}/faces", photo=draw_photo(["ada"]))
    group = draw_photo(["ada", "cy"], variant=2, face_px=100)
    api.send("/galleries/default/identify", photo=group)
    now = api("GET", PATH).get_json()
    assert now["threshold"] == 0.5
    assert now["searched_face_count"] == 2
    assert (now["match_count"], now["ambiguous_count"], now["unknown_count"]) == (1, 0, 1)
    assert (now["compared_person_count"], now["alike_person_count"]) == (1, 0)
    high = api("GET", f"{PATH}?threshold=0.999").get_json()
    assert (high["match_count"], high["unknown_count"]) == (0, 2)
    assert api("GET", PATH).get_json() == now


@pytest.mark.parametrize("query", ["accepted_fpir=0.9", "threshold=much", "other=1"])
def test_what_cannot_be_weighed_is_refused(api: Api, query: str) -> None:
    assert_problem(api("GET", f"{PATH}?{query}"), 422, "invalid_input")
