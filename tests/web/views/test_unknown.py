"""The pages with unknown people, and what leads there."""

import re

import pytest

from drawing import draw_photo
from visiting import Visitor
from visiting import links
from visiting import says

PEOPLE = "/galleries/default/people"
UNKNOWN = "/galleries/default/unknown"
SETTINGS = "/galleries/default/settings"


def keep(admin: Visitor, days: str) -> None:
    admin.done(
        SETTINGS,
        accepted_fpir="0.001",
        accepted_fmr="0.001",
        gate="standard",
        keep_photos="yes",
        keep_unknown_days=days,
    )


@pytest.fixture
def keeping(admin: Visitor) -> Visitor:
    keep(admin, "30")
    return admin


def see(visitor: Visitor, *who: str, variant: int = 0) -> None:
    photo = draw_photo(who, variant=variant, face_px=120 - 4 * variant)
    visitor.done("/identify", gallery="default", photo=photo)


def test_where_none_are_kept_the_page_says_how_to_turn_it_on(admin: Visitor) -> None:
    see(admin, "ada")
    assert UNKNOWN not in admin.get(PEOPLE)
    page = admin.get(UNKNOWN)
    assert "not kept" in says(page)
    assert SETTINGS in page
    assert "kept for" not in says(admin.get("/identify"))


def test_who_may_not_turn_it_on_is_not_led_there(user: Visitor) -> None:
    assert SETTINGS not in user.get(UNKNOWN)


def test_the_days_are_set_told_and_checked(admin: Visitor) -> None:
    keep(admin, "30")
    assert 'value="30"' in admin.get(SETTINGS)
    assert "kept for 30 days" in says(admin.get("/identify"))
    assert "No unknown people" in says(admin.get(UNKNOWN))
    for wrong in ("-1", "x", "400"):
        answer = admin.post(
            SETTINGS, accepted_fpir="0.001", gate="standard", keep_unknown_days=wrong
        )
        assert answer.status_code == 422


def test_seen_twice_named_and_recognised(keeping: Visitor) -> None:
    see(keeping, "ada")
    see(keeping, "ada", variant=1)
    assert "1 unknown" in says(keeping.get(PEOPLE))
    page = keeping.get(UNKNOWN)
    assert "Seen 2 times" in says(page)
    [crop] = links(page, "/crop")
    assert keeping.client.get(crop).mimetype == "image/jpeg"
    [name] = links(page, "/name")
    answer = keeping.post(name, name=" ")
    assert answer.status_code == 422
    person = keeping.done(name, name="Ada")
    assert "Ada" in says(keeping.get(person))
    assert "No unknown people" in says(keeping.get(UNKNOWN))
    result = keeping.done("/identify", gallery="default", photo=draw_photo(["ada"], variant=3))
    assert "Ada" in says(keeping.get(result))


def test_ignored_and_not_ignored(keeping: Visitor) -> None:
    see(keeping, "ada")
    [ignore] = links(keeping.get(UNKNOWN), "/ignore")
    assert keeping.done(ignore) == UNKNOWN
    see(keeping, "ada", variant=1)
    page = keeping.get(UNKNOWN)
    assert "No unknown people" in says(page)
    assert "1 ignored" in says(page)
    page = keeping.get(f"{UNKNOWN}?state=ignored")
    assert "Seen 2 times" in says(page)
    [unignore] = links(page, "/unignore")
    keeping.done(unignore)
    assert "Seen 2 times" in says(keeping.get(UNKNOWN))


def test_split_and_deleted(keeping: Visitor) -> None:
    for variant in range(3):
        see(keeping, "ada", variant=variant)
    [name] = links(keeping.get(UNKNOWN), "/name")
    one = name.removesuffix("/name")
    page = keeping.get(one)
    faces = re.findall(r'name="face_ids" value="([\w-]+)"', page)
    assert len(faces) == 3
    assert keeping.post(f"{one}/split").status_code == 422
    assert keeping.post(f"{one}/split", face_ids=faces).status_code == 422
    other = keeping.done(f"{one}/split", face_ids=faces[:1])
    assert other != one
    assert "Seen once" in says(keeping.get(other))
    assert "2 sightings" in says(keeping.get(one))
    assert "1 sighting" in says(keeping.get(f"{other}/delete"))
    assert keeping.done(f"{other}/delete") == UNKNOWN
    assert keeping.client.get(other).status_code == 404
    assert keeping.client.get(f"{one}/split").headers["Location"] == one
