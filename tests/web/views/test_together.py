"""Several people or faces are selected, and deleted, merged, copied or moved at once."""

import re
from typing import Any

from sqlalchemy import func
from sqlalchemy import select

from building import acting
from mien.gallery.galleries import create_gallery
from mien.gallery.people.faces import list_faces
from mien.gallery.people.list_people import list_people
from mien.storage.models import DeletedPersonRow
from mien.storage.models import NegativeExampleRow
from visiting import Visitor
from visiting import says

PEOPLE = "/galleries/default/people"
SEVERAL = 3


def people(user: Visitor, gallery: str = "default") -> dict[str, int]:
    found = list_people(acting(user.runtime.services), gallery=gallery).people
    return {each.name: each.faces for each in found}


def id_of(address: str) -> str:
    return address.rsplit("/", 1)[1]


def face_ids(user: Visitor, person: str) -> list[str]:
    call = acting(user.runtime.services)
    return [each.id for each in list_faces(call, gallery="default", person_id=id_of(person))]


def undo(user: Visitor, page: str) -> None:
    [address] = re.findall(r'action="([^"]+/undo)"', user.get(page))
    user.done(address, back=page)


def several_faces(user: Visitor) -> str:
    for size in (60, 70, 80):
        person = user.enrol("ada", face_px=size)
    return person


def test_several_people_are_deleted_and_come_back_together(user: Visitor) -> None:
    ids = [id_of(user.enrol(name)) for name in ("ada", "bob", "cy")]
    page = user.get(PEOPLE)
    assert re.findall(r'name="person" value="([^"]+)" form="selection"', page) == ids
    address = f"{PEOPLE}/delete-selected"
    asked = user.post(address, person=ids[:2])
    assert asked.status_code == 200
    assert "Delete 2 people?" in says(asked.text)
    assert re.findall(r'name="person" value="([^"]+)"', asked.text) == ids[:2]
    assert list(people(user)) == ["ada", "bob", "cy"]
    assert user.done(address, person=ids[:2], sure="yes") == PEOPLE
    assert list(people(user)) == ["cy"]
    undo(user, PEOPLE)
    assert list(people(user)) == ["ada", "bob", "cy"]


def test_several_people_are_deleted_for_good(user: Visitor) -> None:
    ids = [id_of(user.enrol(name)) for name in ("ada", "bob")]
    user.done(f"{PEOPLE}/delete-selected", person=ids, sure="yes", at_once="yes")
    assert people(user) == {}
    assert "/undo" not in user.get(PEOPLE)
    with user.runtime.database.read() as session:
        assert session.scalar(select(func.count()).select_from(DeletedPersonRow)) == 0


def test_nothing_selected_is_said_and_the_page_of_before_is_shown(user: Visitor) -> None:
    ada = user.enrol("ada")
    user.get(f"{PEOPLE}?sort=newest")
    sheet = f"{PEOPLE}?sort=newest"
    for what in ("delete", "merge", "copy"):
        assert user.done(f"{PEOPLE}/{what}-selected") == sheet
        assert len(user.told()) == 1
        user.get(f"{PEOPLE}/{what}-selected", 302)
    assert user.done(f"{PEOPLE}/merge-selected", person=[id_of(ada)]) == sheet
    for what in ("delete", "move"):
        assert user.done(f"{ada}/{what}-selected") == ada
        user.get(f"{ada}/{what}-selected", 302)


def test_several_people_become_the_one_who_is_chosen(user: Visitor) -> None:
    ids = [id_of(user.enrol(name)) for name in ("ada", "bob", "cy")]
    user.enrol("bob", face_px=60)
    address = f"{PEOPLE}/merge-selected"
    asked = user.post(address, person=ids).text
    # Whoever has the most faces, at first.
    assert re.findall(r'name="into" value="([^"]+)" checked', asked) == [ids[1]]
    user.refused(address, person=ids, sure="yes", into="somebody else")
    assert user.done(address, person=ids, sure="yes", into=ids[0]) == f"{PEOPLE}/{ids[0]}"
    assert people(user) == {"ada": 4}
    undo(user, f"{PEOPLE}/{ids[0]}")
    assert people(user) == {"ada": 1, "bob": 2, "cy": 1}


