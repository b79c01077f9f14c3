"""The whole way over the API: add, identify, rename, compare, forget."""

import base64

import pytest

from drawing import draw_photo
from serving_app import Api
from serving_app import assert_problem

PEOPLE = "/galleries/default/people"


def test_from_a_photo_to_a_name_and_back_to_nothing(api: Api) -> None:
    ada = api.add_person("Ada Lovelace")
    bob = api.add_person("Bob")
    face = api.send(f"{PEOPLE}/{ada}/faces", photo=draw_photo(["ada"]))
    assert face.status_code == 201
    assert face.headers["Location"].endswith(f"{PEOPLE}/{ada}/faces/{face.get_json()['id']}")
    shown = api("GET", face.headers["Location"].removeprefix("/api/v1")).get_json()
    assert {**shown, "stored": True, "warnings": []} == face.json
    api.send(f"{PEOPLE}/{bob}/faces", photo=draw_photo(["bob"]))

    group = draw_photo(["bob", "cy", "ada"], variant=3)
    found = api.send("/galleries/default/identify?limit=1", photo=group).get_json()
    assert found["gallery"] == "default"
    assert found["image"] == {"width": 600, "height": 240}
    assert sorted(each["number"] for each in found["faces"]) == [1, 2, 3]
    from_the_left = sorted(found["faces"], key=lambda each: each["box"]["x"])
    assert [each["decision"] for each in from_the_left] == ["match", "unknown", "match"]
    first, _, last = from_the_left
    assert first["candidates"][0]["person"] == {
        "id": bob,
        "name": "Bob",
        "distinguishing_note": "",
    }
    assert last["candidates"][0]["person"]["id"] == ada
    assert last["candidates"][0]["face_id"] == face.get_json()["id"]
    assert last["candidates"][0]["similarity"] >= found["threshold"]

    renamed = api("PATCH", f"{PEOPLE}/{ada}", json={"name": "Ada"}).get_json()
    assert (renamed["name"], renamed["face_count"]) == ("Ada", 1)

    proof = api("DELETE", f"{PEOPLE}/{ada}")
    assert proof.status_code == 200
    assert proof.get_json()["complete"] is True
    assert proof.get_json()["log_cleared"] is True
    assert proof.get_json()["probes"] == 0
    assert proof.get_json()["faces"] == 1
    again = api.send("/galleries/default/identify", photo=group).get_json()
    assert [each["decision"] for each in again["faces"]].count("match") == 1
    assert_problem(api("GET", f"{PEOPLE}/{ada}"), 404, "person_not_found")


def test_every_face_is_detected_with_its_five_points(api: Api) -> None:
    found = api.send("/detect", photo=draw_photo(["ada", "bob"])).get_json()
    assert found["image"] == {"width": 420, "height": 240}
    assert len(found["faces"]) == 2
    for face in found["faces"]:
        assert set(face["box"]) == {"x", "y", "width", "height"}
        assert [len(point) for point in face["landmarks"]] == [2] * 5
        assert 0 <= face["score"] <= 1
        assert face["quality"]["acceptable"] is True
        assert face["quality"]["reasons"] == []


def test_a_photo_without_faces_has_none(api: Api) -> None:
    assert api.send("/detect", photo=draw_photo()).get_json()["faces"] == []
    answer = api.send("/galleries/default/identify", photo=draw_photo())
    assert answer.get_json()["faces"] == []


def test_a_photo_may_come_as_json(api: Api) -> None:
    photo = base64.b64encode(draw_photo(["ada"])).decode()
    assert len(api("POST", "/detect", json={"photo": photo}).get_json()["faces"]) == 1


@pytest.mark.parametrize(("second", "same"), [("ada", True), ("bob", False)])
def test_two_photos_are_compared(api: Api, second: str, same: bool) -> None:
    photos = {"photo_a": draw_photo(["ada"]), "photo_b": draw_photo([second], variant=2)}
    as_form = api.send("/verify", **photos).get_json()
    assert as_form["same_person"] is same
    assert (as_form["similarity"] >= as_form["threshold"]) is same
    texts = {name: base64.b64encode(data).decode() for name, data in photos.items()}
    assert api("POST", "/verify", json=texts).get_json() == as_form


