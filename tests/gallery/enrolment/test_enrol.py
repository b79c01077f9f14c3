import hashlib
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select

from building import acting
from building import make_runtime
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
from mien.gallery.analysis import Upload
from mien.gallery.enrolment import enrol as enrol_module
from mien.gallery.enrolment.enrol import enrol
from mien.gallery.enrolment.subject import KnownPerson
from mien.gallery.enrolment.subject import NamedPerson
from mien.gallery.enrolment.subject import NewPerson
from mien.gallery.enrolment.subject import Subject
from mien.gallery.enrolment.subject import TypedPerson
from mien.gallery.galleries import change_gallery
from mien.gallery.galleries import create_gallery
from mien.gallery.galleries import show_gallery
from mien.gallery.people.faces import list_faces
from mien.gallery.people.faces import read_crop
from mien.gallery.people.faces import read_photo
from mien.gallery.people.people import create_person
from mien.gallery.people.people import show_person
from mien.gallery.recognition.identify import identify
from mien.gallery.recognition.search import Nearest
from mien.gallery.recognition.search import nearest
from mien.gallery.services import Services
from mien.options import Gate
from mien.options import Take
from mien.storage.models import EventRow
from mien.storage.models import FaceRow
from mien.storage.models import GalleryRow

ADA = draw_photo(["ada"])


def test_a_new_person_is_made_of_a_photo(services: Services) -> None:
    done = enrol(
        acting(services), gallery="default", source=Upload(ADA), subject=NewPerson(" Ada ")
    )
    assert done.new_person
    assert done.person.name == "Ada"
    person = show_person(acting(services), gallery="default", person_id=done.person.id)
    assert (person.name, person.faces, person.portrait_face_id) == ("Ada", 1, done.face.id)
    with services.database.read() as session:
        assert session.scalar(select(GalleryRow.revision)) == 1


def test_a_person_is_told_of_once_and_each_example_of_theirs(services: Services) -> None:
    made = [
        enrol(acting(services), gallery="default", source=Upload(photo), subject=NamedPerson("Ada"))
        for photo in (ADA, draw_photo(["ada"], variant=1), ADA)
    ]
    assert [each.stored for each in made] == [True, True, False]
    with services.database.read() as session:
        gallery_id = session.scalar(select(GalleryRow.id))
        told = session.execute(
            select(EventRow.kind, EventRow.subject_id, EventRow.gallery_id).where(
                EventRow.kind.in_(("person_created", "face_added"))
            )
        ).all()
    assert sorted(map(tuple, told)) == [
        ("face_added", made[0].person.id, gallery_id),
        ("face_added", made[0].person.id, gallery_id),
        ("person_created", made[0].person.id, gallery_id),
    ]


def test_the_photo_and_the_portrait_are_kept(services: Services) -> None:
    face = enrol(
        acting(services), gallery="default", source=Upload(ADA), subject=NewPerson("Ada")
    ).face
    photo = read_photo(acting(services), gallery="default", face_id=face.id)
    assert photo.data == ADA
    assert photo.media_type == "image/png"
    assert photo.etag == hashlib.sha256(ADA).hexdigest()[:32]
    crop = read_crop(acting(services), gallery="default", face_id=face.id)
    assert crop.media_type == "image/jpeg"
    assert services.reader.decode(crop.data).media_type == "image/jpeg"
    assert len(files_of(services)) == 2


def test_a_known_person_gets_another_example(services: Services) -> None:
    ada = enrol(
        acting(services), gallery="default", source=Upload(ADA), subject=NewPerson("Ada")
    ).person
    again = draw_photo(["ada"], variant=1)
    done = enrol(
        acting(services), gallery="default", source=Upload(again), subject=KnownPerson(ada.id)
    )
    assert not done.new_person
    assert done.person == ada
    assert len(list_faces(acting(services), gallery="default", person_id=ada.id)) == 2


def test_whoever_has_the_name_is_meant_whether_new_or_known(services: Services) -> None:
    first = enrol(
        acting(services), gallery="default", source=Upload(ADA), subject=NamedPerson("Ada")
    )
    second = enrol(
        acting(services),
        gallery="default",
        source=Upload(draw_photo(["ada"], variant=1)),
        subject=NamedPerson("ADA "),
    )
    assert (first.new_person, second.new_person) == (True, False)
    assert first.person == second.person


