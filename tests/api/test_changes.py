"""Changes are undone over the API, and people and faces are changed together."""

import pytest
from sqlalchemy import select

from drawing import draw_photo
from mien.runtime import Runtime
from mien.storage.models import NegativeExampleRow
from serving_app import Api
from serving_app import assert_problem

GALLERY = "/galleries/default"
PEOPLE = f"{GALLERY}/people"
CHANGES = f"{GALLERY}/changes"
HEADER = "Mien-Change"


def add_face(api: Api, person_id: str, drawn: str, face_px: int = 120) -> str:
    made = api.send(f"{PEOPLE}/{person_id}/faces", photo=draw_photo([drawn], face_px=face_px))
    assert made.status_code == 201
    assert made.headers[HEADER]
    return str(made.get_json()["id"])


def person(api: Api, name: str, drawn: str = "", face_px: int = 120) -> str:
    made = api.add_person(name)
    if drawn:
        add_face(api, made, drawn, face_px)
    return made


def who(api: Api, drawn: str, gallery: str = "default") -> str:
    found = api.send(f"/galleries/{gallery}/identify", photo=draw_photo([drawn])).get_json()
    [face] = found["faces"]
    matched = face["decision"] == "match"
    return str(face["candidates"][0]["person"]["name"] if matched else face["decision"])


def test_every_change_says_by_which_id_it_is_undone(api: Api) -> None:
    ada = person(api, "Ada", "ada")
    renamed = api("PATCH", f"{PEOPLE}/{ada}", json={"name": "Byron"})
    change_id = renamed.headers[HEADER]
    shown = api("GET", f"{CHANGES}/{change_id}").get_json()
    assert (shown["kind"], shown["state"]) == ("person_changed", "open")
    assert [each["name"] for each in shown["people"]] == ["Byron"]
    undone = api("POST", f"{CHANGES}/{change_id}/undo")
    assert undone.get_json()["state"] == "undone"
    assert api("GET", f"{PEOPLE}/{ada}").get_json()["name"] == "Ada"
    again = api("POST", f"{CHANGES}/{change_id}/undo")
    assert_problem(again, 409, "change_over")
    assert_problem(api("POST", f"{CHANGES}/{ada}/undo"), 404, "change_not_found")
    assert HEADER not in api("GET", f"{PEOPLE}/{ada}").headers
    assert HEADER not in again.headers


def test_what_is_in_the_way_of_undoing_is_said(api: Api) -> None:
    made = api("POST", PEOPLE, json={"name": "Ada"})
    ada = made.get_json()["id"]
    add_face(api, ada, "ada")
    refused = api("POST", f"{CHANGES}/{made.headers[HEADER]}/undo")
    assert_problem(refused, 409, "change_blocked")
    assert who(api, "ada") == "Ada"


def test_deleting_erases_at_once_unless_it_is_to_be_undoable(api: Api) -> None:
    ada = person(api, "Ada", "ada")
    change = api("DELETE", f"{PEOPLE}/{ada}?undoable=true")
    assert change.status_code == 202
    body = change.get_json()
    assert (body["kind"], body["person_count"], body["face_count"]) == ("people_deleted", 1, 1)
    assert body["people"][0]["id"] == ada
    assert change.headers[HEADER] == body["id"]
    assert who(api, "ada") == "unknown"
    assert_problem(api("GET", f"{PEOPLE}/{ada}"), 404, "person_not_found")
    api("POST", f"{CHANGES}/{body['id']}/undo")
    assert who(api, "ada") == "Ada"
    [face] = api("GET", f"{PEOPLE}/{ada}/faces").get_json()["faces"]
    gone = api("DELETE", f"{PEOPLE}/{ada}/faces/{face['id']}?undoable=true")
    assert (gone.status_code, gone.get_json()["kind"]) == (202, "faces_deleted")
    api("POST", f"{CHANGES}/{gone.get_json()['id']}/undo")
    erased = api("DELETE", f"{PEOPLE}/{ada}")
    assert erased.status_code == 200
    assert erased.get_json()["complete"] is True
    assert HEADER not in erased.headers


