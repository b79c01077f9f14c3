"""What the audit trail tells, and to whom."""

from dataclasses import replace

import pytest
from sqlalchemy import select

from building import acting
from drawing import draw_photo
from mien.access.actor import Actor
from mien.access.api_keys import create_key
from mien.errors import GalleryNotFound
from mien.errors import InvalidInput
from mien.errors import ScopeMissing
from mien.gallery.activity import Activity
from mien.gallery.activity import list_activity
from mien.gallery.analysis import Upload
from mien.gallery.enrolment.enrol import enrol
from mien.gallery.enrolment.subject import NewPerson
from mien.gallery.galleries import create_gallery
from mien.gallery.people.forget import forget_person
from mien.gallery.people.people import change_person
from mien.gallery.people.people import create_person
from mien.gallery.services import Call
from mien.gallery.services import Services
from mien.storage.models import EventRow


@pytest.fixture
def call(services: Services) -> Call:
    return acting(services)


def kinds(found: Activity) -> list[str]:
    return [each.kind for each in found.events]


def test_the_newest_is_first_with_names_as_they_are_now(call: Call) -> None:
    enrolled = enrol(
        call,
        gallery="default",
        subject=NewPerson("Ada"),
        source=Upload(draw_photo(["ada"])),
    )
    change_person(call, gallery="default", person_id=enrolled.person.id, name="Byron")
    found = list_activity(call, person_id=enrolled.person.id)
    assert kinds(found) == ["person_changed", "face_added", "person_created"]
    assert {each.subject_name for each in found.events} == {"Byron"}
    assert found.events[0].facts == {"changed": ["name"]}
    assert found.events[0].gallery is not None
    assert found.events[0].gallery.name == "default"


def test_of_somebody_who_is_deleted_the_id_alone_is_left(call: Call) -> None:
    ada = create_person(call, gallery="default", name="Ada")
    forget_person(call, gallery="default", person_id=ada.id)
    found = list_activity(call, person_id=ada.id)
    assert kinds(found) == ["person_erased", "person_created"]
    assert {each.subject_name for each in found.events} == {""}


def test_page_follows_page_and_nothing_is_told_twice(call: Call) -> None:
    made = [create_person(call, gallery="default", name=f"Ada {each}").id for each in range(7)]
    with call.services.database.write() as session:
        # Done in one moment, as by an import.
        rows = session.scalars(select(EventRow).where(EventRow.subject_id.in_(made))).all()
        for row in rows:
            row.at = rows[0].at
    seen: list[str | None] = []
    cursor = None
    while True:
        found = list_activity(call, group="people", limit=2, cursor=cursor)
        seen += [each.subject_id for each in found.events]
        cursor = found.next_cursor
        if cursor is None:
            break
    assert sorted(map(str, seen)) == sorted(made)


def test_it_is_filtered_by_gallery_actor_and_what_it_is_about(call: Call) -> None:
    create_gallery(call, name="club")
    create_person(call, gallery="default", name="Ada")
    key = replace(call, actor=Actor("key", "k1", scopes=frozenset({"enrol"})))
    create_person(key, gallery="club", name="Bob")
    assert kinds(list_activity(call, gallery="club")) == ["person_created", "gallery_created"]
    assert kinds(list_activity(call, gallery="club", group="people")) == ["person_created"]
    assert kinds(list_activity(call, actor="k1")) == ["person_created"]
    named = [each.subject_name for each in list_activity(call, actor="operator").events]
    assert "Ada" in named
    assert "Bob" not in named
    assert list_activity(call, actor="\0").events == ()


def test_accounts_and_keys_are_told_of_to_administrators_alone(call: Call) -> None:
    create_key(call, name="door", scopes=["read"])
    create_person(call, gallery="default", name="Ada")
    user = replace(call, actor=Actor("user", "u"))
    reader = replace(call, actor=Actor("key", "k", scopes=frozenset({"read"})))
    for few in (user, reader):
        told = {each.group for each in list_activity(few).events}
        assert told == {"people", "galleries"}
        assert list_activity(few, group="access").events == ()
    admin = replace(call, actor=Actor("key", "k", scopes=frozenset({"admin"})))
    [made] = list_activity(admin, group="access").events
    assert (made.kind, made.subject_kind, made.subject_name) == ("key_created", "key", "door")
    with pytest.raises(InvalidInput):
        list_activity(user, cursor=made.id)
    with pytest.raises(ScopeMissing):
        list_activity(replace(call, actor=Actor("key", "k", scopes=frozenset({"identify"}))))


def test_the_name_of_a_key_is_told_to_those_who_may_see_keys(call: Call) -> None:
    _, key = create_key(call, name="door", scopes=["enrol"])
    by = replace(call, actor=Actor("key", key.id, scopes=frozenset({"enrol"})))
    create_person(by, gallery="default", name="Ada")
    for is_admin, name in ((True, "door"), (False, "")):
        reader = replace(call, actor=Actor("user", "u", is_admin=is_admin))
        [event] = list_activity(reader, actor=key.id).events
        assert (event.actor_kind, event.actor_name) == ("key", name)


def test_what_cannot_be_asked_for_is_refused(call: Call) -> None:
    for wrong in (0, 501):
        with pytest.raises(InvalidInput):
            list_activity(call, limit=wrong)
    for cursor in ("nowhere", "\0"):
        with pytest.raises(InvalidInput):
            list_activity(call, cursor=cursor)
    with pytest.raises(GalleryNotFound):
        list_activity(call, gallery="nowhere")
