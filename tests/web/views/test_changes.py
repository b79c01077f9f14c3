"""Changes are undone with a button, on the next page or on the page that lists them."""

import re
from typing import Any

from sqlalchemy import select

from building import acting
from drawing import draw_photo
from mien.gallery.people.faces import list_faces
from mien.gallery.people.list_people import list_people
from mien.gallery.people.look_up import look_up_person
from mien.storage.models import NegativeExampleRow
from visiting import Visitor
from visiting import links
from visiting import says

PEOPLE = "/galleries/default/people"
CHANGES = "/galleries/default/changes"


def undo_forms(page: str) -> list[str]:
    return re.findall(r'action="([^"]+/undo(?:\?[^"]*)?)"', page)


def people(user: Visitor) -> list[str]:
    call = acting(user.runtime.services)
    return [each.name for each in list_people(call, gallery="default").people]


def id_of(user: Visitor, name: str) -> str:
    call = acting(user.runtime.services)
    return look_up_person(call, gallery="default", who=name).id


def test_somebody_deleted_comes_back_by_the_message(user: Visitor) -> None:
    person = user.enrol("ada")
    page = user.get(f"{person}/delete")
    assert "You can undo it for 24 hours" in says(page)
    assert user.done(f"{person}/delete") == PEOPLE
    assert people(user) == []
    page = user.get(PEOPLE)
    assert "Deleted ada with 1 face." in says(page)
    [undo] = undo_forms(page)
    assert user.done(undo, back=PEOPLE) == PEOPLE
    assert user.told() == ["Undone: deleted ada."]
    assert people(user) == ["ada"]
    user.get(person)
    # Once is enough; the second time says so on the list.
    assert user.done(undo, back="//elsewhere.example") == CHANGES
    assert user.told() == ["This has been undone already."]


def test_the_list_of_changes_undoes_and_deletes_for_good(user: Visitor) -> None:
    person = user.enrol("ada")
    user.done(f"{person}/edit", name="Countess", notes="")
    user.done(f"{person}/delete")
    page = user.get(CHANGES)
    assert "Deleted Countess" in says(page)
    assert "Changed Countess" in says(page)
    [erase] = re.findall(r'action="([^"]+/erase)"', page)
    assert user.done(erase) == CHANGES
    assert user.told() == ["Deleted 1 face, 1 photo and 2 files. Checked: nothing is left."]
    page = user.get(CHANGES)
    assert undo_forms(page) == []
    assert "Countess" not in page
    assert user.done(erase) == CHANGES
    assert user.told() == ["This can no longer be undone: what was before is deleted."]
    assert links(user.get(PEOPLE), "/changes") == [CHANGES]


def test_a_face_deleted_comes_back(user: Visitor) -> None:
    person = user.enrol("ada")
    delete = links(user.get(person), "/delete")[-1]
    assert user.done(delete) == person
    page = user.get(person)
    assert "No face yet" in says(page)
    user.done(undo_forms(page)[0], back=person)
    assert "1 face," in says(user.get(person))


def test_people_who_are_one_are_merged(user: Visitor) -> None:
    ada = user.enrol("ada")
    user.enrol("bob")
    call = acting(user.runtime.services)
    assert "Type a name." not in user.get(f"{ada}/merge")
    assert "Choose a person" in user.refused(f"{ada}/merge")
    assert "Nobody in this gallery" in user.refused(f"{ada}/merge", who="Eve")
    assert "Choose someone else." in user.refused(f"{ada}/merge", who="ADA")
    assert user.done(f"{ada}/merge", who="bob") == ada
    page = user.get(ada)
    assert "bob is now part of ada." in says(page)
    assert people(user) == ["ada"]
    user.done(undo_forms(page)[0], back=ada)
    assert people(user) == ["ada", "bob"]
    assert user.done(f"{ada}/merge", other=id_of(user, "bob")) == ada
    person_id = id_of(user, "ada")
    assert len(list_faces(call, gallery="default", person_id=person_id)) == 2


def test_a_face_is_moved_and_known_not_to_be_somebodys(user: Visitor) -> None:
    ada = user.enrol("ada")
    [move] = links(user.get(ada), "/move")
    assert "Type a name." in user.refused(move)
    assert user.done(move, who="Bob") == ada
    page = user.get(ada)
    assert "The face was moved to the new person Bob." in says(page)
    user.done(undo_forms(page)[0], back=ada)
    assert people(user) == ["ada"]
    assert user.done(move, refused="yes") == ada
    assert "no longer identified as ada" in user.told()[0]
    with user.runtime.database.read() as session:
        assert session.scalar(select(NegativeExampleRow.person_id)) == id_of(user, "ada")
    assert user.post(move, who="Bob").status_code == 404


def test_another_portrait_is_chosen(user: Visitor) -> None:
    ada = user.enrol("ada")
    user.enrol("ada", face_px=60)

    def offered() -> list[str]:
        found = [user.get(move) for move in links(user.get(ada), "/move")]
        return [each for page in found for each in re.findall(r'action="([^"]+/portrait)"', page)]

    [portrait] = offered()
    assert user.done(portrait) == ada
    page = user.get(ada)
    [other] = offered()
    assert other != portrait
    user.done(undo_forms(page)[0], back=ada)
    assert offered() == [portrait]


def test_photos_added_to_somebody_are_taken_back_together(user: Visitor) -> None:
    ada = user.enrol("ada")
    photos = [draw_photo(["ada"], face_px=size) for size in (60, 70)]
    assert user.done(ada, photos=photos) == ada
    page = user.get(ada)
    assert "3 faces," in says(page)
    [undo] = undo_forms(page)
    assert user.done(undo, back=ada) == ada
    assert "1 face," in says(user.get(ada))
    # Once is enough.
    assert user.done(undo, back=ada) == CHANGES
    assert user.post(f"{CHANGES}/undo").status_code == 422


def test_somebody_new_is_taken_back(user: Visitor) -> None:
    photos = [draw_photo(["ada"], face_px=size) for size in (60, 70)]
    givens: tuple[dict[str, Any], ...] = ({"photos": photos}, {"without_photo": "yes"})
    for given in givens:
        person = user.done(f"{PEOPLE}/new", name="Ada", notes="", **given)
        [undo] = undo_forms(user.get(person))
        user.done(undo, back=PEOPLE)
        assert people(user) == []


def test_script_leads_to_a_page_that_takes_back_what_it_has_added(user: Visitor) -> None:
    ada = user.enrol("ada")
    ids: list[str] = []
    for size in (60, 70):
        photo = draw_photo(["ada"], face_px=size)
        answer = user.post(ada, headers={"X-Partial": "1"}, photos=photo)
        ids += answer.get_json()["changes"]
    assert user.client.get(ada, query_string={"added": ids}).headers["Location"] == ada
    [undo] = undo_forms(user.get(ada))
    user.done(undo, back=ada)
    page = user.get(ada)
    assert "1 face," in says(page)
    # Nothing is offered of what is no change.
    user.get(ada, 302, query_string={"added": ["<b>"]})
    assert undo_forms(user.get(ada)) == []