def test_ending_a_change_gives_the_proof(api: Api) -> None:
    ids = [person(api, "Ada", "ada"), person(api, "Bob", "bob")]
    change = api("POST", f"{PEOPLE}/delete", json={"person_ids": ids})
    assert change.status_code == 202
    change_id = change.get_json()["id"]
    ended = api("POST", f"{CHANGES}/{change_id}/erase?search_originals=true").get_json()
    assert ended["change"]["state"] == "over"
    assert sorted(each["person_id"] for each in ended["erasures"]) == sorted(ids)
    assert all(each["complete"] for each in ended["erasures"])
    assert_problem(api("POST", f"{CHANGES}/{change_id}/undo"), 409, "change_over")
    assert_problem(api("POST", f"{CHANGES}/{change_id}/erase"), 409, "change_over")
    listed = api("GET", f"{CHANGES}?open=true").get_json()["changes"]
    assert change_id not in {each["id"] for each in listed}


def test_people_are_merged_and_parted_again(api: Api) -> None:
    ada, again = person(api, "Ada", "ada"), person(api, "Ada again", "ada", 90)
    merged = api("POST", f"{PEOPLE}/{ada}/merge", json={"from": again})
    assert merged.get_json()["face_count"] == 2
    assert_problem(api("GET", f"{PEOPLE}/{again}"), 404, "person_not_found")
    api("POST", f"{CHANGES}/{merged.headers[HEADER]}/undo")
    assert api("GET", f"{PEOPLE}/{again}").get_json()["face_count"] == 1
    same = api("POST", f"{PEOPLE}/{ada}/merge", json={"from": [ada]})
    assert_problem(same, 422, "invalid_input")
    assert_problem(api("POST", f"{PEOPLE}/{ada}/merge", json={"from": []}), 422, "invalid_input")


def test_faces_are_moved_within_a_gallery_and_to_another(api: Api) -> None:
    ada, bob = person(api, "Ada", "ada"), person(api, "Bob")
    [face] = api("GET", f"{PEOPLE}/{ada}/faces").get_json()["faces"]
    move = f"{GALLERY}/faces/move"
    moved = api("POST", move, json={"face_ids": [face["id"]], "person_id": bob})
    assert moved.get_json()["person"]["name"] == "Bob"
    assert who(api, "ada") == "Bob"
    api("POST", f"{CHANGES}/{moved.headers[HEADER]}/undo")
    api("POST", "/galleries", json={"name": "club"})
    moved = api(
        "POST", move, json={"face_ids": [face["id"]], "name": "Countess", "gallery": "club"}
    ).get_json()
    assert (moved["gallery"], moved["new_person"]) == ("club", True)
    assert moved["face_ids"] != [face["id"]]
    assert (who(api, "ada"), who(api, "ada", "club")) == ("unknown", "Countess")
    nobody = api("POST", move, json={"face_ids": [face["id"]]})
    assert_problem(nobody, 422, "invalid_input")
    both = api("POST", move, json={"face_ids": [face["id"]], "name": "A", "person_id": bob})
    assert_problem(both, 422, "invalid_input")


def test_people_are_copied_to_another_gallery(api: Api) -> None:
    ada = person(api, "Ada", "ada")
    api("POST", "/galleries", json={"name": "club"})
    copied = api("POST", f"{PEOPLE}/copy", json={"person_ids": [ada], "gallery": "club"})
    assert (copied.status_code, copied.get_json()["face_count"]) == (201, 1)
    assert who(api, "ada") == who(api, "ada", "club") == "Ada"
    taken = api("POST", f"{PEOPLE}/copy", json={"person_ids": [ada], "gallery": "club"})
    assert_problem(taken, 409, "name_taken")
    api("POST", f"/galleries/club/changes/{copied.headers[HEADER]}/undo")
    assert who(api, "ada", "club") == "unknown"