def test_somebody_known_is_meant_by_their_name_in_this_gallery_alone(services: Services) -> None:
    create_gallery(acting(services), name="club")
    there = create_person(acting(services), gallery="club", name="Ada")
    ada = create_person(acting(services), gallery="default", name="Ada")
    done = enrol(
        acting(services), gallery="default", source=Upload(ADA), subject=TypedPerson(" aDA")
    )
    assert not done.new_person
    assert done.person.id == ada.id
    with pytest.raises(PersonNotFound):
        enrol(
            acting(services), gallery="default", source=Upload(ADA), subject=KnownPerson(there.id)
        )


def test_what_is_answered_is_what_is_stored(services: Services) -> None:
    done = enrol(acting(services), gallery="default", source=Upload(ADA), subject=NewPerson("Ada"))
    [stored] = list_faces(acting(services), gallery="default", person_id=done.person.id)
    assert stored.found.box == done.face.found.box
    assert stored.found.quality == done.face.found.quality
    assert stored.found.pose == done.face.found.pose
    assert stored.found.landmarks.tolist() == done.face.found.landmarks.tolist()
    assert (stored.id, stored.photo_id, stored.created_at) == (
        done.face.id,
        done.face.photo_id,
        done.face.created_at,
    )


def test_the_same_photo_twice_shares_one_original(services: Services) -> None:
    group = draw_photo(["ada", "bob"])
    one = enrol(
        acting(services),
        gallery="default",
        face_number=1,
        source=Upload(group),
        subject=NewPerson("One"),
    )
    two = enrol(
        acting(services),
        gallery="default",
        face_number=2,
        source=Upload(group),
        subject=NewPerson("Two"),
    )
    assert one.face.photo_id == two.face.photo_id
    assert one.face.found.box != two.face.found.box
    assert len(files_of(services)) == 3
    assert rows_of(services)["photo"] == 1


def test_a_gallery_may_keep_no_photos(services: Services) -> None:
    change_gallery(acting(services), name="default", settings={"keep_photos": False})
    done = enrol(acting(services), gallery="default", source=Upload(ADA), subject=NewPerson("Ada"))
    assert done.face.photo_id is None
    assert len(files_of(services)) == 1
    assert "photo" not in rows_of(services)


def test_of_several_faces_one_has_to_be_chosen(services: Services) -> None:
    group = draw_photo(["ada", "bob", "cy"])
    with pytest.raises(SeveralFacesFound) as caught:
        enrol(acting(services), gallery="default", source=Upload(group), subject=NewPerson("Ada"))
    boxes = caught.value.extra["boxes"]
    assert len(boxes) == 3
    assert all(set(box) == {"x", "y", "width", "height"} for box in boxes)
    answers = identify(acting(services), gallery="default", photo=Upload(group)).answers
    assert [box["x"] for box in boxes] == [round(answer.face.box.left, 1) for answer in answers]


@pytest.mark.parametrize("take", ["largest", "nearest-centre"])
def test_of_several_faces_one_is_taken_with_a_warning_when_asked(
    services: Services, take: Take
) -> None:
    group = draw_photo(["ada", "bob", "cy"])
    done = enrol(
        acting(services),
        gallery="default",
        take=take,
        source=Upload(group),
        subject=NewPerson("Ada"),
    )
    (warning,) = done.warnings
    assert (warning.code, warning.figure, warning.limit, warning.unit) == (
        "several_faces",
        3,
        1,
        "faces",
    )
    assert warning.variant == take.replace("-", "_")


def test_a_face_passed_over_is_told_once_where_the_gate_objects_to_it_too(
    services: Services,
) -> None:
    change_gallery(acting(services), name="default", settings={"gate": "strict"})
    group = draw_photo(["ada", "bob"])
    done = enrol(
        acting(services),
        gallery="default",
        take="largest",
        gate="standard",
        source=Upload(group),
        subject=NewPerson("Ada"),
    )
    assert [each.key for each in done.warnings] == ["several_faces.largest"]


def test_a_photo_of_one_face_is_taken_without_a_word(services: Services) -> None:
    done = enrol(
        acting(services),
        gallery="default",
        take="largest",
        source=Upload(ADA),
        subject=NewPerson("Ada"),
    )
    assert done.warnings == ()


