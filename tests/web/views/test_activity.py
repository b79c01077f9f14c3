"""What was done is on a page, for everybody what they may know."""

import re

from building import acting
from mien.access.api_keys import create_key
from mien.gallery.galleries import create_gallery
from mien.gallery.people.people import create_person
from visiting import Visitor
from visiting import links
from visiting import says


def rows(page: str) -> list[str]:
    return [says(each) for each in re.findall(r'<th scope="row">(.*?)</th>', page)]


def test_what_was_done_is_listed_for_one_person_too(user: Visitor) -> None:
    ada, bob = user.enrol("ada"), user.enrol("bob")
    page = user.get("/activity")
    assert rows(page)[:4] == [
        "Added a face to bob",
        "Added bob",
        "Added a face to ada",
        "Added ada",
    ]
    assert links(page, bob) == [bob]
    assert "Command line" in says(page)
    [address] = [each for each in links(user.get(ada), "") if each.startswith("/activity?")]
    of_ada = user.get(address)
    assert rows(of_ada) == ["Added a face to ada", "Added ada"]
    assert "Only ada." in says(of_ada)
    user.done(f"{ada}/delete")
    gone = user.get(address)
    assert rows(gone)[0] == "Deleted somebody deleted 1 face"
    assert links(gone, ada) == []
    assert "Sam" in says(gone)


def test_it_is_filtered(user: Visitor) -> None:
    user.enrol("ada")
    assert rows(user.get("/activity?about=people")) == ["Added ada"]
    assert rows(user.get(f"/activity?by={user.user_id}")) == []
    assert len(rows(user.get("/activity?by=operator&about=faces"))) == 1
    create_gallery(acting(user.runtime.services), name="club")
    assert rows(user.get("/activity?gallery=club")) == ["Created the gallery club"]
    assert len(rows(user.get("/activity?about=nothing&by="))) > 2
    user.get("/activity?gallery=nowhere", status=404)
    user.get("/activity?cursor=nowhere", status=422)


def test_more_than_a_page_is_paged(user: Visitor) -> None:
    for number in range(53):
        create_person(acting(user.runtime.services), gallery="default", name=f"Ada {number:02}")
    first = user.get("/activity?about=people")
    assert len(rows(first)) == 50
    [older] = [each for each in links(first, "") if "cursor=" in each]
    assert rows(user.get(older)) == ["Added Ada 02", "Added Ada 01", "Added Ada 00"]


def test_keys_and_accounts_are_shown_to_administrators_alone(admin: Visitor, user: Visitor) -> None:
    create_key(acting(admin.runtime.services), name="door", scopes=["read"])
    assert "Created the API key door read" in rows(admin.get("/activity"))
    assert "door" not in says(user.get("/activity"))
    assert rows(user.get("/activity?about=access")) == []


def test_what_can_be_undone_is_undone_from_here(user: Visitor) -> None:
    person = user.enrol("ada")
    user.done(f"{person}/delete")
    page = user.get("/activity")
    part = page[page.index("to-undo") :]
    undo = re.findall(r'action="([^"]+/undo)"', part)
    assert len(undo) == 2, "the deletion, and what was added before"
    assert user.done(undo[0], back="/activity") == "/activity"
    assert user.told() == ["Undone: deleted ada."]
    assert rows(user.get("/activity"))[0].startswith("Undid a change")
    user.get(person)