def test_people_are_copied_where_there_is_another_gallery(user: Visitor) -> None:
    ids = [id_of(user.enrol(name)) for name in ("ada", "bob")]
    address = f"{PEOPLE}/copy-selected"
    assert address not in user.get(PEOPLE)
    create_gallery(acting(user.runtime.services), name="club")
    assert address in user.get(PEOPLE)
    user.enrol("bob", gallery="club")
    assert 'name="another"' not in user.post(address, person=ids).text
    assert 'name="another"' in user.refused(address, person=ids, sure="yes", to="club")
    user.refused(address, person=ids, sure="yes", to="nowhere")
    user.done(address, person=ids, sure="yes", to="club", another="yes")
    page = list_people(acting(user.runtime.services), gallery="club")
    assert [each.name for each in page.people] == ["ada", "bob", "bob"]
    undo(user, PEOPLE)
    assert people(user, "club") == {"bob": 1}


def test_faces_are_deleted_together(user: Visitor) -> None:
    ada = several_faces(user)
    ids = face_ids(user, ada)
    address = f"{ada}/delete-selected"
    assert "Delete 2 faces of ada?" in says(user.post(address, face=ids[:2]).text)
    assert user.done(address, face=ids[:2], sure="yes") == ada
    assert face_ids(user, ada) == ids[2:]
    undo(user, ada)
    assert sorted(face_ids(user, ada)) == sorted(ids)
    user.done(address, face=ids[:2], sure="yes", at_once="yes")
    assert "/undo" not in user.get(ada)


def test_faces_of_somebody_else_are_not_touched(user: Visitor) -> None:
    ada, bob = user.enrol("ada"), user.enrol("bob")
    other = face_ids(user, bob)
    for what in ("delete", "move"):
        for more in ({}, {"sure": "yes", "who": "cy", "refused": "yes"}):
            assert user.post(f"{ada}/{what}-selected", face=other, **more).status_code == 404
    assert people(user) == {"ada": 1, "bob": 1}


def test_faces_are_moved_to_somebody_new(user: Visitor) -> None:
    ada = several_faces(user)
    ids = face_ids(user, ada)
    address = f"{ada}/move-selected"
    user.refused(address, face=ids[:2], sure="yes")
    user.refused(address, face=ids[:2], sure="yes", who="ADA")
    assert user.done(address, face=ids[:2], sure="yes", who="Eve") == ada
    assert people(user) == {"ada": 1, "Eve": 2}
    undo(user, ada)
    assert people(user) == {"ada": SEVERAL}


def test_faces_are_moved_to_another_gallery(user: Visitor) -> None:
    ada = several_faces(user)
    ids = face_ids(user, ada)
    create_gallery(acting(user.runtime.services), name="club")
    address = f"{ada}/move-selected"
    asked: dict[str, Any] = {"face": ids[:2], "sure": "yes", "who": "Eve", "to": "club"}
    user.refused(address, **asked, refused="yes")
    user.refused(address, **(asked | {"to": "nowhere"}))
    user.done(address, **asked)
    assert (people(user), people(user, "club")) == ({"ada": 1}, {"Eve": 2})
    undo(user, ada)
    assert (people(user), people(user, "club")) == ({"ada": SEVERAL}, {})


def test_faces_that_were_never_somebodys_are_one_change(user: Visitor) -> None:
    ada = several_faces(user)
    ids = face_ids(user, ada)
    asked = user.post(f"{ada}/move-selected?wrong=yes", face=ids[:2])
    assert re.search(r'name="refused" value="yes"\s+checked', asked.text)

    def negatives() -> int:
        with user.runtime.database.read() as session:
            return session.scalar(select(func.count()).select_from(NegativeExampleRow)) or 0

    for who, after in (("Eve", {"ada": 1, "Eve": 2}), ("", {"ada": 1})):
        user.done(f"{ada}/move-selected", face=ids[:2], sure="yes", refused="yes", who=who)
        assert (people(user), negatives()) == (after, 2)
        undo(user, ada)
        assert (people(user), negatives()) == ({"ada": SEVERAL}, 0)
