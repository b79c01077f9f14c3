"""Searches among some people and of several galleries, over the API."""

import json
from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask

from drawing import draw_photo
from serving_app import Api
from serving_app import assert_problem

IDENTIFY = "/galleries/default/identify"


@pytest.fixture
def peopled(api: Api) -> Api:
    """Ada on the night team, Bob on the day team, and Cy in another gallery."""
    api("POST", "/galleries", json={"name": "club"})
    for name, gallery, team in (
        ("ada", "default", "night"),
        ("bob", "default", "day"),
        ("cy", "club", "night"),
    ):
        made = api(
            "POST",
            f"/galleries/{gallery}/people",
            json={"name": name, "metadata": {"team": team, "level": 3}},
        )
        person = made.get_json()["id"]
        photo = draw_photo([name], face_px=120)
        stored = api.send(f"/galleries/{gallery}/people/{person}/faces", photo=photo)
        assert stored.status_code == 201
    return api


def ask(api: Api, query: str, *drawn: str) -> Any:
    return api.send(f"{IDENTIFY}?{query}", photo=draw_photo(drawn, face_px=90))


def first(found: dict[str, Any]) -> list[tuple[str, str, str]]:
    return sorted(
        (
            face["decision"],
            face["candidates"][0]["person"]["name"],
            face["candidates"][0]["gallery"],
        )
        for face in found["faces"]
    )


def test_some_people_are_searched_and_that_is_said(peopled: Api) -> None:
    found = ask(peopled, "where=team%3Dnight&where=level%3D3", "ada", "bob").get_json()
    names = {each["person"]["name"] for face in found["faces"] for each in face["candidates"]}
    assert names == {"ada"}
    assert found["where"] == ["team=night", "level=3"]
    assert found["searched_person_count"] == 1
    everybody = ask(peopled, "limit=5", "ada", "bob").get_json()
    assert everybody["where"] == []
    assert everybody["searched_person_count"] == 2
    assert found["threshold"] <= everybody["threshold"]


def test_several_galleries_are_searched_and_each_person_says_in_which(peopled: Api) -> None:
    found = ask(peopled, "also=club", "ada", "cy").get_json()
    assert first(found) == [("match", "ada", "default"), ("match", "cy", "club")]
    assert found["gallery"] == "default"
    assert found["searched_person_count"] == 3
    assert found["searched_galleries"] == [
        {"gallery": "default", "searched_person_count": 2},
        {"gallery": "club", "searched_person_count": 1},
    ]


def test_somebody_in_two_galleries_is_a_match_and_marked(peopled: Api) -> None:
    made = peopled("POST", "/galleries/club/people", json={"name": "ada"}).get_json()["id"]
    again = draw_photo(["ada"], face_px=140)
    assert peopled.send(f"/galleries/club/people/{made}/faces", photo=again).status_code == 201
    [face] = ask(peopled, "also=club", "ada").get_json()["faces"]
    assert (face["decision"], face["doubts"]) == ("match", [])
    told = [(each["person"]["name"], each["may_be_same_person"]) for each in face["candidates"]]
    assert told[:2] == [("ada", False), ("ada", True)]
    assert not any(marked for _, marked in told[2:])


def test_nobody_searched_is_a_problem_and_no_answer(peopled: Api) -> None:
    for query in ("where=team%3Dghost", "where=taem%3Dnight", "also=club&where=team%3Dghost"):
        refused = ask(peopled, query, "ada")
        assert_problem(refused, 409, "nobody_searched")
        assert refused.get_json()["searched_person_count"] == 0
        assert refused.get_json()["field"] == "where"


def test_what_cannot_be_searched_is_refused(peopled: Api) -> None:
    for query, status, code in (
        ("where=night", 422, "invalid_input"),
        ("also=no/gallery", 422, "invalid_input"),
        ("&".join(f"where=a%3D{n}" for n in range(11)), 422, "invalid_input"),
        ("&".join(f"also=g{n}" for n in range(20)), 422, "invalid_input"),
        ("also=nowhere", 404, "gallery_not_found"),
    ):
        assert_problem(ask(peopled, query, "ada"), status, code)


def test_a_batch_is_searched_in_the_same_way(peopled: Api) -> None:
    sent = peopled.send(
        f"{IDENTIFY}/batch?also=club&where=team%3Dnight", photo=draw_photo(["cy"], face_px=90)
    )
    [line] = [json.loads(line) for line in sent.text.splitlines()]
    assert first(line["identification"]) == [("match", "cy", "club")]
    assert line["identification"]["searched_person_count"] == 2
    # What nobody has is refused before any photo is looked at.
    none = peopled.send(f"{IDENTIFY}/batch?where=team%3Dghost", photo=draw_photo(["cy"]))
    assert_problem(none, 409, "nobody_searched")


@pytest.mark.parametrize("kind", ["", "/batch"])
def test_metadata_are_told_to_no_key_that_may_not_read_people(
    peopled: Api, app: Flask, key_with: Callable[..., str], kind: str
) -> None:
    door = Api(app, key_with("identify"))
    photo = draw_photo(["ada"], face_px=90)
    # The same, whether it is true of somebody or not, and whether it is a term at all.
    for query in ("where=level%3D3", "where=level%3D4", "where=level", "also=club&where=level%3D3"):
        refused = door.send(f"{IDENTIFY}{kind}?{query}", photo=photo)
        assert_problem(refused, 403, "scope_missing")
        assert refused.get_json()["scope"] == "read"
    assert door.send(f"{IDENTIFY}{kind}?also=club", photo=photo).status_code == 200
    both = Api(app, key_with("identify", "read"))
    assert both.send(f"{IDENTIFY}{kind}?where=level%3D3", photo=photo).status_code == 200
