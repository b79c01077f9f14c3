import hashlib

import pytest
from sqlalchemy import select

from drawing import draw_photo
from looking import files_of
from looking import rows_of
from mien.errors import FaceNumberOutOfRange
from mien.errors import GalleryModelMismatch
from mien.errors import GalleryNotFound
from mien.errors import InvalidInput
from mien.errors import MienError
from mien.errors import NameTaken
from mien.errors import NoFaceFound
from mien.errors import PersonNotFound
from mien.errors import PhotoNotGoodEnough
from mien.errors import SeveralFacesFound
from mien.errors import UnsupportedImage
from mien.gallery import enrol as enrol_module
from mien.gallery.enrol import enrol
from mien.gallery.faces import list_faces
from mien.gallery.faces import read_crop
from mien.gallery.faces import read_photo
from mien.gallery.galleries import change_gallery
from mien.gallery.galleries import show_gallery
from mien.gallery.identify import identify
from mien.gallery.people import create_person
from mien.gallery.people import show_person
from mien.gallery.tools import Tools
from mien.gallery.whom import KnownPerson
from mien.gallery.whom import NamedPerson
from mien.gallery.whom import NewPerson
from mien.gallery.whom import Whom
from mien.options import Gate
from mien.options import Take
from mien.storage.models import FaceRow
from mien.storage.models import GalleryRow

ADA = draw_photo(["ada"])


def test_a_new_person_is_made_of_a_photo(tools: Tools) -> None:
    done = enrol(tools, gallery="default", photo=ADA, whom=NewPerson(" Ada "))
    assert done.new_person
    assert done.person.name == "Ada"
    person = show_person(tools, gallery="default", person_id=done.person.id)
    assert (person.name, person.faces, person.portrait_face_id) == ("Ada", 1, done.face.id)
    assert show_gallery(tools, name="default").revision == 1


def test_the_photo_and_the_portrait_are_kept(tools: Tools) -> None:
    face = enrol(tools, gallery="default", photo=ADA, whom=NewPerson("Ada")).face
    photo = read_photo(tools, gallery="default", face_id=face.id)
    assert photo.data == ADA
    assert photo.media_type == "image/png"
    assert photo.etag == hashlib.sha256(ADA).hexdigest()[:32]
    crop = read_crop(tools, gallery="default", face_id=face.id)
    assert crop.media_type == "image/jpeg"
    assert tools.reader.decode(crop.data).media_type == "image/jpeg"
    assert len(files_of(tools)) == 2


def test_a_known_person_gets_another_example(tools: Tools) -> None:
    ada = enrol(tools, gallery="default", photo=ADA, whom=NewPerson("Ada")).person
    again = draw_photo(["ada"], variant=1)
    done = enrol(tools, gallery="default", photo=again, whom=KnownPerson(ada.id))
    assert not done.new_person
    assert done.person == ada
    assert len(list_faces(tools, gallery="default", person_id=ada.id)) == 2


def test_whoever_has_the_name_is_meant_whether_new_or_known(tools: Tools) -> None:
    first = enrol(tools, gallery="default", photo=ADA, whom=NamedPerson("Ada"))
    second = enrol(
        tools, gallery="default", photo=draw_photo(["ada"], variant=1), whom=NamedPerson("ADA ")
    )
    assert (first.new_person, second.new_person) == (True, False)
    assert first.person == second.person


def test_what_is_answered_is_what_is_stored(tools: Tools) -> None:
    done = enrol(tools, gallery="default", photo=ADA, whom=NewPerson("Ada"))
    [stored] = list_faces(tools, gallery="default", person_id=done.person.id)
    assert stored.found.box == done.face.found.box
    assert stored.found.quality == done.face.found.quality
    assert stored.found.pose == done.face.found.pose
    assert stored.found.landmarks.tolist() == done.face.found.landmarks.tolist()
    assert (stored.id, stored.photo_id, stored.created_at) == (
        done.face.id,
        done.face.photo_id,
        done.face.created_at,
    )


def test_the_same_photo_twice_shares_one_original(tools: Tools) -> None:
    group = draw_photo(["ada", "bob"])
    one = enrol(tools, gallery="default", photo=group, whom=NewPerson("One"), face_number=1)
    two = enrol(tools, gallery="default", photo=group, whom=NewPerson("Two"), face_number=2)
    assert one.face.photo_id == two.face.photo_id
    assert one.face.found.box != two.face.found.box
    assert len(files_of(tools)) == 3
    assert rows_of(tools)["photo"] == 1


