"""Unknown people over the API, with drawn faces."""

from typing import Any

import pytest

from drawing import draw_photo
from serving_app import Api
from serving_app import assert_problem

GALLERY = "/galleries/default"
UNKNOWN = f"{GALLERY}/unknown"


@pytest.fixture
def keeping(api: Api) -> Api:
    assert api("PATCH", GALLERY, json={"keep_unknown_days": 30}).status_code == 200
    return api


def see(api: Api, *who: str, variant: int = 0) -> None:
    photo = draw_photo(who, variant=variant, face_px=120 - 4 * variant)
    assert api.send(f"{GALLERY}/identify", photo=photo).status_code == 200


def listed(api: Api, state: str = "open") -> Any:
    return api("GET", f"{UNKNOWN}?state={state}").get_json()


def test_nothing_is_kept_until_the_gallery_says_so(api: Api) -> None:
    see(api, "ada")
    assert listed(api) == {
        "people": [],
        "total": 0,
        "open_count": 0,
        "ignored_count": 0,
        "keep_unknown_days": 0,
    }
    assert_problem(api("PATCH", GALLERY, json={"keep_unknown_days": 400}), 422, "invalid_input")


def test_seen_twice_shown_named_and_recognised(keeping: Api) -> None:
    see(keeping, "ada")
    see(keeping, "ada", variant=1)
    [person] = listed(keeping)["people"]
    assert (person["sighting_count"], person["state"]) == (2, "open")
    told = keeping("GET", f"{UNKNOWN}/{person['id']}").get_json()
    assert len(told["sightings"]) == 2
    assert {"seen_at", "expires_at", "box", "quality"} <= set(told["sightings"][0])
    crop = keeping("GET", f"{UNKNOWN}/{person['id']}/faces/{person['best_face_id']}/crop")
    assert (crop.status_code, crop.mimetype) == (200, "image/jpeg")
    named = keeping("POST", f"{UNKNOWN}/{person['id']}/name", json={"name": "Ada"})
    assert named.status_code == 200
    out = named.get_json()
    assert (out["person"]["name"], out["new_person"]) == ("Ada", True)
    assert len(out["face_ids"]) + out["deleted_count"] == 2
    again = keeping("POST", f"{UNKNOWN}/{person['id']}/name", json={"name": "Ada"})
    assert_problem(again, 404, "cluster_not_found")
    photo = draw_photo(["ada"], variant=3)
    found = keeping.send(f"{GALLERY}/identify", photo=photo).get_json()
    assert [face["decision"] for face in found["faces"]] == ["match"]


def test_ignored_split_and_deleted(keeping: Api) -> None:
    for variant in range(3):
        see(keeping, "ada", variant=variant)
    [person] = listed(keeping)["people"]
    here = f"{UNKNOWN}/{person['id']}"
    sightings = keeping("GET", here).get_json()["sightings"]
    made = keeping("POST", f"{here}/split", json={"face_ids": [sightings[0]["id"]]})
    assert made.status_code == 201
    assert made.headers["Location"].endswith(made.get_json()["id"])
    assert_problem(keeping("POST", f"{here}/split", json={"face_ids": []}), 422, "invalid_input")
    assert keeping("PUT", f"{here}/ignored").status_code == 204
    assert [each["id"] for each in listed(keeping, "ignored")["people"]] == [person["id"]]
    assert keeping("DELETE", f"{here}/ignored").status_code == 204
    assert listed(keeping)["total"] == 2
    assert keeping("DELETE", here).status_code == 204
    assert [each["id"] for each in listed(keeping)["people"]] == [made.get_json()["id"]]
    assert_problem(keeping("GET", here), 404, "cluster_not_found")


def test_who_it_is_is_said_in_one_way(keeping: Api) -> None:
    see(keeping, "ada")
    bob = keeping.add_person("Bob")
    [person] = listed(keeping)["people"]
    here = f"{UNKNOWN}/{person['id']}/name"
    both = keeping("POST", here, json={"name": "Bob", "person_id": bob})
    assert_problem(both, 422, "invalid_input")
    assert_problem(keeping("POST", here, json={"name": " "}), 422, "invalid_input")
    assert_problem(keeping("POST", here, json={"person_id": "nobody"}), 422, "invalid_input")
    named = keeping("POST", here, json={"person_id": bob}).get_json()
    assert (named["person"]["id"], named["new_person"]) == (bob, False)


def test_looks_like_is_told_as_a_hint(keeping: Api) -> None:
    see(keeping, "ada")
    ada = keeping.add_person("Ada")
    keeping.send(f"{GALLERY}/people/{ada}/faces", photo=draw_photo(["ada"], variant=2))
    [person] = listed(keeping)["people"]
    assert person["looks_like"]["person"]["id"] == ada
    assert 0 < person["looks_like"]["similarity"] <= 1
