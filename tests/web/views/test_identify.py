import re
from collections.abc import Callable
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from building import acting
from building import make_runtime
from drawing import draw_photo
from mien.app import create_app
from mien.gallery.galleries import create_gallery
from mien.gallery.galleries import show_gallery
from mien.gallery.people.list_people import list_people
from mien.gallery.people.people import create_person
from mien.names import name_key
from mien.storage.models import PersonRow
from nearsighted import NearsightedEngine
from visiting import Visitor
from visiting import links
from visiting import says


def identified(browser: Visitor, *people: str, **drawing: Any) -> str:
    """Send a photo; gives the address of its answers."""
    return browser.done("/identify", photo=draw_photo(people, **drawing), gallery="default")


def test_who_is_compared_with_is_said(user: Visitor) -> None:
    assert "No one in this gallery has a face yet" in user.get("/identify")
    user.enrol("ada")
    assert "compared with 1 person" in says(user.get("/identify"))


def test_a_photo_is_answered_face_by_face(user: Visitor) -> None:
    user.enrol("ada")
    page = user.get(identified(user, "ada", "cy", face_px=100))
    assert "2 faces: 1 recognised, 1 unknown" in page
    assert page.count("face-card--match") == 1
    assert page.count("face-card--unknown") == 1
    assert "No one in this gallery is similar enough." in page


@pytest.fixture
def nearsighted(tmp_path: Path) -> Iterator[Visitor]:
    """Somebody who is signed in where small faces are seen only when one looks closely."""
    runtime = make_runtime(tmp_path, engine=NearsightedEngine())
    yield Visitor(create_app(runtime), runtime).signed_in()
    runtime.close()


def test_a_photo_is_looked_at_closely_when_the_box_is_ticked(nearsighted: Visitor) -> None:
    assert "Look closely for small or turned faces" in says(nearsighted.get("/identify"))
    photo = draw_photo(["ada", "bob"], face_px=60)
    given: dict[str, Any] = {"photo": photo, "gallery": "default"}
    page = nearsighted.get(nearsighted.done("/identify", **given))
    assert "2 faces" not in says(page)
    page = nearsighted.get(nearsighted.done("/identify", closely="yes", **given))
    assert "2 faces" in says(page)


def test_all_pictures_of_an_answer_are_there(user: Visitor) -> None:
    user.enrol("ada")
    page = user.get(identified(user, "ada", "cy", face_px=100))
    pictures = [*links(page, "/photo"), *links(page, "/portrait"), *links(page, "/crop")]
    assert len(pictures) == 4
    for picture in pictures:
        answer = user.client.get(picture)
        assert answer.status_code == 200
        assert answer.mimetype == "image/jpeg"
        again = user.client.get(picture, headers={"If-None-Match": answer.headers["ETag"]})
        assert again.status_code == 304


def test_a_face_becomes_a_new_person_and_is_known_from_then_on(user: Visitor) -> None:
    probe = identified(user, "cy")
    assert user.done(f"{probe}/faces/1/add", name="Cy") == f"{probe}#face-1"
    assert user.told(probe) == ["Face 1 was added as a new person: Cy."]
    page = user.get(probe)
    assert "face-card--added" in page
    assert "face-card--match" not in page
    assert "no other face to compare it with" in page
    # Another photo of the same person is recognised.
    assert "face-card--match" in user.get(identified(user, "cy", face_px=100))


def test_a_stranger_in_somebodys_record_does_not_match_himself_there(user: Visitor) -> None:
    for size in (120, 119, 118):
        user.enrol("woman", face_px=size)
    probe = identified(user, "man")
    user.done(f"{probe}/faces/1/add", name="woman")
    page = user.get(probe)
    assert "face-card--added" in page
    assert "scale--unknown" in page
    assert "scale--match" not in page


def test_a_face_is_added_to_somebody_by_typed_name_or_by_button(user: Visitor) -> None:
    person = user.enrol("ada")
    probe = identified(user, "bob", "cy", face_px=100)
    user.done(f"{probe}/faces/1/add", name="ADA")
    user.done(f"{probe}/faces/2/add", person_id=person.rsplit("/", 1)[1])
    assert "3 faces" in says(user.get(person))