def test_a_gallery_may_keep_no_photos(tools: Tools) -> None:
    change_gallery(tools, name="default", keep_photos=False)
    done = enrol(tools, gallery="default", photo=ADA, whom=NewPerson("Ada"))
    assert done.face.photo_id is None
    assert len(files_of(tools)) == 1
    assert "photo" not in rows_of(tools)


def test_of_several_faces_one_has_to_be_chosen(tools: Tools) -> None:
    group = draw_photo(["ada", "bob", "cy"])
    with pytest.raises(SeveralFacesFound) as caught:
        enrol(tools, gallery="default", photo=group, whom=NewPerson("Ada"))
    boxes = caught.value.extra["boxes"]
    assert len(boxes) == 3
    assert all(set(box) == {"x", "y", "width", "height"} for box in boxes)
    answers = identify(tools, gallery="default", photo=group).answers
    assert [box["x"] for box in boxes] == [round(answer.face.box.left, 1) for answer in answers]


@pytest.mark.parametrize("take", ["largest", "nearest-centre"])
def test_of_several_faces_one_is_taken_with_a_warning_when_asked(tools: Tools, take: Take) -> None:
    group = draw_photo(["ada", "bob", "cy"])
    done = enrol(tools, gallery="default", photo=group, whom=NewPerson("Ada"), take=take)
    (warning,) = done.warnings
    assert (warning.code, warning.figure, warning.limit, warning.unit) == (
        "several_faces",
        3,
        1,
        "faces",
    )
    assert warning.advice


def test_a_face_passed_over_is_told_once_where_the_gate_objects_to_it_too(tools: Tools) -> None:
    change_gallery(tools, name="default", gate="strict")
    group = draw_photo(["ada", "bob"])
    done = enrol(
        tools,
        gallery="default",
        photo=group,
        whom=NewPerson("Ada"),
        take="largest",
        gate="standard",
    )
    assert [each.code for each in done.warnings] == ["several_faces"]
    assert "the largest was taken" in done.warnings[0].detail


def test_a_photo_of_one_face_is_taken_without_a_word(tools: Tools) -> None:
    done = enrol(tools, gallery="default", photo=ADA, whom=NewPerson("Ada"), take="largest")
    assert done.warnings == ()


@pytest.mark.parametrize("number", [0, -1, 3, 10**9])
def test_a_face_that_the_photo_does_not_have_cannot_be_chosen(tools: Tools, number: int) -> None:
    group = draw_photo(["ada", "bob"])
    with pytest.raises(FaceNumberOutOfRange, match="has 2"):
        enrol(tools, gallery="default", photo=group, whom=NewPerson("Ada"), face_number=number)
    assert rows_of(tools) == {"gallery": 1}


@pytest.mark.parametrize(
    ("photo", "gallery", "whom", "error"),
    [
        (draw_photo(), "default", NewPerson("Ada"), NoFaceFound),
        (b"no picture", "default", NewPerson("Ada"), UnsupportedImage),
        (ADA, "nowhere", NewPerson("Ada"), GalleryNotFound),
        (ADA, "\ud800\x00", NewPerson("Ada"), GalleryNotFound),
        (ADA, "default", NewPerson("bob"), NameTaken),
        (ADA, "default", NewPerson("\x07"), InvalidInput),
        (ADA, "default", NamedPerson(""), InvalidInput),
        (ADA, "default", KnownPerson("nobody"), PersonNotFound),
        (ADA, "default", KnownPerson("\ud800"), PersonNotFound),
        (ADA, "default", KnownPerson("\x00"), PersonNotFound),
    ],
)
def test_an_enrolment_that_fails_leaves_nothing_behind(
    tools: Tools, photo: bytes, gallery: str, whom: Whom, error: type[MienError]
) -> None:
    create_person(tools, gallery="default", name="Bob")
    before = (rows_of(tools), show_gallery(tools, name="default"))
    with pytest.raises(error):
        enrol(tools, gallery=gallery, photo=photo, whom=whom)
    assert files_of(tools) == set()
    assert (rows_of(tools), show_gallery(tools, name="default")) == before


