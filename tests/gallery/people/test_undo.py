"""Every change of people and faces is undone exactly, or a reason is given why it is not."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from sqlalchemy import select

from building import acting
from building import make_runtime
from drawing import draw_photo
from looking import bytes_of
from looking import files_of
from looking import rows_of
from mien.errors import ChangeBlocked
from mien.errors import ChangeNotFound
from mien.errors import ChangeOver
from mien.errors import PersonNotFound
from mien.gallery.analysis import Upload
from mien.gallery.enrolment.enrol import enrol
from mien.gallery.enrolment.subject import KnownPerson
from mien.gallery.enrolment.subject import NamedPerson
from mien.gallery.enrolment.subject import NewPerson
from mien.gallery.galleries import create_gallery
from mien.gallery.galleries import delete_gallery
from mien.gallery.people.changes import list_changes
from mien.gallery.people.copy_people import copy_people
from mien.gallery.people.delete import delete_faces
from mien.gallery.people.delete import delete_people
from mien.gallery.people.erase_change import end_due_changes
from mien.gallery.people.erase_change import erase_now
from mien.gallery.people.faces import delete_face
from mien.gallery.people.faces import list_faces
from mien.gallery.people.faces import read_photo
from mien.gallery.people.forget import forget_person
from mien.gallery.people.keep import keep_pair
from mien.gallery.people.merge import merge_people
from mien.gallery.people.move import move_faces
from mien.gallery.people.people import change_person
from mien.gallery.people.people import create_person
from mien.gallery.people.people import show_person
from mien.gallery.people.portrait import choose_portrait
from mien.gallery.people.undo import undo_change
from mien.gallery.people.wrong import mark_wrong
from mien.gallery.recognition.identify import identify
from mien.gallery.results import Enrolment
from mien.gallery.services import Call
from mien.gallery.services import Services
from mien.maintenance.cleanup import clean_up
from mien.maintenance.integrity import check
from mien.storage.models import Base
from mien.storage.models import ChangeRow
from mien.storage.models import FaceRow
from mien.storage.models import PersonRow
from mien.storage.models import RemovedFaceRow
from mien.storage.models import now

ADA = draw_photo(["ada"])
BOB = draw_photo(["bob"])


def add(
    services: Services, name: str, photo: bytes = ADA, *, number: int | None = None
) -> Enrolment:
    return enrol(
        acting(services),
        gallery="default",
        face_number=number,
        source=Upload(photo),
        subject=NamedPerson(name),
    )


def newest(services: Services, gallery: str = "default") -> str:
    return list_changes(acting(services), gallery=gallery).changes[0].id


def undo(services: Services, change_id: str | None = None, gallery: str = "default") -> None:
    change = newest(services, gallery) if change_id is None else change_id
    undo_change(acting(services), gallery=gallery, change_id=change)


def who(services: Services, photo: bytes = ADA, gallery: str = "default") -> str:
    [answer] = identify(acting(services), gallery=gallery, photo=Upload(photo)).answers
    return answer.candidates[0].person.name if answer.decision == "match" else answer.decision


_IGNORED = {"updated_at", "revision", "added"}
_TABLES = {
    "person",
    "face",
    "photo",
    "suspicion",
    "reviewed_pair",
    "negative_example",
    "deleted_person",
    "deleted_face",
    "deleted_photo",
}


def state(services: Services) -> dict[str, list[Any]]:
    """Everything that a change of people may touch, but for when it was."""
    with services.database.read() as session:
        return {
            mapper.class_.__tablename__: sorted(
                str(
                    {
                        key: value.tobytes() if isinstance(value, np.ndarray) else value
                        for key in mapper.column_attrs.keys()  # noqa: SIM118
                        if key not in _IGNORED
                        for value in [getattr(row, key)]
                    }
                )
                for row in session.scalars(select(mapper.class_))
            )
            for mapper in Base.registry.mappers
            if mapper.class_.__tablename__ in _TABLES
        }


def came_back_as_removed(services: Services) -> set[str]:
    """Faces that are there and of which indexes would be told that they are gone."""
    with services.database.read() as session:
        removed = set(session.scalars(select(RemovedFaceRow.face_id)))
        return removed & set(session.scalars(select(FaceRow.id)))


def full(services: Services) -> dict[str, str]:
    """Three people, one of whom may be another, and a photo of two."""
    group = draw_photo(["man", "eve"])
    ids = {
        "ada": add(services, "Ada").person.id,
        "bob": add(services, "Bob", BOB).person.id,
    }
    add(services, "Ada", draw_photo(["ada"], face_px=90))
    ids["again"] = add(services, "Ada again", draw_photo(["ada"], face_px=80)).person.id
    ids["man"] = add(services, "Man", group, number=1).person.id
    ids["eve"] = add(services, "Eve", group, number=2).person.id
    add(services, "Bob", draw_photo(["eve"], face_px=100))
    call = acting(services)
    keep_pair(call, gallery="default", person_id=ids["ada"], other_person_id=ids["bob"])
    change_person(
        call, gallery="default", person_id=ids["again"], notes="Twin", metadata={"a": 1, "b": 2}
    )
    change_person(call, gallery="default", person_id=ids["ada"], notes="First", metadata={"b": 3})
    create_gallery(call, name="club")
    return ids


def faces(services: Services, person_id: str, gallery: str = "default") -> list[str]:
    found = list_faces(acting(services), gallery=gallery, person_id=person_id)
    return [face.id for face in found]


Act = Callable[[Call, dict[str, str]], object]


def _faces(call: Call, person_id: str) -> list[str]:
    return faces(call.services, person_id)


ACTS: dict[str, Act] = {
    "person_created": lambda call, _: create_person(call, gallery="default", name="Cy"),
    "person_changed": lambda call, ids: change_person(
        call, gallery="default", person_id=ids["ada"], name="Countess", notes="", metadata={}
    ),
    "face_added": lambda call, ids: enrol(
        call,
        gallery="default",
        source=Upload(draw_photo(["ada"], face_px=70)),
        subject=KnownPerson(ids["ada"]),
    ),
    "face_added_to_somebody_new": lambda call, _: enrol(
        call,
        gallery="default",
        source=Upload(draw_photo(["cy"])),
        subject=NewPerson("Cy", notes="New"),
    ),
    "people_deleted": lambda call, ids: delete_people(
        call, gallery="default", person_ids=[ids["ada"]]
    ),
    "people_deleted_together": lambda call, ids: delete_people(
        call, gallery="default", person_ids=[ids["man"], ids["again"], ids["bob"]]
    ),
    "everybody_deleted": lambda call, ids: delete_people(
        call, gallery="default", person_ids=list(ids.values())
    ),
    "faces_deleted": lambda call, ids: delete_faces(
        call, gallery="default", face_ids=_faces(call, ids["ada"])[:1]
    ),
    "faces_of_several_deleted": lambda call, ids: delete_faces(
        call,
        gallery="default",
        face_ids=[*_faces(call, ids["man"]), *_faces(call, ids["again"])],
    ),
    "people_merged": lambda call, ids: merge_people(
        call, gallery="default", person_id=ids["ada"], from_ids=[ids["again"]]
    ),
    "people_merged_together": lambda call, ids: merge_people(
        call, gallery="default", person_id=ids["again"], from_ids=[ids["ada"], ids["bob"]]
    ),
    "faces_moved": lambda call, ids: move_faces(
        call,
        gallery="default",
        face_ids=_faces(call, ids["bob"]),
        to=KnownPerson(ids["eve"]),
    ),
    "faces_moved_to_somebody_new": lambda call, ids: move_faces(
        call, gallery="default", face_ids=_faces(call, ids["ada"]), to=NewPerson("Cy")
    ),
    "faces_moved_to_another_gallery": lambda call, ids: move_faces(
        call,
        gallery="default",
        face_ids=[*_faces(call, ids["man"]), *_faces(call, ids["eve"])],
        to=NewPerson("Cy"),
        to_gallery="club",
    ),
    "portrait_chosen": lambda call, ids: choose_portrait(
        call, gallery="default", person_id=ids["ada"], face_id=_faces(call, ids["ada"])[-1]
    ),
    "faces_refused": lambda call, ids: mark_wrong(
        call, gallery="default", face_id=_faces(call, ids["ada"])[0]
    ),
    "faces_refused_and_moved": lambda call, ids: mark_wrong(
        call,
        gallery="default",
        face_id=_faces(call, ids["bob"])[0],
        to=KnownPerson(ids["eve"]),
    ),
}


@pytest.mark.parametrize("act", ACTS.values(), ids=ACTS)
def test_what_is_undone_is_as_it_was(services: Services, act: Act) -> None:
    ids = full(services)
    before, files, named = state(services), files_of(services), who(services)
    told: list[str] = []
    call = Call(services, acting(services).actor, on_change=told.append)
    act(call, ids)
    assert len(told) == 1
    assert state(services) != before
    who(services)
    undone = undo_change(acting(services), gallery="default", change_id=told[0])
    assert undone.state == "undone"
    assert state(services) == before
    assert not came_back_as_removed(services)
    assert files_of(services) == files
    assert who(services) == named
    with services.database.read() as session:
        assert session.get_one(ChangeRow, told[0]).facts == {}
    with pytest.raises(ChangeOver):
        undo(services, told[0])
    assert check(acting(services)).sound


def test_a_copy_in_another_gallery_is_undone_there(services: Services) -> None:
    ids = full(services)
    before, files = state(services), files_of(services)
    done = copy_people(
        acting(services),
        gallery="default",
        person_ids=[ids["ada"], ids["man"]],
        to_gallery="club",
    )
    assert (len(done.people), done.faces) == (2, 3)
    assert who(services, gallery="club") == "Ada"
    assert who(services) in {"Ada", "ambiguous"}
    copied = show_person(acting(services), gallery="club", person_id=done.people[0].id)
    assert (copied.notes, copied.metadata, copied.faces) == ("First", {"b": 3}, 2)
    assert len(files_of(services)) == len(files) + 3 + 3
    undo(services, done.change_id, "club")
    assert state(services) == before
    assert files_of(services) == files


def test_deleted_people_are_out_of_sight_and_of_search_at_once(services: Services) -> None:
    done = add(services, "Ada")
    assert who(services) == "Ada"
    kept = files_of(services)
    gone = delete_people(acting(services), gallery="default", person_ids=[done.person.id])
    assert (gone.people, gone.faces) == (1, 1)
    assert who(services) == "unknown"
    with pytest.raises(PersonNotFound):
        show_person(acting(services), gallery="default", person_id=done.person.id)
    assert files_of(services) == kept
    clean_up(acting(services))
    assert files_of(services) == kept
    assert check(acting(services)).stray_files == 0
    assert list_changes(acting(services), gallery="default").changes[0].named[0].name == "Ada"
    undo(services)
    assert who(services) == "Ada"
    photo = read_photo(acting(services), gallery="default", face_id=done.face.id)
    assert photo.data


@pytest.mark.sqlite
@pytest.mark.parametrize("index", ["exact", "int8"])
def test_another_process_finds_whoever_came_back(
    services: Services, home: Path, index: str
) -> None:
    bob = add(services, "Bob", BOB)
    other, third = make_runtime(home, index=index), make_runtime(home, index=index)
    try:
        done = add(services, "Ada")
        assert who(other.services) == who(third.services) == "Ada"
        delete_people(acting(services), gallery="default", person_ids=[done.person.id])
        # One hears of the removal, the other does not.
        assert who(other.services) == "unknown"
        undo(services)
        assert who(other.services) == who(third.services) == "Ada"
        move_faces(
            acting(services),
            gallery="default",
            face_ids=[done.face.id],
            to=KnownPerson(bob.person.id),
        )
        assert who(other.services) == who(third.services) == "Bob"
        undo(services)
        assert who(other.services) == who(third.services) == "Ada"
        assert who(other.services, BOB) == "Bob"
    finally:
        other.close()
        third.close()


@pytest.mark.sqlite
@pytest.mark.parametrize("way", ["now", "time"])
def test_nothing_is_left_of_somebody_deleted_once_it_cannot_be_undone(
    services: Services, home: Path, way: str
) -> None:
    for size in (120, 100):
        done = add(services, "Ada Lovelace", draw_photo(["ada"], face_px=size))
    add(services, "Bob", BOB)
    person_id = done.person.id
    change_person(
        acting(services), gallery="default", person_id=person_id, name="Byron", notes="Lovelace"
    )
    mark_wrong(acting(services), gallery="default", face_id=done.face.id)
    with services.database.read() as session:
        vector = session.scalars(
            select(FaceRow.embedding).where(FaceRow.person_id == person_id)
        ).all()
    undo(services)
    gone = delete_people(acting(services), gallery="default", person_ids=[person_id])
    assert gone.change_id is not None
    left = bytes_of(home)
    assert b"Lovelace" in left
    assert all(each.astype("<f4").tobytes() in left for each in vector)
    if way == "now":
        ended = erase_now(acting(services), gallery="default", change_id=gone.change_id)
        [proof] = ended.erasures
        assert proof.complete
        assert (proof.person_id, proof.faces, proof.photos) == (person_id, 2, 2)
    else:
        with services.database.write() as session:
            for row in session.scalars(select(ChangeRow)):
                row.undo_until = now()
        clean_up(acting(services))
    left = bytes_of(home)
    assert b"Lovelace" not in left
    assert b"Byron" not in left
    assert not any(each.astype("<f4").tobytes() in left for each in vector)
    assert b"Bob" in left
    rows = rows_of(services)
    assert not rows.keys() & {"deleted_person", "deleted_face", "deleted_photo"}
    assert len(files_of(services)) == 2
    with pytest.raises(ChangeOver):
        undo(services, gone.change_id)
    assert person_id in (home / "erasures").read_text()


@pytest.mark.sqlite
def test_whoever_is_forgotten_is_gone_from_changes_too(services: Services, home: Path) -> None:
    ada = add(services, "Ada Lovelace")
    again = add(services, "Byron", draw_photo(["ada"], face_px=90))
    bob = add(services, "Bob", BOB)
    call = acting(services)
    wrong = add(services, "Bob", draw_photo(["ada"], face_px=80))
    merge_people(call, gallery="default", person_id=ada.person.id, from_ids=[again.person.id])
    # Of Bob it is known that he is not this face, which is Ada's.
    mark_wrong(call, gallery="default", face_id=wrong.face.id, to=KnownPerson(ada.person.id))
    delete_faces(call, gallery="default", face_ids=[again.face.id])
    with services.database.read() as session:
        vectors = list(
            session.scalars(select(FaceRow.embedding).where(FaceRow.person_id == ada.person.id))
        )
    proof = forget_person(call, gallery="default", person_id=ada.person.id)
    assert proof.complete
    assert proof.faces == 3
    left = bytes_of(home)
    assert b"Lovelace" not in left
    assert b"Byron" not in left
    assert not any(each.astype("<f4").tobytes() in left for each in vectors)
    assert len(files_of(services)) == 2
    rows = rows_of(services)
    assert not rows.keys() & {"deleted_person", "deleted_face", "negative_example"}
    assert show_person(call, gallery="default", person_id=bob.person.id).faces == 1
    for change in list_changes(call, gallery="default").changes:
        if change.kind != "face_added":
            with pytest.raises(ChangeOver):
                undo(services, change.id)


def test_a_photo_of_two_in_the_bin_goes_with_whoever_is_forgotten(services: Services) -> None:
    group = draw_photo(["ada", "bob"])
    one, two = add(services, "One", group, number=1), add(services, "Two", group, number=2)
    delete_people(acting(services), gallery="default", person_ids=[two.person.id])
    assert len(files_of(services)) == 3
    forget_person(acting(services), gallery="default", person_id=one.person.id)
    assert len(files_of(services)) == 1
    undo(services)
    [face] = list_faces(acting(services), gallery="default", person_id=two.person.id)
    assert face.photo_id is None
    assert check(acting(services)).sound


def test_a_photo_waits_for_the_last_face_that_may_come_back(services: Services) -> None:
    group = draw_photo(["ada", "bob"])
    one, two = add(services, "One", group, number=1), add(services, "Two", group, number=2)
    call = acting(services)
    first = delete_faces(call, gallery="default", face_ids=[one.face.id])
    second = delete_faces(call, gallery="default", face_ids=[two.face.id])
    assert second.change_id is not None
    erase_now(call, gallery="default", change_id=second.change_id)
    undo(services, first.change_id)
    assert read_photo(call, gallery="default", face_id=one.face.id).data


def test_the_same_photo_that_came_again_stands_for_the_one_that_comes_back(
    services: Services,
) -> None:
    done = add(services, "Ada")
    gone = delete_people(acting(services), gallery="default", person_ids=[done.person.id])
    again = add(services, "Byron")
    undo(services, gone.change_id)
    [one] = list_faces(acting(services), gallery="default", person_id=done.person.id)
    [two] = list_faces(acting(services), gallery="default", person_id=again.person.id)
    assert one.photo_id == two.photo_id is not None
    assert len(files_of(services)) == 3


def blocked(services: Services, change_id: str | None) -> str:
    before = state(services)
    with pytest.raises(ChangeBlocked) as found:
        undo(services, change_id)
    assert state(services) == before
    return found.value.key.partition(".")[2]


def test_what_has_changed_since_stands_in_the_way(services: Services) -> None:
    call = acting(services)
    ada = add(services, "Ada")
    added = newest(services)
    change_person(call, gallery="default", person_id=ada.person.id, name="Byron")
    renamed = newest(services)
    change_person(call, gallery="default", person_id=ada.person.id, name="Lovelace")
    assert blocked(services, renamed) == "changed_since"
    create_person(call, gallery="default", name="Cy")
    cy = newest(services)
    undo(services, list_changes(call, gallery="default").changes[1].id)
    create_person(call, gallery="default", name="Ada")
    assert blocked(services, renamed) == "name_taken"
    undo(services)
    enrol(call, gallery="default", source=Upload(BOB), subject=NamedPerson("Cy"))
    assert blocked(services, cy) == "has_faces"
    moved = move_faces(call, gallery="default", face_ids=[ada.face.id], to=NewPerson("Dee"))
    assert blocked(services, added) == "face_gone"
    gone = delete_people(call, gallery="default", person_ids=[ada.person.id])
    assert blocked(services, moved.change_id) == "person_gone"
    assert blocked(services, renamed) == "person_gone"
    undo(services, gone.change_id)
    undo(services, moved.change_id)
    undo(services, renamed)
    undo(services, added)


def test_a_gallery_of_another_contract_takes_nobody_back(services: Services) -> None:
    done = add(services, "Ada")
    gone = delete_people(acting(services), gallery="default", person_ids=[done.person.id])
    with services.database.write() as session:
        session.get_one(ChangeRow, gone.change_id).contract_id = "former"
    assert blocked(services, gone.change_id) == "contract"
    [proof] = erase_now(
        acting(services), gallery="default", change_id=gone.change_id or ""
    ).erasures
    assert proof.complete


def test_a_deleted_gallery_takes_its_bin_with_it(services: Services) -> None:
    ids = full(services)
    call = acting(services)
    kept = len(files_of(services))
    done = copy_people(call, gallery="default", person_ids=[ids["ada"]], to_gallery="club")
    delete_people(call, gallery="club", person_ids=[done.people[0].id])
    moved = move_faces(
        call,
        gallery="default",
        face_ids=faces(services, ids["man"]),
        to=NewPerson("Man"),
        to_gallery="club",
    )
    delete_gallery(call, name="club")
    assert not rows_of(services).keys() & {"deleted_person"}
    assert blocked(services, moved.change_id) in {"gallery_gone", "face_gone", "person_gone"}
    assert len(files_of(services)) == kept


def test_a_change_is_of_one_gallery_and_its_time_ends(services: Services) -> None:
    call = acting(services)
    create_gallery(call, name="club")
    create_person(call, gallery="default", name="Ada")
    change = newest(services)
    for gallery, change_id in (("club", change), ("default", "nothing"), ("default", "\x00")):
        with pytest.raises(ChangeNotFound):
            undo(services, change_id, gallery)
    with services.database.write() as session:
        session.get_one(ChangeRow, change).undo_until = now()
    with pytest.raises(ChangeOver):
        undo(services, change)
    assert list_changes(call, gallery="default", open_only=True).changes == ()
    assert end_due_changes(call) == 1
    assert end_due_changes(call) == 0
    [listed] = list_changes(call, gallery="default").changes
    assert listed.state == "over"


def test_changes_are_listed_page_by_page(services: Services) -> None:
    call = acting(services)
    for name in ("Ada", "Bob", "Cy"):
        create_person(call, gallery="default", name=name)
    first = list_changes(call, gallery="default", limit=2)
    assert [each.named[0].name for each in first.changes] == ["Cy", "Bob"]
    rest = list_changes(call, gallery="default", limit=2, cursor=first.next_cursor)
    assert [each.named[0].name for each in rest.changes] == ["Ada"]
    assert rest.next_cursor is None


@pytest.mark.sqlite
def test_where_nothing_can_be_undone_nothing_is_kept(home: Path) -> None:
    runtime = make_runtime(home, undo_hours=0)
    try:
        services = runtime.services
        call = acting(services)
        done = add(services, "Ada Lovelace")
        other = add(services, "Bob", BOB)
        change_person(call, gallery="default", person_id=done.person.id, name="Byron")
        assert b"Lovelace" not in bytes_of(home)
        gone = delete_people(call, gallery="default", person_ids=[done.person.id])
        assert gone.change_id is None
        assert b"Byron" not in bytes_of(home)
        assert delete_faces(call, gallery="default", face_ids=[other.face.id]).change_id is None
        assert files_of(services) == set()
        assert not rows_of(services).keys() & {"change", "deleted_face", "deleted_person"}
    finally:
        runtime.close()


def test_merged_people_are_one_with_all_that_was_known(services: Services) -> None:
    ids = full(services)
    done = merge_people(
        acting(services), gallery="default", person_id=ids["ada"], from_ids=[ids["again"]]
    )
    assert (done.person.name, done.person.notes) == ("Ada", "First\n\nTwin")
    assert done.person.metadata == {"b": 3, "a": 1}
    assert (done.person.faces, done.faces, done.merged) == (3, 1, 1)
    assert who(services) == "Ada"
    with services.database.read() as session:
        assert session.get(PersonRow, ids["again"]) is None


def test_a_face_that_was_removed_at_once_does_not_come_back(services: Services) -> None:
    done = add(services, "Ada")
    added = newest(services)
    delete_face(acting(services), gallery="default", person_id=done.person.id, face_id=done.face.id)
    assert blocked(services, added) == "face_gone"


@pytest.mark.sqlite
def test_nothing_is_left_of_somebody_who_was_never_to_be_there(
    services: Services, home: Path
) -> None:
    call = acting(services)
    person = create_person(call, gallery="default", name="Ada Lovelace")
    created = newest(services)
    change_person(call, gallery="default", person_id=person.id, name="Byron")
    assert b"Lovelace" in bytes_of(home)
    undo(services, created)
    assert b"Lovelace" not in bytes_of(home)
    assert b"Byron" not in bytes_of(home)