def test_the_portrait_is_chosen(api: Api) -> None:
    ada = person(api, "Ada", "ada")
    second = add_face(api, ada, "ada", 60)
    first = api("GET", f"{PEOPLE}/{ada}").get_json()["portrait_face_id"]
    other = second if second != first else ""
    assert other
    chosen = api("PUT", f"{PEOPLE}/{ada}/portrait", json={"face_id": other})
    assert chosen.get_json()["portrait_face_id"] == other
    api("DELETE", f"{PEOPLE}/{ada}/faces/{other}?undoable=true")
    assert api("GET", f"{PEOPLE}/{ada}").get_json()["portrait_face_id"] == first
    bad = api("PUT", f"{PEOPLE}/{ada}/portrait", json={"face_id": ada})
    assert_problem(bad, 404, "face_not_found")


def test_a_face_that_is_not_somebodys_is_not_named_so_again(api: Api, runtime: Runtime) -> None:
    ada = person(api, "Ada", "ada")
    wrong = add_face(api, ada, "bob")
    eve = person(api, "Eve", "eve")
    assert who(api, "bob") == "Ada"
    marked = api("POST", f"{PEOPLE}/{ada}/faces/{wrong}/wrong", json={"person_id": eve})
    assert marked.get_json()["moved_to"]["id"] == eve
    assert (who(api, "ada"), who(api, "bob")) == ("Ada", "Eve")
    found = api("GET", f"{PEOPLE}/{ada}/confusions").get_json()
    assert found["negative_count"] == 1
    assert ("refused", eve) in {
        (each["by"], each["person"]["id"]) for each in found["confusions"] if each["person"]
    }
    api("POST", f"{CHANGES}/{marked.headers[HEADER]}/undo")
    assert who(api, "bob") == "Ada"
    with runtime.database.read() as session:
        assert session.scalar(select(NegativeExampleRow.id)) is None


def test_a_name_that_is_refused_for_a_photo_is_not_given_again(api: Api) -> None:
    twin = draw_photo(["ada"], face_px=90)
    ada = person(api, "Ada", "ada")
    assert who(api, "ada") == "Ada"
    refused = api.send(f"{PEOPLE}/{ada}/not-this-person", photo=twin)
    assert refused.status_code == 204
    [face] = api.send(f"{GALLERY}/identify", photo=twin).get_json()["faces"]
    assert face["decision"] == "unknown"
    assert face["candidates"] == []
    assert [each["person"]["id"] for each in face["refused"]] == [ada]
    # The very photo that Ada was added from is hers still.
    assert who(api, "ada") == "Ada"
    api("POST", f"{CHANGES}/{refused.headers[HEADER]}/undo")
    [face] = api.send(f"{GALLERY}/identify", photo=twin).get_json()["faces"]
    assert (face["decision"], face["refused"]) == ("match", [])


def test_likely_doubles_are_listed_with_what_speaks_for_it(api: Api) -> None:
    ada = api("POST", PEOPLE, json={"name": "Adá", "metadata": {"number": 7}}).get_json()["id"]
    again = api("POST", PEOPLE, json={"name": "ADA", "metadata": {"number": 7}}).get_json()["id"]
    add_face(api, ada, "ada")
    add_face(api, again, "ada", 90)
    person(api, "Bob", "bob")
    found = api("GET", f"{PEOPLE}/doubles").get_json()
    [double] = found["doubles"]
    assert {each["person"]["id"] for each in double["people"]} == {ada, again}
    assert double["grounds"] == ["similar_faces", "same_name", "same_metadata"]
    assert (found["total"], found["compared_person_count"]) == (1, 2)


@pytest.mark.parametrize("scope", ["read", "identify"])
def test_undoing_needs_the_scope_of_changing(
    api: Api, key_with: object, app: object, scope: str
) -> None:
    made = api("POST", PEOPLE, json={"name": "Ada"})
    other = Api(app, key_with(scope))  # type: ignore[arg-type, operator]  # see the fixtures
    change = f"{CHANGES}/{made.headers[HEADER]}"
    for path in (f"{change}/undo", f"{change}/erase"):
        assert_problem(other("POST", path), 403, "scope_missing")
    status = other("GET", CHANGES).status_code
    assert status == (200 if scope == "read" else 403)
