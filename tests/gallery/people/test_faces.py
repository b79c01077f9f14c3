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
from mien.gallery.enrolment.subject import NamedPerson
from mien.gallery.galleries import change_gallery
from mien.gallery.galleries import create_gallery
from mien.gallery.people.faces import delete_face
from mien.gallery.people.faces import list_faces
from mien.gallery.people.faces import read_crop
from mien.gallery.people.faces import read_photo
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
