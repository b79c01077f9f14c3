"""What kept originals show of somebody who is forgotten, and what the proof says of it."""

import dataclasses
from collections.abc import Callable
from collections.abc import Mapping

import pytest
from sqlalchemy import select
from sqlalchemy import update

from building import acting
from building import make_user
from drawing import draw_photo
from looking import files_of
from looking import folder_of
from looking import rows_of
from mien.access.actor import Actor
from mien.errors import ClientGone
from mien.errors import PersonNotFound
from mien.errors import PhotoNotFound
from mien.errors import PhotoTakesTooLong
from mien.gallery.analysis import Upload
from mien.gallery.enrolment.enrol import enrol
from mien.gallery.enrolment.source import HeldFace
from mien.gallery.enrolment.subject import NamedPerson
from mien.gallery.erasure_proof import Erasure
from mien.gallery.galleries import change_gallery
from mien.gallery.galleries import create_gallery
from mien.gallery.held_photos import hold_photo
from mien.gallery.people.delete_original import delete_original
from mien.gallery.people.faces import delete_face
from mien.gallery.people.faces import list_faces
from mien.gallery.people.faces import read_crop
from mien.gallery.people.forget import forget_person
from mien.gallery.people.people import create_person
from mien.gallery.results import Enrolment
from mien.gallery.services import Services
from mien.storage.erased import Erased
from mien.storage.models import EventRow
from mien.storage.models import PhotoRow
from mien.vision.budget import Budget
from mien.vision.fake import FakeEngine

pytestmark = pytest.mark.thorough

GROUP = draw_photo(["ada", "bob"])
BOB = draw_photo(["bob"], face_px=90)


def add(
    services: Services,
    name: str,
    photo: bytes,
    *,
    number: int | None = None,
    gallery: str = "default",
) -> Enrolment:
    return enrol(
        acting(services),
        gallery=gallery,
        face_number=number,
        source=Upload(photo),
        subject=NamedPerson(name),
    )


def first_of(services: Services, name: str, photo: bytes, *, gallery: str = "default") -> Enrolment:
    """Enrolled from the face on the left, which is as large as the others."""
    faces = FakeEngine().analyze(services.reader.decode(photo).image_rgb)
    left = min(range(len(faces)), key=lambda at: faces[at].box.left)
    return add(services, name, photo, number=left + 1, gallery=gallery)


def forget(services: Services, who: Enrolment, **asked: bool) -> Erasure:
    return forget_person(acting(services), gallery=who.gallery, person_id=who.person.id, **asked)


def unclear(proof: Erasure) -> Mapping[tuple[str, str], int]:
    return {(each.what, each.why): each.count for each in proof.not_checked}


@pytest.fixture
def bob(services: Services) -> Enrolment:
    return add(services, "Bob", BOB)


def test_the_original_of_a_group_is_told_as_not_checked(services: Services, bob: Enrolment) -> None:
    ada = first_of(services, "Ada", GROUP)
    proof = forget(services, bob)
    assert (proof.erased, proof.complete) == (True, False)
    [told] = proof.not_checked
    assert (told.what, told.why, told.count) == ("originals", "not_asked", 1)
    [original] = told.originals
    assert original.person_ids == (ada.person.id,)
    assert original.photo_id == ada.face.photo_id
    assert not original.deleted
    with services.database.read() as session:
        event = session.get(EventRow, proof.event_id)
    assert event is not None
    assert event.facts["originals_not_checked"] == 1


def test_originals_of_one_face_leave_nothing_unclear(services: Services, bob: Enrolment) -> None:
    add(services, "Ada", draw_photo(["ada"]))
    add(services, "Cy", draw_photo(["cy"]))
    assert forget(services, bob).complete


def test_an_original_all_of_whose_faces_are_examples_leaves_nothing_unclear(
    services: Services, bob: Enrolment
) -> None:
    two = draw_photo(["ada", "cy"])
    add(services, "One", two, number=1)
    assert unclear_before(services) == 1
    add(services, "Two", two, number=2)
    # The same face under two names is one face.
    assert forget(services, bob).complete


def unclear_before(services: Services) -> int:
    from mien.gallery.people.originals import may_show

    with services.database.read() as session:
        return len(may_show(session))


def test_one_face_under_two_names_does_not_stand_for_two_faces(
    services: Services, bob: Enrolment
) -> None:
    first_of(services, "Ada", GROUP)
    first_of(services, "Ada's other name", GROUP)
    assert unclear(forget(services, bob)) == {("originals", "not_asked"): 1}


def test_an_original_whose_other_example_was_deleted_may_show_anybody(
    services: Services, bob: Enrolment
) -> None:
    first_of(services, "Ada", GROUP)
    for number in (1, 2):
        add(services, "Bob", GROUP, number=number)
    for face in list_faces(acting(services), gallery="default", person_id=bob.person.id):
        if face.photo_id != bob.face.photo_id:
            delete_face(
                acting(services), gallery="default", person_id=bob.person.id, face_id=face.id
            )
    assert unclear(forget(services, bob)) == {("originals", "not_asked"): 1}