@pytest.mark.parametrize(("shown", "same"), [("ada", True), ("bob", False)])
def test_a_photo_is_compared_with_a_person(api: Api, shown: str, same: bool) -> None:
    ada = api.add_person("Ada")
    face = api.send(f"{PEOPLE}/{ada}/faces", photo=draw_photo(["ada"])).get_json()
    found = api.send("/verify", photo=draw_photo([shown], variant=2), person_id=ada).get_json()
    assert found["same_person"] is same
    assert found["example_face_id"] == face["id"]
    assert found["face_b"] is None


def test_a_person_of_another_gallery_is_not_compared_with(api: Api) -> None:
    api("POST", "/galleries", json={"name": "club"})
    ada = api.add_person("Ada", gallery="club")
    photo = draw_photo(["ada"])
    assert_problem(api.send("/verify", photo=photo, person_id=ada), 404, "person_not_found")
    given = api.send("/verify", photo=photo, person_id=ada, gallery="club")
    assert_problem(given, 422, "no_face_found")


def test_which_face_is_meant_can_be_said(api: Api) -> None:
    ada = api.add_person("Ada")
    photo = draw_photo(["ada", "bob"])
    several = assert_problem(
        api.send(f"{PEOPLE}/{ada}/faces", photo=photo), 422, "several_faces_found"
    )
    assert [set(box) for box in several["boxes"]] == [{"x", "y", "width", "height"}] * 2
    chosen = api.send(f"{PEOPLE}/{ada}/faces", photo=photo, face_number="2")
    assert chosen.status_code == 201
    none = api.send(f"{PEOPLE}/{ada}/faces", photo=photo, face_number="3")
    assert_problem(none, 422, "face_number_out_of_range")


def test_galleries_are_made_changed_and_removed(api: Api) -> None:
    made = api("POST", "/galleries", json={"name": "club", "threshold": 0.6})
    assert made.status_code == 201
    assert made.headers["Location"] == "/api/v1/galleries/club"
    assert made.get_json()["threshold"] == 0.6
    assert_problem(api("POST", "/galleries", json={"name": "CLUB"}), 409, "name_taken")
    changed = api("PATCH", "/galleries/club", json={"name": "team", "threshold": None})
    assert changed.get_json()["threshold"] is None
    kept = api("PATCH", "/galleries/team", json={"keep_photos": False}).get_json()
    assert (kept["name"], kept["keep_photos"]) == ("team", False)
    names = [each["name"] for each in api("GET", "/galleries").get_json()["galleries"]]
    assert names == ["default", "team"]
    assert api("DELETE", "/galleries/team").get_json()["name"] == "team"
    assert_problem(api("GET", "/galleries/team"), 404, "gallery_not_found")
    assert_problem(api("DELETE", "/galleries/default"), 409, "gallery_protected")


def test_people_are_paged_and_searched(api: Api) -> None:
    for name in ("Ada", "Åsa", "Bob", "Zoë"):
        api.add_person(name)
    first = api("GET", f"{PEOPLE}?limit=3").get_json()
    assert first["total"] == 4
    second = api("GET", f"{PEOPLE}?limit=3&cursor={first['next_cursor']}").get_json()
    assert second["next_cursor"] is None
    assert len({each["id"] for each in first["people"] + second["people"]}) == 4
    found = api("GET", f"{PEOPLE}?q=ZO").get_json()
    assert [each["name"] for each in found["people"]] == ["Zoë"]
    newest = api("GET", f"{PEOPLE}?order=newest&limit=1").get_json()
    assert [each["name"] for each in newest["people"]] == ["Zoë"]
    assert_problem(api("GET", f"{PEOPLE}?cursor=zzz"), 422, "invalid_input")


