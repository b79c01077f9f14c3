"""What of a gallery somebody should look at, over the API."""

from drawing import draw_photo
from serving_app import Api
from serving_app import assert_problem

GALLERY = "/galleries/default"
PEOPLE = f"{GALLERY}/people"


def add(api: Api, person_id: str, drawn: str, face_px: int = 120) -> str:
    made = api.send(f"{PEOPLE}/{person_id}/faces", photo=draw_photo([drawn], face_px=face_px))
    assert made.status_code == 201
    return str(made.get_json()["id"])


def codes(face: dict[str, list[dict[str, str]]]) -> list[str]:
    return [warning["code"] for warning in face["warnings"]]


def test_a_suspected_face_says_so_until_it_is_kept(api: Api) -> None:
    ada = api.add_person("Ada")
    right, wrong = add(api, ada, "ada"), add(api, ada, "man")
    listed = api("GET", f"{PEOPLE}/{ada}/faces").get_json()["faces"]
    assert {face["id"]: codes(face) for face in listed} == {
        right: [],
        wrong: ["unlike_this_person"],
    }
    found = api("GET", f"{GALLERY}/review").get_json()
    assert found["face_count"] == 1
    [each] = found["faces"]
    assert each["person"]["id"] == ada
    assert (each["face"]["id"], each["beside_face_id"]) == (wrong, right)
    assert each["face"]["warnings"][0]["detail"]
    assert api("PUT", f"{PEOPLE}/{ada}/faces/{wrong}/reviewed").status_code == 204
    assert api("GET", f"{GALLERY}/review").get_json()["faces"] == []
    assert codes(api("GET", f"{PEOPLE}/{ada}/faces/{wrong}").get_json()) == []


def test_people_who_look_alike_are_listed_until_they_are_kept(api: Api) -> None:
    ada, again = api.add_person("Ada"), api.add_person("Ada again")
    faces = {ada: add(api, ada, "ada"), again: add(api, again, "ada", 90)}
    [pair] = api("GET", f"{GALLERY}/review").get_json()["pairs"]
    assert {each["person"]["id"]: each["face_id"] for each in pair["people"]} == faces
    assert pair["similarity"] > 0.5
    assert api("PUT", f"{PEOPLE}/{again}/look-alikes/{ada}/reviewed").status_code == 204
    assert api("GET", f"{GALLERY}/review").get_json()["pairs"] == []


def test_what_is_not_there_or_is_one_is_not_kept(api: Api) -> None:
    ada, bob = api.add_person("Ada"), api.add_person("Bob")
    face = add(api, ada, "ada")
    assert_problem(api("PUT", f"{PEOPLE}/{bob}/faces/{face}/reviewed"), 404, "face_not_found")
    same = api("PUT", f"{PEOPLE}/{ada}/look-alikes/{ada}/reviewed")
    assert_problem(same, 422, "invalid_input")
    assert_problem(api("GET", f"{GALLERY}/review?limit=0"), 422, "invalid_input")