def test_a_long_list_of_names_says_so_and_others_can_be_typed(user: Visitor) -> None:
    person = user.enrol("Zoe")
    probe = identified(user, "cy")
    page = user.get(probe)
    assert '<option value="Zoe">' in page
    assert "names. For anyone else" not in page
    gallery_id = show_gallery(acting(user.runtime.services), name="default").id
    with user.runtime.database.write() as session:
        names = [f"Person {number}" for number in range(500)]
        session.add_all(
            PersonRow(gallery_id=gallery_id, name=name, name_key=name_key(name)) for name in names
        )
    page = user.get(probe)
    assert page.count("<option value=") == 500
    assert '<option value="Zoe">' not in page
    assert "Suggests the first 500 of 501 names. For anyone else, type the full name." in page
    user.done(f"{probe}/faces/1/add", name="zoe")
    assert user.told(probe)[0] == "Face 1 was added to Zoe."
    assert "2 faces" in says(user.get(person))


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"name": " "}, "A name cannot be empty."),
        ({"name": "x" * 201}, "A name can have at most 200 characters"),
        ({}, "Say whose face it is."),
        ({"person_id": "gone"}, "Nobody in this gallery has this id."),
    ],
)
def test_a_face_that_cannot_be_added_says_why_on_its_card(
    user: Visitor, fields: dict[str, Any], words: str
) -> None:
    user.enrol("ada")
    probe = identified(user, "cy")
    assert user.done(f"{probe}/faces/1/add", **fields) == f"{probe}#face-1"
    page = user.get(probe)
    assert words in card_message(page)
    assert "face-card--unknown" in page
    # Told once: looking again begins anew.
    assert words not in user.get(probe)


def test_a_typed_name_is_somebodys_or_anothers(user: Visitor) -> None:
    first = user.enrol("Zoë")
    probe = identified(user, "cy")
    user.done(f"{probe}/faces/1/add", name="zoe")
    assert user.told(probe)[0] == "Face 1 was added to Zoë."
    assert "2 faces" in says(user.get(first))
    probe = identified(user, "dee")
    user.done(f"{probe}/faces/1/add", name="ZOË", another="yes")
    [told] = user.told(probe)
    assert re.fullmatch(r"Face 1 was added as a new person: ZOË \([0-9a-f]{8}\)\.", told)


def test_of_several_people_of_a_name_one_is_chosen(user: Visitor) -> None:
    services = user.runtime.services
    ids = [
        create_person(
            acting(services), gallery="default", name="Ada", notes=notes, allow_same_name=True
        ).id
        for notes in ("Choir", "Club")
    ]
    probe = identified(user, "cy")
    user.done(f"{probe}/faces/1/add", name="ada")
    page = user.get(probe)
    assert "Several people here have this name. Choose one of them." in card_message(page)
    for each, notes in zip(ids, ("Choir", "Club"), strict=True):
        assert f'name="person_id" value="{each}"' in page
        assert f"Add this face to Ada ({notes})" in page
    user.done(f"{probe}/faces/1/add", person_id=ids[1])
    assert user.told(probe) == ["Face 1 was added to Ada (Club)."]


def test_a_form_that_was_refused_is_shown_again_on_its_own_card_alone(user: Visitor) -> None:
    probe, other = identified(user, "bob", "cy", face_px=100), identified(user, "dee")
    user.done(f"{probe}/faces/2/add", name=" ")
    assert "card-message" not in user.get(other)
    page = user.get(probe)
    assert page.index('id="face-2"') < page.index("card-message--problem")
    assert page.count("card-message--problem") == 1


def test_a_face_that_the_photo_does_not_have_is_not_added(user: Visitor) -> None:
    probe = identified(user, "cy")
    answer = user.post(f"{probe}/faces/9/add", name="Cy")
    assert answer.status_code == 422
    assert "no face number 9" in answer.text


def test_a_held_photo_is_its_holders_alone(user: Visitor, visitor: Callable[[], Visitor]) -> None:
    probe = identified(user, "cy")
    other = visitor().signed_in("Other")
    for path in (probe, f"{probe}/photo", f"{probe}/faces/1/portrait"):
        other.get(path, status=404)
    assert other.post(f"{probe}/faces/1/add", name="Cy").status_code == 404
    assert other.post(f"{probe}/let-go").status_code == 404
    assert list_people(acting(user.runtime.services), gallery="default").total == 0


def test_a_held_photo_can_be_let_go_of(user: Visitor) -> None:
    probe = identified(user, "cy")
    assert user.done(f"{probe}/let-go") == "/identify"
    assert "This photo has been deleted" in user.get(probe, status=404)


def test_reloading_a_forms_address_leads_to_its_page(user: Visitor) -> None:
    probe = identified(user, "cy")
    assert user.client.get(f"{probe}/faces/1/add").headers["Location"] == f"{probe}#face-1"


@pytest.mark.parametrize(
    ("photo", "status", "words"),
    [
        (b"not an image at all", 415, "not supported"),
        (draw_photo(["ada"])[:200], 422, "incomplete"),
        (b"x" * 200_001, 413, "bytes"),
        (draw_photo([], size_wh=(1200, 1000)), 413, "pixels"),
    ],
)
def test_a_photo_that_cannot_be_read_says_why_beside_its_field(
    user: Visitor, photo: bytes, status: int, words: str
) -> None:
    page = user.refused("/identify", status, photo=photo, gallery="default")
    assert "Who is in this photo?" in page
    assert "error-summary" in page
    assert words in page