def test_the_proof_says_which_originals_may_show_whoever_is_forgotten(api: Api) -> None:
    group = draw_photo(["ada", "bob", "cy"])
    ada, bob, cy = (api.add_person(name) for name in ("Ada", "Bob", "Cy"))
    for person, photo, number in (
        (ada, group, 1),
        (bob, draw_photo(["bob"]), 1),
        (cy, draw_photo(["cy"]), 1),
    ):
        api.send(f"{PEOPLE}/{person}/faces", photo=photo, face_number=str(number))
    detected = api.send("/detect", photo=group).get_json()["faces"]
    assert len(detected) == 3
    proof = api("DELETE", f"{PEOPLE}/{bob}").get_json()
    assert (proof["erased"], proof["complete"]) == (True, False)
    [unclear] = proof["not_checked"]
    assert (unclear["what"], unclear["why"], unclear["count"]) == ("originals", "not_asked", 1)
    [original] = unclear["originals"]
    assert (original["gallery"], original["person_ids"]) == ("default", [ada])
    proof = api("DELETE", f"{PEOPLE}/{cy}?search_originals=true").get_json()
    assert (proof["originals_searched"], proof["not_checked"]) == (1, [])
    assert [each["photo_id"] for each in proof["originals_showing"]] == [original["photo_id"]]
    assert (proof["originals_left"], proof["complete"]) == (1, False)
    here = f"/galleries/default/originals/{original['photo_id']}"
    api("POST", "/galleries", json={"name": "club"})
    assert_problem(api("DELETE", here.replace("default", "club")), 404, "photo_not_found")
    assert api("DELETE", here).status_code == 204
    assert_problem(api("DELETE", here), 404, "photo_not_found")
    [face] = api("GET", f"{PEOPLE}/{ada}/faces").get_json()["faces"]
    assert api("GET", f"{PEOPLE}/{ada}/faces/{face['id']}/crop").status_code == 200


def test_two_people_share_a_name_when_it_is_said(api: Api) -> None:
    ada = api.add_person("Ada")
    refused = api("POST", PEOPLE, json={"name": "ADA"})
    assert assert_problem(refused, 409, "name_taken")["person_ids"] == [ada]
    made = api("POST", PEOPLE, json={"name": "Ada", "notes": "Choir", "allow_same_name": True})
    assert (made.status_code, made.get_json()["distinguishing_note"]) == (201, "Choir")
    assert api("GET", f"{PEOPLE}/{ada}").get_json()["distinguishing_note"] == ada[:8]
    bob = api.add_person("Bob")
    assert_problem(api("PATCH", f"{PEOPLE}/{bob}", json={"name": "Ada"}), 409, "name_taken")
    renamed = api("PATCH", f"{PEOPLE}/{bob}", json={"name": "Ada", "allow_same_name": True})
    assert renamed.get_json()["name"] == "Ada"
    for each, who in ((ada, "ada"), (bob, "bob")):
        assert api.send(f"{PEOPLE}/{each}/faces", photo=draw_photo([who])).status_code == 201
    found = api.send("/galleries/default/identify", photo=draw_photo(["bob"], variant=1)).get_json()
    people = [each["person"] for each in found["faces"][0]["candidates"]]
    assert [each["distinguishing_note"] for each in people] == [bob[:8], ada[:8]]


def test_somebody_is_added_with_a_photo_or_not_at_all(api: Api) -> None:
    for photo, code in ((draw_photo([]), "no_face_found"), (b"x", "unsupported_image")):
        refused = api.send(PEOPLE, name="Ada", photo=photo)
        assert refused.get_json()["code"] == code
    several = api.send(PEOPLE, name="Ada", photo=draw_photo(["ada", "bob"]))
    assert_problem(several, 422, "several_faces_found")
    assert api("GET", PEOPLE).get_json()["total"] == 0
    made = api.send(PEOPLE, name="Ada", notes="n", metadata='{"a": 1}', photo=draw_photo(["ada"]))
    assert made.status_code == 201
    ada = made.get_json()
    assert (ada["face_count"], ada["notes"], ada["metadata"]) == (1, "n", {"a": 1})
    assert ada["face"]["id"] == ada["portrait_face_id"]
    broken = api.send(PEOPLE, name="Bob", metadata="{", photo=draw_photo(["bob"]))
    assert assert_problem(broken, 422, "invalid_input")["field"] == "metadata"
    sent = {
        "name": "Bob",
        "photo": base64.b64encode(draw_photo(["ada", "bob"])).decode(),
        "take": "largest",
    }
    assert api("POST", PEOPLE, json=sent).get_json()["face"]["warnings"]
    assert api("POST", PEOPLE, json={"name": "Cy"}).get_json()["face"] is None


