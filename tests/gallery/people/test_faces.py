import pytest

from building import acting
from drawing import draw_photo
from looking import files_of
from looking import rows_of
from mien.errors import FaceNotFound
from mien.errors import FileMissing
from mien.errors import GalleryNotFound
from mien.errors import PersonNotFound
from mien.errors import PhotoNotFound
from mien.gallery.analysis import Upload
from mien.gallery.enrolment.enrol import enrol
from mien.gallery.enrolment.subject import KnownPerson
from mien.gallery.enrolment.subject import NamedPerson
from mien.gallery.enrolment.subject import NewPerson
from mien.gallery.enrolment.subject import Subject
from mien.gallery.galleries import change_gallery
from mien.gallery.galleries import create_gallery
from mien.gallery.people.faces import delete_face
from mien.gallery.people.faces import list_faces
from mien.gallery.people.faces import read_crop
from mien.gallery.people.faces import read_photo
from mien.gallery.people.faces import undo_addition
from mien.gallery.people.people import change_person
from mien.gallery.people.people import create_person
from mien.gallery.people.people import show_person
from mien.gallery.recognition.identify import identify
from mien.gallery.results import Enrolment
from mien.gallery.services import Services

ADA = draw_photo(["ada"])


def add(services: Services, name: str, photo: bytes = ADA, number: int | None = None) -> Enrolment:
    return enrol(
        acting(services),
        gallery="default",
        face_number=number,
        source=Upload(photo),
        subject=NamedPerson(name),
    )


def remove(services: Services, done: Enrolment) -> None:
    delete_face(acting(services), gallery="default", person_id=done.person.id, face_id=done.face.id)


def test_a_removed_face_is_never_found_again(services: Services) -> None:
    done = add(services, "Ada")
    assert (
        identify(acting(services), gallery="default", photo=Upload(ADA)).answers[0].decision
        == "match"
    )
    remove(services, done)
    [answer] = identify(acting(services), gallery="default", photo=Upload(ADA)).answers
    assert (answer.decision, answer.candidates) == ("unknown", ())
    assert files_of(services) == set()
    assert rows_of(services)["removed_face"] == 1
    with pytest.raises(FaceNotFound):
        remove(services, done)


def test_the_person_stays_and_is_found_by_the_other_examples(services: Services) -> None:
    first = add(services, "Ada")
    second = add(services, "Ada", draw_photo(["ada"], face_px=90))
    remove(services, first)
    [answer] = identify(acting(services), gallery="default", photo=Upload(ADA)).answers
    assert answer.candidates[0].face_id == second.face.id
    [left] = list_faces(acting(services), gallery="default", person_id=first.person.id)
    assert left.id == second.face.id


def test_a_photo_goes_with_the_last_face_that_was_taken_from_it(services: Services) -> None:
    group = draw_photo(["ada", "bob"])
    one, two = add(services, "One", group, 1), add(services, "Two", group, 2)
    remove(services, one)
    assert read_photo(acting(services), gallery="default", face_id=two.face.id).data == group
    remove(services, two)
    assert files_of(services) == set()
    assert "photo" not in rows_of(services)


def test_a_face_is_found_only_where_it_is(services: Services) -> None:
    create_gallery(acting(services), name="club")
    done, other = add(services, "Ada"), add(services, "Bob", draw_photo(["bob"]))
    for face_id in ("nothing", "\ud800", "\x00"):
        with pytest.raises(FaceNotFound):
            read_crop(acting(services), gallery="default", face_id=face_id)
    for read in (read_crop, read_photo):
        with pytest.raises(FaceNotFound):
            read(acting(services), gallery="club", face_id=done.face.id)
        with pytest.raises(GalleryNotFound):
            read(acting(services), gallery="nowhere", face_id=done.face.id)
    with pytest.raises(FaceNotFound):
        delete_face(
            acting(services), gallery="default", person_id=other.person.id, face_id=done.face.id
        )
    with pytest.raises(PersonNotFound):
        delete_face(
            acting(services), gallery="club", person_id=done.person.id, face_id=done.face.id
        )
    with pytest.raises(PersonNotFound):
        list_faces(acting(services), gallery="default", person_id="nobody")


def test_a_photo_that_was_not_kept_is_said_so(services: Services) -> None:
    change_gallery(acting(services), name="default", settings={"keep_photos": False})
    done = add(services, "Ada")
    with pytest.raises(PhotoNotFound):
        read_photo(acting(services), gallery="default", face_id=done.face.id)
    assert read_crop(acting(services), gallery="default", face_id=done.face.id).data


def test_a_file_gone_from_the_disk_is_said_so(services: Services) -> None:
    done = add(services, "Ada")
    services.files.delete(files_of(services))
    for read in (read_crop, read_photo):
        with pytest.raises(FileMissing, match="file_missing"):
            read(acting(services), gallery="default", face_id=done.face.id)


def test_a_portrait_keeps_its_validator_and_others_have_another(services: Services) -> None:
    one, two = add(services, "Ada"), add(services, "Bob", draw_photo(["bob"]))
    tag = read_crop(acting(services), gallery="default", face_id=one.face.id).etag
    assert tag == read_crop(acting(services), gallery="default", face_id=one.face.id).etag
    assert tag != read_crop(acting(services), gallery="default", face_id=two.face.id).etag


def test_an_addition_that_is_taken_back_leaves_nothing_of_the_face(services: Services) -> None:
    made = enrol(
        acting(services),
        gallery="default",
        source=Upload(draw_photo(["ada"])),
        subject=NewPerson("Ada"),
    )
    undone = undo_addition(
        acting(services), gallery="default", person_id=made.person.id, face_id=made.face.id
    )
    assert (undone.person, undone.person_deleted) == (made.person, True)
    assert files_of(services) == set()
    assert not {"person", "face", "photo"} & rows_of(services).keys()
    with pytest.raises(PersonNotFound):
        undo_addition(
            acting(services), gallery="default", person_id=made.person.id, face_id=made.face.id
        )


@pytest.mark.parametrize("kept_by", ["another-face", "notes", "metadata", "being-there-before"])
def test_a_person_stays_who_is_more_than_the_face_that_is_taken_back(
    services: Services, kept_by: str
) -> None:
    call = acting(services)
    subject: Subject = NewPerson("Ada")
    if kept_by == "being-there-before":
        subject = KnownPerson(create_person(call, gallery="default", name="Ada").id)
    made = enrol(call, gallery="default", source=Upload(draw_photo(["ada"])), subject=subject)
    person_id = made.person.id
    if kept_by == "another-face":
        enrol(
            call,
            gallery="default",
            source=Upload(draw_photo(["ada"], face_px=90)),
            subject=KnownPerson(person_id),
        )
    if kept_by == "notes":
        change_person(call, gallery="default", person_id=person_id, notes="Comes on Tuesdays.")
    if kept_by == "metadata":
        change_person(call, gallery="default", person_id=person_id, metadata={"number": 7})
    undone = undo_addition(call, gallery="default", person_id=person_id, face_id=made.face.id)
    assert not undone.person_deleted
    left = show_person(call, gallery="default", person_id=person_id).faces
    assert left == (1 if kept_by == "another-face" else 0)
