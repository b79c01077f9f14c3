import pytest

from drawing import draw_photo
from looking import files_of
from looking import rows_of
from mien.errors import FaceNotFound
from mien.errors import FileMissing
from mien.errors import GalleryNotFound
from mien.errors import PersonNotFound
from mien.errors import PhotoNotFound
from mien.gallery.answers import Enrolment
from mien.gallery.enrol import enrol
from mien.gallery.faces import delete_face
from mien.gallery.faces import list_faces
from mien.gallery.faces import read_crop
from mien.gallery.faces import read_photo
from mien.gallery.galleries import change_gallery
from mien.gallery.galleries import create_gallery
from mien.gallery.identify import identify
from mien.gallery.tools import Tools
from mien.gallery.whom import NamedPerson

ADA = draw_photo(["ada"])


def add(tools: Tools, name: str, photo: bytes = ADA, number: int | None = None) -> Enrolment:
    return enrol(tools, gallery="default", photo=photo, whom=NamedPerson(name), face_number=number)


def remove(tools: Tools, done: Enrolment) -> None:
    delete_face(tools, gallery="default", person_id=done.person.id, face_id=done.face.id)


def test_a_removed_face_is_never_found_again(tools: Tools) -> None:
    done = add(tools, "Ada")
    assert identify(tools, gallery="default", photo=ADA).answers[0].decision == "match"
    remove(tools, done)
    [answer] = identify(tools, gallery="default", photo=ADA).answers
    assert (answer.decision, answer.candidates) == ("unknown", ())
    assert files_of(tools) == set()
    assert rows_of(tools)["removed_face"] == 1
    with pytest.raises(FaceNotFound):
        remove(tools, done)


def test_the_person_stays_and_is_found_by_the_other_examples(tools: Tools) -> None:
    first = add(tools, "Ada")
    second = add(tools, "Ada", draw_photo(["ada"], face_px=90))
    remove(tools, first)
    [answer] = identify(tools, gallery="default", photo=ADA).answers
    assert answer.candidates[0].face_id == second.face.id
    [left] = list_faces(tools, gallery="default", person_id=first.person.id)
    assert left.id == second.face.id


def test_a_photo_goes_with_the_last_face_that_was_taken_from_it(tools: Tools) -> None:
    group = draw_photo(["ada", "bob"])
    one, two = add(tools, "One", group, 1), add(tools, "Two", group, 2)
    remove(tools, one)
    assert read_photo(tools, gallery="default", face_id=two.face.id).data == group
    remove(tools, two)
    assert files_of(tools) == set()
    assert "photo" not in rows_of(tools)


def test_a_face_is_found_only_where_it_is(tools: Tools) -> None:
    create_gallery(tools, name="club")
    done, other = add(tools, "Ada"), add(tools, "Bob", draw_photo(["bob"]))
    for face_id in ("nothing", "\ud800", "\x00"):
        with pytest.raises(FaceNotFound):
            read_crop(tools, gallery="default", face_id=face_id)
    for read in (read_crop, read_photo):
        with pytest.raises(FaceNotFound):
            read(tools, gallery="club", face_id=done.face.id)
        with pytest.raises(GalleryNotFound):
            read(tools, gallery="nowhere", face_id=done.face.id)
    with pytest.raises(FaceNotFound):
        delete_face(tools, gallery="default", person_id=other.person.id, face_id=done.face.id)
    with pytest.raises(PersonNotFound):
        delete_face(tools, gallery="club", person_id=done.person.id, face_id=done.face.id)
    with pytest.raises(PersonNotFound):
        list_faces(tools, gallery="default", person_id="nobody")


def test_a_photo_that_was_not_kept_is_said_so(tools: Tools) -> None:
    change_gallery(tools, name="default", keep_photos=False)
    done = add(tools, "Ada")
    with pytest.raises(PhotoNotFound):
        read_photo(tools, gallery="default", face_id=done.face.id)
    assert read_crop(tools, gallery="default", face_id=done.face.id).data


def test_a_file_gone_from_the_disk_is_said_so(tools: Tools) -> None:
    done = add(tools, "Ada")
    tools.files.delete(files_of(tools))
    for read in (read_crop, read_photo):
        with pytest.raises(FileMissing, match="mien db check"):
            read(tools, gallery="default", face_id=done.face.id)


def test_a_portrait_keeps_its_validator_and_others_have_another(tools: Tools) -> None:
    one, two = add(tools, "Ada"), add(tools, "Bob", draw_photo(["bob"]))
    tag = read_crop(tools, gallery="default", face_id=one.face.id).etag
    assert tag == read_crop(tools, gallery="default", face_id=one.face.id).etag
    assert tag != read_crop(tools, gallery="default", face_id=two.face.id).etag
