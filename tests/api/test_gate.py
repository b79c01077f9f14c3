"""The gate before storing, as programs meet it."""

import base64

import pytest

from drawing import draw_photo
from serving_app import Api
from serving_app import assert_problem

PEOPLE = "/galleries/default/people"
SMALL = draw_photo(["ada"], face_px=34)


def test_a_refusal_says_every_reason_with_figure_limit_and_advice(api: Api) -> None:
    faces = f"{PEOPLE}/{api.add_person('Ada')}/faces"
    refused = api.send(faces, photo=SMALL)
    assert_problem(refused, 422, "photo_not_good_enough")
    (reason,) = refused.get_json()["reasons"]
    assert reason["detail"] == "The face is 34 pixels wide; at least 40 are required."
    assert reason["detail"] in refused.get_json()["detail"]
    assert (reason["code"], reason["figure"], reason["limit"], reason["unit"]) == (
        "too_small",
        34.0,
        40.0,
        "pixels",
    )
    assert reason["advice"]
    assert api("GET", faces).get_json()["faces"] == []


def test_what_may_be_no_face_is_answered_and_stored_only_without_the_gate(api: Api) -> None:
    animal = draw_photo(["rex"], doubtful=True)
    (found,) = api.send("/galleries/default/identify", photo=animal).get_json()["faces"]
    assert found["quality"]["reasons"] == ["not_a_face"]
    assert found["quality"]["acceptable"] is False
    assert found["quality"]["confidence"] == 0.2
    faces = f"{PEOPLE}/{api.add_person('Rex')}/faces"
    for gate in ("standard", "strict"):
        refused = api.send(faces, photo=animal, gate=gate)
        assert_problem(refused, 422, "photo_not_good_enough")
        (reason,) = refused.get_json()["reasons"]
        assert (reason["code"], reason["figure"], reason["unit"]) == ("not_a_face", 20.0, "%")
    made = api.send(faces, photo=animal, gate="off")
    assert made.status_code == 201
    assert [each["code"] for each in made.get_json()["warnings"]] == ["not_a_face"]
    (stored,) = api("GET", faces).get_json()["faces"]
    assert stored["quality"]["confidence"] == 0.2


@pytest.mark.parametrize("as_json", [True, False])
def test_a_call_may_bring_its_own_gate_and_hears_what_it_let_through(
    api: Api, as_json: bool
) -> None:
    faces = f"{PEOPLE}/{api.add_person('Ada')}/faces"
    if as_json:
        body = {"photo": base64.b64encode(SMALL).decode(), "gate": "off"}
        made = api("POST", faces, json=body)
    else:
        made = api.send(faces, photo=SMALL, gate="off")
    assert made.status_code == 201
    (warning,) = made.get_json()["warnings"]
    assert warning["code"] == "too_small"
    assert (warning["person"], warning["similarity"], warning["face_id"]) == (None, None, None)
    assert (warning["figure"], warning["limit"], warning["unit"]) == (34.0, 40.0, "pixels")


def test_an_unknown_gate_is_refused(api: Api) -> None:
    faces = f"{PEOPLE}/{api.add_person('Ada')}/faces"
    assert_problem(api.send(faces, photo=SMALL, gate="lax"), 422, "invalid_input")


def test_the_same_photo_again_is_there_already(api: Api) -> None:
    faces = f"{PEOPLE}/{api.add_person('Ada')}/faces"
    photo = draw_photo(["ada"])
    first = api.send(faces, photo=photo).get_json()
    again = api.send(faces, photo=photo)
    assert again.status_code == 200
    assert "Location" not in again.headers
    assert (again.get_json()["id"], again.get_json()["stored"]) == (first["id"], False)
    assert [each["code"] for each in again.get_json()["warnings"]] == ["same_photo"]
    assert len(api("GET", faces).get_json()["faces"]) == 1


def test_a_face_of_somebody_else_is_stored_and_told_of(api: Api) -> None:
    bob = api.add_person("Bob")
    theirs = api.send(f"{PEOPLE}/{bob}/faces", photo=draw_photo(["bob"])).get_json()
    ada = api.add_person("Ada")
    made = api.send(f"{PEOPLE}/{ada}/faces", photo=draw_photo(["bob"], variant=3, face_px=90))
    assert made.status_code == 201
    told = {each["code"]: each for each in made.get_json()["warnings"]}
    warning = told["looks_like_another"]
    assert warning["person"] == {"id": bob, "name": "Bob", "distinguishing_note": ""}
    assert warning["face_id"] == theirs["id"]
    assert 0.5 < warning["similarity"] <= 1
    assert (warning["figure"], warning["limit"], warning["unit"]) == (None, None, None)


@pytest.mark.parametrize("as_json", [True, False])
def test_the_largest_of_several_faces_is_taken_when_asked(api: Api, as_json: bool) -> None:
    faces = f"{PEOPLE}/{api.add_person('Ada')}/faces"
    group = draw_photo(["ada", "bob"])
    refused = api.send(faces, photo=group)
    assert_problem(refused, 422, "several_faces_found")
    assert [each["code"] for each in refused.get_json()["reasons"]] == ["several_faces"]
    if as_json:
        body = {"photo": base64.b64encode(group).decode(), "take": "largest"}
        made = api("POST", faces, json=body)
    else:
        made = api.send(faces, photo=group, take="largest")
    assert made.status_code == 201
    (warning,) = made.get_json()["warnings"]
    assert (warning["code"], warning["figure"], warning["limit"]) == ("several_faces", 2.0, 1.0)


@pytest.mark.parametrize("fields", [{"take": "smallest"}, {"take": "largest", "face_number": "1"}])
def test_a_face_is_named_in_one_way(api: Api, fields: dict[str, str]) -> None:
    faces = f"{PEOPLE}/{api.add_person('Ada')}/faces"
    refused = api.send(faces, photo=draw_photo(["ada", "bob"]), **fields)
    assert_problem(refused, 422, "invalid_input")
    assert refused.get_json()["field"] == "take"