def test_an_original_of_before_faces_were_counted_may_show_anybody(
    services: Services, bob: Enrolment
) -> None:
    add(services, "Ada", draw_photo(["ada"]))
    with services.database.write() as session:
        session.execute(update(PhotoRow).values(faces_seen=None))
    assert unclear(forget(services, bob)) == {("originals", "not_asked"): 1}


def test_looking_counts_the_faces_of_originals_for_the_next_time(
    services: Services, bob: Enrolment
) -> None:
    add(services, "Ada", draw_photo(["ada"]))
    cy = add(services, "Cy", draw_photo(["cy"]))
    with services.database.write() as session:
        session.execute(update(PhotoRow).values(faces_seen=None))
    proof = forget(services, bob, search_originals=True)
    assert (proof.complete, proof.originals_searched) == (True, 2)
    assert forget(services, cy).complete


def test_a_photo_that_was_looked_at_more_closely_shows_more(services: Services) -> None:
    made = add(services, "Ada", GROUP, number=1)
    with services.database.write() as session:
        session.execute(update(PhotoRow).values(faces_seen=1))
    add(services, "Bob", GROUP, number=2)
    with services.database.read() as session:
        assert session.get_one(PhotoRow, made.face.photo_id).faces_seen == 2


def test_faces_are_counted_when_an_example_comes_from_a_held_photo(
    services: Services, bob: Enrolment
) -> None:
    root = make_user(services)
    held = hold_photo(acting(services, root), gallery="default", photo=Upload(GROUP))
    made = enrol(
        acting(services, root),
        gallery=None,
        source=HeldFace(held.id, 1),
        subject=NamedPerson("Ada"),
    )
    with services.database.read() as session:
        assert session.get_one(PhotoRow, made.face.photo_id).faces_seen == 2
    assert unclear(forget(services, bob)) == {("originals", "not_asked"): 1}


def test_a_search_finds_the_person_in_the_originals_of_others(
    services: Services, bob: Enrolment
) -> None:
    ada = first_of(services, "Ada", GROUP)
    first_of(services, "Cy", draw_photo(["cy", "dan"]))
    proof = forget(services, bob, search_originals=True)
    assert not proof.not_checked
    assert proof.originals_searched == 2
    [shown] = proof.originals_showing
    assert (shown.photo_id, shown.person_ids) == (ada.face.photo_id, (ada.person.id,))
    assert (shown.deleted, proof.originals_left) == (False, 1)
    assert (proof.erased, proof.complete) == (True, False)
    assert rows_of(services)["photo"] == 2


def test_originals_that_show_the_person_are_deleted_when_asked(
    services: Services, bob: Enrolment
) -> None:
    ada = first_of(services, "Ada", GROUP)
    cy = first_of(services, "Cy", draw_photo(["cy", "dan"]))
    proof = forget(services, bob, delete_originals=True)
    assert proof.complete
    assert [each.deleted for each in proof.originals_showing] == [True]
    assert (proof.originals_left, proof.files, proof.files_left) == (0, 3, 0)
    [face] = list_faces(acting(services), gallery="default", person_id=ada.person.id)
    assert face.photo_id is None
    assert read_crop(acting(services), gallery="default", face_id=face.id).data
    with services.database.read() as session:
        assert session.scalars(select(PhotoRow.id)).all() == [cy.face.photo_id]
    # Two portraits and one original.
    assert len(files_of(services)) == 3


def test_what_there_is_no_time_for_is_not_checked(services: Services, bob: Enrolment) -> None:
    for who in ("ada", "cy", "dan"):
        first_of(services, who, draw_photo([who, "eve"]))

    looked: list[int] = []

    class Over(Budget):
        def check(self) -> None:
            if looked:
                raise PhotoTakesTooLong(seconds=1)

    seeing = dataclasses.replace(services.observer, on_faces=looked.append)
    timed = dataclasses.replace(services, observer=seeing)
    call = dataclasses.replace(acting(timed), budget=Over)
    proof = forget_person(call, gallery="default", person_id=bob.person.id, search_originals=True)
    assert proof.originals_searched == 1
    assert unclear(proof) == {("originals", "out_of_time"): 2}
    assert not proof.complete


def test_nothing_is_erased_when_nobody_waits_for_the_search(
    services: Services, bob: Enrolment
) -> None:
    first_of(services, "Ada", GROUP)
    call = dataclasses.replace(acting(services), budget=lambda: Budget(is_gone=lambda: True))
    with pytest.raises(ClientGone):
        forget_person(call, gallery="default", person_id=bob.person.id, search_originals=True)
    forget(services, bob)
    with pytest.raises(PersonNotFound):
        forget(services, bob)