def test_only_people_with_a_face_count_as_searched(api: Api) -> None:
    api.send(PEOPLE, name="Ada", photo=draw_photo(["ada"]))
    api.add_person("Bob")
    shown = api("GET", "/galleries/default").get_json()
    assert (shown["person_count"], shown["searched_person_count"]) == (2, 1)
    listed = api("GET", "/galleries").get_json()["galleries"][0]
    assert (listed["person_count"], listed["searched_person_count"]) == (2, 1)
    found = api.send("/galleries/default/identify", photo=draw_photo(["ada"])).get_json()
    assert found["searched_person_count"] == 1
    faceless = api("GET", f"{PEOPLE}?without_face=true").get_json()
    assert [each["name"] for each in faceless["people"]] == ["Bob"]
    assert faceless["total"] == 1
    assert api("GET", f"{PEOPLE}?filter=no-face").get_json() == faceless
    seen = api("GET", f"{PEOPLE}?filter=one-face&without_face=true").get_json()
    assert [each["name"] for each in seen["people"]] == ["Ada"]
    api.add_person("Cy Abel")
    by_surname = api("GET", f"{PEOPLE}?order=surname&limit=1").get_json()
    assert [each["name"] for each in by_surname["people"]] == ["Cy Abel"]
    onwards = f"{PEOPLE}?order=surname&cursor={by_surname['next_cursor']}"
    assert [each["name"] for each in api("GET", onwards).get_json()["people"]] == ["Ada", "Bob"]
    assert_problem(api("GET", f"{PEOPLE}?filter=nobody"), 422, "invalid_input")


def test_a_removed_face_is_gone_with_its_crop(api: Api) -> None:
    ada = api.add_person("Ada")
    face = api.send(f"{PEOPLE}/{ada}/faces", photo=draw_photo(["ada"])).get_json()
    here = f"{PEOPLE}/{ada}/faces/{face['id']}"
    assert api("GET", f"{here}/crop").mimetype == "image/jpeg"
    gone = api("DELETE", here)
    assert (gone.status_code, gone.data) == (204, b"")
    assert_problem(api("GET", f"{here}/crop"), 404, "face_not_found")
    assert api("GET", f"{PEOPLE}/{ada}/faces").get_json() == {"faces": []}


def test_a_face_is_not_found_below_another_person(api: Api) -> None:
    ada, bob = api.add_person("Ada"), api.add_person("Bob")
    face = api.send(f"{PEOPLE}/{ada}/faces", photo=draw_photo(["ada"])).get_json()["id"]
    assert_problem(api("GET", f"{PEOPLE}/{bob}/faces/{face}/crop"), 404, "face_not_found")
    assert_problem(api("DELETE", f"{PEOPLE}/{bob}/faces/{face}"), 404, "face_not_found")


def test_a_crop_that_one_has_is_not_sent_again(api: Api) -> None:
    ada = api.add_person("Ada")
    face = api.send(f"{PEOPLE}/{ada}/faces", photo=draw_photo(["ada"])).get_json()["id"]
    crop = f"{PEOPLE}/{ada}/faces/{face}/crop"
    first = api("GET", crop)
    assert first.headers["Cache-Control"] == "private, no-cache"
    again = api("GET", crop, headers={"If-None-Match": first.headers["ETag"]})
    assert (again.status_code, again.data) == (304, b"")
    other = api("GET", crop, headers={"If-None-Match": '"another"'})
    assert (other.status_code, other.data) == (200, first.data)


@pytest.mark.parametrize("name", ["日本 太郎", "Ñandú 🦤", "O'Brien; drop table", "Ada 𠜎"])
def test_names_of_any_script_come_back_as_they_were(api: Api, name: str) -> None:
    person = api.add_person(name)
    notes = {"notes": "línea\nzwei", "metadata": {"ключ": [1, None, {"ä": "🙂"}]}}
    assert api("PATCH", f"{PEOPLE}/{person}", json=notes).status_code == 200
    shown = api("GET", f"{PEOPLE}/{person}").get_json()
    assert shown["name"] == name
    assert (shown["notes"], shown["metadata"]) == (notes["notes"], notes["metadata"])


def test_a_gallery_has_a_name_for_people_beside_that_in_its_address(api: Api) -> None:
    made = api("POST", "/galleries", json={"display_name": "Rowing club"}).get_json()
    assert (made["name"], made["display_name"]) == ("rowing-club", "Rowing club")
    changed = api("PATCH", "/galleries/rowing-club", json={"display_name": ""}).get_json()
    assert (changed["name"], changed["display_name"]) == ("rowing-club", "")
    assert_problem(api("POST", "/galleries", json={}), 422, "invalid_input")