@pytest.mark.parametrize("number", [0, -1, 3, 10**9])
def test_a_face_that_the_photo_does_not_have_cannot_be_chosen(
    services: Services, number: int
) -> None:
    group = draw_photo(["ada", "bob"])
    with pytest.raises(FaceNumberOutOfRange, match="face_number_out_of_range"):
        enrol(
            acting(services),
            gallery="default",
            face_number=number,
            source=Upload(group),
            subject=NewPerson("Ada"),
        )
    assert rows_of(services) == {"gallery": 1, "event": 1}


@pytest.mark.parametrize(
    ("photo", "gallery", "subject", "error"),
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
        (ADA, "default", TypedPerson(" "), InvalidInput),
    ],
)
def test_an_enrolment_that_fails_leaves_nothing_behind(
    services: Services, photo: bytes, gallery: str, subject: Subject, error: type[MienError]
) -> None:
    create_person(acting(services), gallery="default", name="Bob")
    before = (rows_of(services), show_gallery(acting(services), name="default"))
    with pytest.raises(error):
        enrol(acting(services), gallery=gallery, source=Upload(photo), subject=subject)
    assert files_of(services) == set()
    assert (rows_of(services), show_gallery(acting(services), name="default")) == before


def test_a_gallery_of_another_model_takes_no_faces(services: Services) -> None:
    with services.database.write() as session:
        row = session.scalars(select(GalleryRow)).one()
        row.pack, row.contract_id = "other", "other-128-0000000000000000"
    with pytest.raises(GalleryModelMismatch, match=r"gallery_model_mismatch\.pack"):
        enrol(acting(services), gallery="default", source=Upload(ADA), subject=NewPerson("Ada"))
    assert files_of(services) == set()