def _lost(services: Services, ada: Enrolment) -> None:
    with services.database.read() as session:
        services.files.delete([session.get_one(PhotoRow, ada.face.photo_id).file])


def _damaged(services: Services, ada: Enrolment) -> None:
    with services.database.read() as session:
        name = session.get_one(PhotoRow, ada.face.photo_id).file
    folder_of(services).path(name).write_bytes(b"damaged")


@pytest.mark.parametrize("harm", [_lost, _damaged])
def test_an_original_that_cannot_be_read_is_not_checked(
    services: Services, bob: Enrolment, harm: Callable[[Services, Enrolment], None]
) -> None:
    ada = first_of(services, "Ada", GROUP)
    harm(services, ada)
    proof = forget(services, bob, search_originals=True)
    assert unclear(proof) == {("originals", "unreadable"): 1}


def test_an_original_with_more_faces_than_are_looked_at_is_not_checked(
    services: Services, bob: Enrolment
) -> None:
    first_of(services, "Ada", draw_photo(["ada", "cy", "dan"]))
    few = dataclasses.replace(services, engine=FakeEngine(max_faces=2))
    proof = forget(few, bob, search_originals=True)
    assert unclear(proof) == {("originals", "unreadable"): 1}


def test_somebody_without_a_face_cannot_be_looked_for(services: Services) -> None:
    first_of(services, "Ada", GROUP)
    bob = create_person(acting(services), gallery="default", name="Bob")
    proof = forget_person(
        acting(services), gallery="default", person_id=bob.id, search_originals=True
    )
    assert unclear(proof) == {("originals", "not_comparable"): 1}


def test_a_gallery_of_another_model_cannot_be_searched(services: Services, bob: Enrolment) -> None:
    first_of(services, "Ada", GROUP)
    other = dataclasses.replace(services, engine=FakeEngine(dimension=32))
    proof = forget(other, bob, search_originals=True)
    assert unclear(proof) == {("originals", "not_comparable"): 1}


def test_originals_of_other_galleries_are_searched_by_whoever_may(
    services: Services, bob: Enrolment
) -> None:
    create_gallery(acting(services), name="club")
    ada = first_of(services, "Ada", GROUP, gallery="club")
    proof = forget(services, bob, delete_originals=True)
    assert proof.complete
    [shown] = proof.originals_showing
    assert (shown.gallery, shown.photo_id, shown.deleted) == ("club", ada.face.photo_id, True)
    with services.database.read() as session:
        events = session.scalars(select(EventRow).filter_by(kind="originals_deleted")).all()
    assert [(event.subject_id, event.facts) for event in events] == [(bob.person.id, {"photos": 1})]
    [face] = list_faces(acting(services), gallery="club", person_id=ada.person.id)
    assert face.photo_id is None


@pytest.mark.parametrize(
    ("actor", "asked", "why", "told"),
    [
        (Actor("user", id="u"), True, "not_permitted", 1),
        (Actor("user", id="u"), False, "not_asked", 1),
        (Actor("key", id="k", scopes=frozenset({"enrol"})), True, "not_permitted", 0),
    ],
)
def test_of_other_galleries_is_said_what_whoever_asks_may_see(
    services: Services, actor: Actor, asked: bool, why: str, told: int
) -> None:
    bob = add(services, "Bob", BOB)
    create_gallery(acting(services), name="club")
    first_of(services, "Ada", GROUP, gallery="club")
    proof = forget_person(
        acting(services, actor),
        gallery="default",
        person_id=bob.person.id,
        delete_originals=asked,
    )
    [group] = proof.not_checked
    assert (group.what, group.why) == ("originals_of_other_galleries", why)
    assert (group.count, len(group.originals)) == (1, told)
    assert not proof.complete
    assert rows_of(services)["photo"] == 1


def test_an_original_that_a_proof_has_named_can_be_deleted_afterwards(
    services: Services, bob: Enrolment
) -> None:
    ada = first_of(services, "Ada", GROUP)
    [shown] = forget(services, bob, search_originals=True).originals_showing
    delete_original(acting(services), gallery=shown.gallery, photo_id=shown.photo_id)
    assert "photo" not in rows_of(services)
    assert len(files_of(services)) == 1
    [face] = list_faces(acting(services), gallery="default", person_id=ada.person.id)
    assert face.photo_id is None
    # It does not come back with a backup either.
    assert Erased("photo", shown.photo_id) in services.erasures.read()
    with pytest.raises(PhotoNotFound):
        delete_original(acting(services), gallery=shown.gallery, photo_id=shown.photo_id)


def test_a_gallery_that_keeps_no_originals_leaves_nothing_unclear(services: Services) -> None:
    change_gallery(acting(services), name="default", settings={"keep_photos": False})
    bob = add(services, "Bob", BOB)
    first_of(services, "Ada", GROUP)
    assert forget(services, bob).complete
