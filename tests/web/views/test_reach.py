"""The page where one identifies, among some people and in several galleries."""

import re
from typing import Any

import pytest

from building import acting
from drawing import draw_photo
from mien.gallery.galleries import create_gallery
from mien.gallery.people.people import change_person
from mien.web.forms.photos import split_terms
from visiting import Visitor
from visiting import says


@pytest.fixture
def peopled(user: Visitor) -> Visitor:
    """Ada of the night team and Bob here, Cy in the rowing club."""
    services = user.runtime.services
    create_gallery(acting(services), name="club", settings={"display_name": "Rowing club"})
    ada = user.enrol("ada")
    user.enrol("bob")
    user.enrol("cy", gallery="club")
    person_id = re.findall(r"/people/([0-9a-f-]{36})", ada)[0]
    change_person(
        acting(services), gallery="default", person_id=person_id, metadata={"team": "night"}
    )
    return user


def ask(browser: Visitor, *drawn: str, **fields: Any) -> str:
    photo = draw_photo(drawn, face_px=100)
    return browser.get(browser.done("/identify", photo=photo, gallery="default", **fields))


def test_other_galleries_are_offered_and_what_was_asked_is_shown_again(peopled: Visitor) -> None:
    page = peopled.get("/identify")
    boxes = re.findall(r'type="checkbox" name="also" value="([^"]*)"', page)
    assert boxes == ["club"]
    assert '<details class="reveal">' in page
    again = peopled.get("/identify?also=club&where=team%3Dnight")
    assert '<details class="reveal" open>' in again
    assert re.search(r'name="also" value="club"\s+checked', again)
    assert 'value="team=night"' in again


def test_only_some_people_are_searched(peopled: Visitor) -> None:
    page = ask(peopled, "ada", "bob", where="team=night")
    assert page.count("face-card--match") == 1
    assert "Not one of the people searched" in page
    assert "Compared with 1 person of “default” with team=night" in says(page)
    assert "where=team%3Dnight" in page


def test_each_person_says_in_which_gallery(peopled: Visitor) -> None:
    page = ask(peopled, "ada", "cy", also="club")
    assert page.count("face-card--match") == 2
    assert page.count('<span class="face-card__gallery">in Rowing club</span>') >= 1
    assert re.search(r"/galleries/club/people/[0-9a-f-]{36}", page)
    # A face is added here, so not to somebody of another gallery.
    assert "Add this face to ada" in says(page)
    assert "Add this face to cy" not in says(page)
    assert "also=club" in page


def test_somebody_in_both_galleries_is_a_match_and_named_in_both(peopled: Visitor) -> None:
    peopled.enrol("ada", gallery="club")
    page = ask(peopled, "ada", also="club")
    assert page.count("face-card--match") == 1
    assert "in Rowing club" in says(page)
    assert "may be the same person as ada in " in says(page)


def test_what_cannot_be_searched_is_said_beside_the_field(peopled: Visitor) -> None:
    photo = draw_photo(["ada"])
    asked: dict[str, Any] = {"photo": photo, "gallery": "default"}
    for where in ("team=ghost", "night"):
        page = peopled.refused("/identify", where=where, **asked)
        assert 'id="field-where-error"' in page
        assert '<details class="reveal" open>' in page
    page = peopled.refused("/identify", also="nowhere", **asked)
    assert 'id="field-also-error"' in page


def test_a_comma_begins_another_term_only_where_one_follows() -> None:
    assert split_terms("") == ()
    assert split_terms(" team=night ,level=3,") == ("team=night", "level=3")
    assert split_terms("note=a, b,c=d") == ("note=a, b", "c=d")
    assert split_terms("night") == ("night",)