def test_files_are_removed_when_the_rows_cannot_be_written(
    services: Services, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(enrol_module, "_keep", fail)
    with pytest.raises(KeyboardInterrupt):
        enrol(acting(services), gallery="default", source=Upload(ADA), subject=NewPerson("Ada"))
    assert files_of(services) == set()
    assert rows_of(services) == {"gallery": 1, "event": 1}


def test_files_stay_when_an_interruption_comes_after_the_rows_are_written(
    services: Services, monkeypatch: pytest.MonkeyPatch
) -> None:
    def interrupted(**_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(enrol_module, "Enrolment", interrupted)
    with pytest.raises(KeyboardInterrupt):
        enrol(acting(services), gallery="default", source=Upload(ADA), subject=NewPerson("Ada"))
    with services.database.read() as session:
        crop = session.scalars(select(FaceRow.crop_file)).one()
    assert services.files.exists(crop)
    assert len(files_of(services)) == 2


def test_a_full_disk_leaves_no_portrait_without_its_photo(
    services: Services, monkeypatch: pytest.MonkeyPatch
) -> None:
    write = services.files.write

    def full(name: str, data: bytes) -> None:
        if name.endswith(".png"):
            raise OSError(28, "No space left on device")
        write(name, data)

    monkeypatch.setattr(services.files, "write", full)
    with pytest.raises(OSError, match="No space"):
        enrol(acting(services), gallery="default", source=Upload(ADA), subject=NewPerson("Ada"))
    assert files_of(services) == set()


SMALL = draw_photo(["ada"], face_px=34)


@pytest.mark.parametrize(
    ("gate", "face_px", "stored"),
    [("standard", 34, False), ("standard", 50, True), ("strict", 50, False), ("off", 34, True)],
)
def test_the_gallerys_gate_decides_and_nothing_is_written_when_it_refuses(
    services: Services, gate: Gate, face_px: int, stored: bool
) -> None:
    change_gallery(acting(services), name="default", settings={"gate": gate})
    before = rows_of(services), files_of(services)
    photo = draw_photo(["ada"], face_px=face_px)
    if stored:
        assert enrol(
            acting(services), gallery="default", source=Upload(photo), subject=NewPerson("Ada")
        ).stored
        return
    with pytest.raises(PhotoNotGoodEnough) as caught:
        enrol(acting(services), gallery="default", source=Upload(photo), subject=NewPerson("Ada"))
    assert [each.code for each in caught.value.extra["reasons"]] == ["too_small"]
    assert (rows_of(services), files_of(services)) == before


def test_a_gate_for_one_photo_goes_before_the_gallerys_and_what_it_lets_through_is_told(
    services: Services,
) -> None:
    done = enrol(
        acting(services),
        gallery="default",
        gate="off",
        source=Upload(SMALL),
        subject=NewPerson("Ada"),
    )
    assert done.stored
    assert [each.code for each in done.warnings] == ["too_small"]
    assert done.warnings[0].limit == 40
    with pytest.raises(PhotoNotGoodEnough):
        enrol(
            acting(services),
            gallery="default",
            gate="strict",
            source=Upload(draw_photo(["bob"], face_px=50)),
            subject=NewPerson("Bob"),
        )


def test_a_gate_that_is_none_is_refused(services: Services) -> None:
    with pytest.raises(InvalidInput) as caught:
        enrol(
            acting(services),
            gallery="default",
            gate="lax",  # type: ignore[arg-type]  # that is the point
            source=Upload(ADA),
            subject=NewPerson("Ada"),
        )
    assert caught.value.field == "gate"


def test_several_faces_of_like_size_are_refused_by_the_strict_gate(services: Services) -> None:
    with pytest.raises(PhotoNotGoodEnough) as caught:
        enrol(
            acting(services),
            gallery="default",
            face_number=1,
            gate="strict",
            source=Upload(draw_photo(["ada", "bob"])),
            subject=NewPerson("Ada"),
        )
    assert [each.key for each in caught.value.extra["reasons"]] == ["several_faces.alike"]


def test_whom_another_process_has_just_enrolled_is_compared_too(home: Path) -> None:
    home.mkdir()
    here, there = make_runtime(home), make_runtime(home)
    given = {"gallery": "default", "source": Upload(draw_photo(["bob"]))}
    enrol(acting(here.services), subject=NewPerson("Bob"), **given)  # type: ignore[arg-type]  # each is what it is
    # This process has searched the gallery, so that it has an index, which is now behind.
    given = {"gallery": "default", "source": Upload(ADA)}
    enrol(acting(there.services), subject=NewPerson("Ada"), **given)  # type: ignore[arg-type]  # as above
    double = enrol(acting(here.services), subject=NewPerson("Double"), **given)  # type: ignore[arg-type]  # as above
    alike = [each for each in double.warnings if each.code == "looks_like_another"]
    assert [each.person.name for each in alike if each.person] == ["Ada"]
    here.close()
    there.close()


@pytest.mark.parametrize(
    ("has_index", "behind", "searches"), [(True, 0, 0), (False, 0, 1), (False, 1, 2)]
)
def test_the_rows_are_read_once_more_where_the_gallery_has_changed_since_the_search(
    services: Services,
    monkeypatch: pytest.MonkeyPatch,
    has_index: bool,
    behind: int,
    searches: int,
) -> None:
    if has_index:
        identify(acting(services), gallery="default", photo=Upload(ADA))
    looked: list[Nearest] = []

    def search(*given: Any, **options: Any) -> Nearest:
        found = nearest(*given, **options)
        looked.append(found)
        return replace(found, revision=found.revision - behind)

    monkeypatch.setattr(enrol_module, "nearest", search)
    done = enrol(acting(services), gallery="default", source=Upload(ADA), subject=NewPerson("Ada"))
    # Also where somebody changes it all the while, the example is stored at last.
    assert done.stored
    assert len(looked) == searches


def test_a_gallery_that_another_model_takes_over_meanwhile_gets_no_face(
    services: Services, monkeypatch: pytest.MonkeyPatch
) -> None:
    searched = enrol_module._nearest

    def search(*given: Any, **options: Any) -> Nearest:
        found = searched(*given, **options)
        with services.database.write() as session:
            row = session.scalars(select(GalleryRow)).one()
            row.pack, row.contract_id = "other", "other-128-0000000000000000"
        return found

    monkeypatch.setattr(enrol_module, "_nearest", search)
    with pytest.raises(GalleryModelMismatch):
        enrol(acting(services), gallery="default", source=Upload(ADA), subject=NewPerson("Ada"))
    assert files_of(services) == set()
    assert "face" not in rows_of(services)