def test_a_gallery_of_another_model_takes_no_faces(tools: Tools) -> None:
    with tools.database.write() as session:
        row = session.scalars(select(GalleryRow)).one()
        row.pack, row.contract_id = "other", "other-128-0000000000000000"
    with pytest.raises(GalleryModelMismatch, match=r"start Mien again; .*mien models use other"):
        enrol(tools, gallery="default", photo=ADA, whom=NewPerson("Ada"))
    assert files_of(tools) == set()


def test_files_are_removed_when_the_rows_cannot_be_written(
    tools: Tools, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(enrol_module, "_keep", fail)
    with pytest.raises(KeyboardInterrupt):
        enrol(tools, gallery="default", photo=ADA, whom=NewPerson("Ada"))
    assert files_of(tools) == set()
    assert rows_of(tools) == {"gallery": 1}


def test_files_stay_when_an_interruption_comes_after_the_rows_are_written(
    tools: Tools, monkeypatch: pytest.MonkeyPatch
) -> None:
    def interrupted(**_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(enrol_module, "Enrolment", interrupted)
    with pytest.raises(KeyboardInterrupt):
        enrol(tools, gallery="default", photo=ADA, whom=NewPerson("Ada"))
    with tools.database.read() as session:
        crop = session.scalars(select(FaceRow.crop_file)).one()
    assert tools.files.exists(crop)
    assert len(files_of(tools)) == 2


def test_a_full_disk_leaves_no_portrait_without_its_photo(
    tools: Tools, monkeypatch: pytest.MonkeyPatch
) -> None:
    put = tools.files.put

    def full(data: bytes, *, extension: str) -> str:
        if extension == "png":
            raise OSError(28, "No space left on device")
        return put(data, extension=extension)

    monkeypatch.setattr(tools.files, "put", full)
    with pytest.raises(OSError, match="No space"):
        enrol(tools, gallery="default", photo=ADA, whom=NewPerson("Ada"))
    assert files_of(tools) == set()


SMALL = draw_photo(["ada"], face_px=34)


@pytest.mark.parametrize(
    ("gate", "face_px", "stored"),
    [("standard", 34, False), ("standard", 50, True), ("strict", 50, False), ("off", 34, True)],
)
def test_the_gallerys_gate_decides_and_nothing_is_written_when_it_refuses(
    tools: Tools, gate: Gate, face_px: int, stored: bool
) -> None:
    change_gallery(tools, name="default", gate=gate)
    before = rows_of(tools), files_of(tools)
    photo = draw_photo(["ada"], face_px=face_px)
    if stored:
        assert enrol(tools, gallery="default", photo=photo, whom=NewPerson("Ada")).stored
        return
    with pytest.raises(PhotoNotGoodEnough, match="pixels wide") as caught:
        enrol(tools, gallery="default", photo=photo, whom=NewPerson("Ada"))
    assert [each["code"] for each in caught.value.extra["reasons"]] == ["too_small"]
    assert (rows_of(tools), files_of(tools)) == before


def test_a_gate_for_one_photo_goes_before_the_gallerys_and_what_it_lets_through_is_told(
    tools: Tools,
) -> None:
    done = enrol(tools, gallery="default", photo=SMALL, whom=NewPerson("Ada"), gate="off")
    assert done.stored
    assert [each.code for each in done.warnings] == ["too_small"]
    assert "at least 40 are needed" in done.warnings[0].detail
    with pytest.raises(PhotoNotGoodEnough):
        enrol(
            tools,
            gallery="default",
            photo=draw_photo(["bob"], face_px=50),
            whom=NewPerson("Bob"),
            gate="strict",
        )


def test_a_gate_that_is_none_is_refused(tools: Tools) -> None:
    with pytest.raises(InvalidInput) as caught:
        enrol(tools, gallery="default", photo=ADA, whom=NewPerson("Ada"), gate="lax")  # type: ignore[arg-type]  # that is the point
    assert caught.value.field == "gate"


def test_several_faces_of_like_size_are_refused_by_the_strict_gate(tools: Tools) -> None:
    with pytest.raises(PhotoNotGoodEnough, match="2 faces of like size"):
        enrol(
            tools,
            gallery="default",
            photo=draw_photo(["ada", "bob"]),
            whom=NewPerson("Ada"),
            face_number=1,
            gate="strict",
        )