def test_a_missing_photo_is_asked_for(user: Visitor) -> None:
    assert "Choose a photo first." in user.refused("/identify", gallery="default")


def test_a_photo_without_faces_gets_a_helpful_answer(user: Visitor) -> None:
    assert "No face found." in user.get(identified(user))


def test_the_chosen_gallery_is_searched_and_remembered(user: Visitor) -> None:
    create_gallery(acting(user.runtime.services), name="club")
    user.enrol("cy", gallery="club")
    assert "compared with 1 person" in says(user.get("/identify?gallery=club"))
    probe = user.done("/identify", photo=draw_photo(["cy"], face_px=90), gallery="club")
    page = user.get(probe)
    assert "face-card--match" in page
    assert 'href="/galleries/club/people"' in page
    assert user.client.get("/people").headers["Location"] == "/galleries/club/people"


def test_a_gallery_that_is_not_there_is_not_found(user: Visitor) -> None:
    user.get("/identify?gallery=none", status=404)
    assert user.post("/identify", photo=draw_photo(["cy"]), gallery="none").status_code == 404


def test_a_face_that_the_gate_refuses_keeps_what_was_typed_and_can_be_stored_anyway(
    user: Visitor,
) -> None:
    probe = identified(user, "cy", face_px=34)
    user.done(f"{probe}/faces/1/add", name="Cy")
    page = user.get(probe)
    assert "The face is 34 pixels wide; at least 40 are required." in says(page)
    assert page.count('name="anyway"') == 1
    assert '<input type="hidden" name="name" value="Cy">' in page
    assert list_people(acting(user.runtime.services), gallery="default").total == 0
    user.done(f"{probe}/faces/1/add", name="Cy", anyway="yes")
    assert user.told(probe)[0] == "Face 1 was added as a new person: Cy."


def test_a_face_is_added_to_a_person_once(user: Visitor) -> None:
    user.enrol("ada")
    probe = identified(user, "cy")
    user.done(f"{probe}/faces/1/add", name="Cy")
    user.told(probe)
    user.done(f"{probe}/faces/1/add", name="Cy")
    page = user.get(probe)
    assert "This exact photo is already stored for this person" in card_message(page)
    # What was there before is not this message's to take back.
    assert "Undo" not in card_message(page)
    assert "Added to Cy by mistake?" in page


def card_message(page: str) -> str:
    """What the first message on a card says, its buttons included."""
    [*_, message] = re.findall(r'<div class="card-message.*?</div>', page, re.DOTALL)[:1]
    return says(message)


def undo(user: Visitor, page: str) -> str:
    """Press the first button that takes an addition back; gives where it leads."""
    (address, face) = re.findall(
        r'action="([^"]+/undo)".*?name="face" value="([^"]+)"', page, re.DOTALL
    )[0]
    return user.done(address, face=face)


def test_what_is_odd_about_a_face_is_told_on_its_card_with_a_way_to_take_it_back(
    user: Visitor,
) -> None:
    ada, bob = user.enrol("ada"), user.enrol("bob")
    probe = identified(user, "bob", face_px=90)
    user.done(f"{probe}/faces/1/add", name="ada")
    page = user.get(probe)
    assert card_message(page) == "Face 1 was added to ada. Undo"
    assert page.index('id="face-1"') < page.index("card-message--done")
    assert "It is bob, 0." in says(page)
    assert f'<a href="{bob}">See bob</a>' in page
    assert undo(user, page) == f"{probe}#face-1"
    page = user.get(probe)
    assert "The face is no longer stored for ada." in card_message(page)
    assert "1 face," in says(user.get(ada))
    assert "card-message" not in user.get(probe)


def test_somebody_who_was_made_for_a_face_goes_with_it(user: Visitor) -> None:
    probe = identified(user, "cy")
    user.done(f"{probe}/faces/1/add", name="Cy")
    user.told(probe)
    # Also later, when the message has been read.
    undo(user, user.get(probe))
    assert "The new person Cy and the face are deleted." in card_message(user.get(probe))
    assert list_people(acting(user.runtime.services), gallery="default").total == 0
    user.done(f"{probe}/faces/1/add", name="Cy")


def test_taking_back_what_is_gone_does_nothing(user: Visitor) -> None:
    ada = user.enrol("ada")
    probe = identified(user, "cy")
    user.done(f"{probe}/faces/1/add", name="ada")
    page = user.get(probe)
    undo(user, page)
    undo(user, page)
    assert "1 face," in says(user.get(ada))
    # Only the face of the card can be taken back there, whatever is sent.
    [face] = re.findall(r"/faces/([^/]+)/crop", user.get(ada))[:1]
    user.done(f"{probe}/faces/1/undo", face=face)
    assert "1 face," in says(user.get(ada))
    assert user.client.get(f"{probe}/faces/1/undo").headers["Location"] == f"{probe}#face-1"
