import pytest

from building import acting
from mien.gallery.galleries import create_gallery
from mien.gallery.galleries import show_gallery
from mien.gallery.people.people import create_person
from statements import counted_statements
from visiting import Visitor
from visiting import links
from visiting import says


def test_all_galleries_are_listed_with_their_size(user: Visitor) -> None:
    user.enrol("ada")
    words = says(user.get("/galleries"))
    assert "default 1 person, 1 face" in words


def test_each_gallery_shows_its_newest_four_faces(user: Visitor) -> None:
    create_gallery(acting(user.runtime.services), name="club")
    people = [user.enrol(name) for name in ("ada", "bob", "cy", "di", "eve")]
    create_person(acting(user.runtime.services), gallery="default", name="No face yet")
    other = user.enrol("ada", gallery="club")
    shown = [crop.rsplit("/faces/", 1)[0] for crop in links(user.get("/galleries"), "/crop")]
    assert shown == [*people[:0:-1], other]


def test_many_galleries_ask_no_more_of_the_database_than_one(user: Visitor) -> None:
    user.enrol("ada")
    user.get("/galleries")
    with counted_statements(user.runtime.database) as for_one:
        user.get("/galleries")
    for number in range(7):
        create_gallery(acting(user.runtime.services), name=f"club-{number}")
        user.enrol("ada", gallery=f"club-{number}")
    with counted_statements(user.runtime.database) as for_eight:
        page = user.get("/galleries")
    assert len(links(page, "/crop")) == 8
    assert len(for_eight) == len(for_one)


def test_a_gallery_is_made_and_switched_to(admin: Visitor) -> None:
    people = admin.done("/galleries/new", name="club", keep_photos="yes")
    assert people == "/galleries/club/people"
    page = admin.get(people)
    assert 'aria-current="true">club<' in page
    assert 'href="/galleries/default/people"' in page
    assert show_gallery(acting(admin.runtime.services), name="club").settings.keep_photos


def test_photos_are_not_kept_where_the_box_is_not_ticked(admin: Visitor) -> None:
    admin.done("/galleries/new", name="club")
    assert not show_gallery(acting(admin.runtime.services), name="club").settings.keep_photos
    assert "Photo" not in says(admin.get(admin.enrol("ada", gallery="club"))).split("Add photos")[0]


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("", "Type a name."),
        ("x" * 201, "at most 200 characters"),
        ("default", "A gallery with this name already exists."),
    ],
)
def test_a_name_that_cannot_be_is_refused(admin: Visitor, name: str, words: str) -> None:
    assert words in admin.refused("/galleries/new", name=name)


def test_settings_are_shown_changed_and_set_back(admin: Visitor) -> None:
    admin.done("/galleries/new", name="club", keep_photos="yes")
    path = "/galleries/club/settings"
    assert "0.50, which is recommended" in admin.get(path)
    assert admin.done(path, name="club-2", threshold="0,61") == "/galleries/club-2/settings"
    changed = show_gallery(acting(admin.runtime.services), name="club-2")
    assert changed.settings.threshold == pytest.approx(0.61)
    assert not changed.settings.keep_photos
    path = "/galleries/club-2/settings"
    assert 'value="0.61"' in admin.get(path)
    admin.done(path, name="club-2", threshold="")
    assert show_gallery(acting(admin.runtime.services), name="club-2").settings.threshold is None


@pytest.mark.parametrize("threshold", ["much", "2", "nan", "1e99"])
def test_a_threshold_that_is_none_is_refused_and_shown_again(
    admin: Visitor, threshold: str
) -> None:
    page = admin.refused("/galleries/default/settings", threshold=threshold)
    assert f'value="{threshold}"' in page
    assert "error-summary" in page
    assert show_gallery(acting(admin.runtime.services), name="default").settings.threshold is None


def test_the_default_gallery_keeps_its_name_and_stays(admin: Visitor) -> None:
    assert "keeps its name and" in admin.get("/galleries/default/settings")
    page = admin.refused("/galleries/default/settings", name="other", threshold="")
    assert "The default gallery cannot be renamed." in page
    page = admin.refused("/galleries/default/delete", name="default")
    assert "The default gallery cannot be deleted" in page


def test_a_gallery_is_deleted_when_its_name_is_typed(admin: Visitor) -> None:
    admin.done("/galleries/new", name="club")
    person = admin.enrol("ada", gallery="club")
    page = admin.get("/galleries/club/delete")
    assert "1 person" in page
    assert "1 face, with portraits" in page
    assert "Type “club” to confirm." in admin.refused("/galleries/club/delete", name="klub")
    admin.get(person)
    assert admin.done("/galleries/club/delete", name="Club") == "/galleries"
    admin.get(person, status=404)
    admin.get("/identify")


def test_a_gallery_that_is_gone_is_no_longer_remembered(admin: Visitor) -> None:
    admin.done("/galleries/new", name="club")
    admin.get("/galleries/club/people")
    admin.done("/galleries/club/delete", name="club")
    assert admin.client.get("/people").headers["Location"] == "/galleries/default/people"


def test_a_gallery_is_shown_as_it_is_called(admin: Visitor) -> None:
    assert admin.done("/galleries/new", name="Rowing club") == "/galleries/rowing-club/people"
    assert "Rowing club" in says(admin.get("/galleries"))
    assert "Rowing club" in says(admin.get("/galleries/rowing-club/people"))
    path = "/galleries/rowing-club/settings"
    assert "Settings of Rowing club" in admin.get(path)
    admin.done(path, name="rowing-club", display_name="Oarsmen")
    assert "Oarsmen" in says(admin.get("/galleries"))


def test_an_administrator_is_offered_what_another_user_may_not(
    admin: Visitor, user: Visitor
) -> None:
    links = ['href="/galleries/new"', 'href="/galleries/default/settings"', 'href="/users"']
    assert all(link in admin.get("/galleries") for link in links)
    assert not any(link in user.get("/galleries") for link in links)
