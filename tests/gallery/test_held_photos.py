import datetime as dt

import pytest

from building import acting
from building import make_user
from drawing import draw_photo
from looking import files_of
from looking import rows_of
from mien.access.users import remove_user
from mien.errors import FaceNumberOutOfRange
from mien.errors import GalleryNotFound
from mien.errors import InvalidInput
from mien.errors import NameTaken
from mien.errors import PersonNotFound
from mien.errors import PhotoNotGoodEnough
from mien.errors import ProbeNotFound
from mien.errors import UnsupportedImage
from mien.errors import UserNotFound
from mien.gallery.analysis import Upload
from mien.gallery.enrolment.enrol import enrol
from mien.gallery.enrolment.source import HeldFace
from mien.gallery.enrolment.subject import KnownPerson
from mien.gallery.enrolment.subject import NamedPerson
from mien.gallery.enrolment.subject import NewPerson
from mien.gallery.enrolment.subject import TypedPerson
from mien.gallery.galleries import change_gallery
from mien.gallery.held_photos import hold_photo
from mien.gallery.held_photos import let_go_of_photo
from mien.gallery.held_photos import read_held_crop
from mien.gallery.held_photos import read_held_photo
from mien.gallery.people.faces import read_photo
from mien.gallery.people.people import create_person
from mien.gallery.recognition.identify_held import identify_and_hold
from mien.gallery.recognition.identify_held import show_held
from mien.gallery.recognition.what_if import weigh
from mien.gallery.services import Services
from mien.storage.models import ProbeRow
from mien.storage.models import now

GROUP = draw_photo(["ada", "bob"], size_wh=(2400, 600), face_px=200, format_name="JPEG")


@pytest.fixture
def root(services: Services) -> str:
    return make_user(services).id


@pytest.fixture
def eve(services: Services) -> str:
    return make_user(services, "eve", is_admin=False).id


def hold(services: Services, user_id: str, photo: bytes = GROUP) -> str:
    return hold_photo(acting(services, user_id), gallery="default", photo=Upload(photo)).id


def test_an_answer_shows_at_once_whom_one_has_just_added(services: Services, root: str) -> None:
    held = hold(services, root)
    first = show_held(acting(services, root), probe_id=held).identification
    assert [answer.decision for answer in first.answers] == ["unknown", "unknown"]
    assert (first.width, first.height) == (2400, 600)
    made = enrol(
        acting(services, root), gallery=None, source=HeldFace(held, 2), subject=NewPerson("Two")
    )
    shown = show_held(acting(services, root), probe_id=held)
    [added] = shown.added[2]
    assert (added.person, added.face_id) == (made.person, made.face.id)
    assert set(shown.added) == {2}


def test_a_face_that_was_added_is_compared_with_the_others_of_its_person_alone(
    services: Services, root: str
) -> None:
    """A man in a woman's record, who would match himself there."""
    for size in (120, 119, 118):
        enrol(
            acting(services),
            gallery="default",
            source=Upload(draw_photo(["woman"], face_px=size)),
            subject=NamedPerson("Woman"),
        )
    held = hold(services, root, draw_photo(["man"]))
    made = enrol(
        acting(services, root), gallery=None, source=HeldFace(held, 1), subject=TypedPerson("Woman")
    )
    shown = show_held(acting(services, root), probe_id=held)
    [answer] = shown.identification.answers
    assert answer.decision == "unknown"
    [added] = shown.added[1]
    assert added.similarity == pytest.approx(answer.candidates[0].similarity)
    assert answer.candidates[0].similarity < 0.3
    assert added.nearest_face_id == answer.candidates[0].face_id != made.face.id
    assert answer.candidates[0].examples == 3


def test_a_face_that_is_somebodys_only_one_is_compared_with_nobody(
    services: Services, root: str
) -> None:
    held = hold(services, root, draw_photo(["ada"]))
    enrol(acting(services, root), gallery=None, source=HeldFace(held, 1), subject=NewPerson("Ada"))
    shown = show_held(acting(services, root), probe_id=held)
    assert shown.identification.answers[0].candidates == ()
    assert shown.added[1][0].similarity is None


def test_a_photo_that_is_held_anew_is_not_compared_with_itself_either(
    services: Services, root: str
) -> None:
    photo = draw_photo(["ada", "bob"])
    for number, name in ((1, "One"), (2, "Two")):
        enrol(
            acting(services),
            gallery="default",
            source=Upload(photo),
            subject=NewPerson(name),
            face_number=number,
        )
    shown = show_held(acting(services, root), probe_id=hold(services, root, photo))
    one, two = shown.identification.answers
    assert [each.person.name for each in one.candidates] == ["Two"]
    assert [each.person.name for each in two.candidates] == ["One"]
    assert [shown.added[number][0].person.name for number in (1, 2)] == ["One", "Two"]


def test_what_a_page_shows_is_what_is_counted_and_remembered(services: Services, root: str) -> None:
    photo = draw_photo(["ada"])
    enrol(acting(services), gallery="default", source=Upload(photo), subject=NewPerson("Ada"))
    identify_and_hold(acting(services, root), gallery="default", photo=Upload(photo))
    assert weigh(acting(services), gallery="default").searches == 0


def test_an_example_keeps_its_files_when_the_held_photo_goes(services: Services, root: str) -> None:
    held = hold(services, root)
    made = enrol(
        acting(services, root), gallery=None, source=HeldFace(held, 1), subject=NewPerson("Ada")
    )
    let_go_of_photo(acting(services, root), probe_id=held)
    assert read_photo(acting(services), gallery="default", face_id=made.face.id).data == GROUP
    assert len(files_of(services)) == 2


def test_a_held_face_can_be_added_to_somebody_known(services: Services, root: str) -> None:
    ada = create_person(acting(services), gallery="default", name="Ada")
    held = hold(services, root)
    done = enrol(
        acting(services, root), gallery=None, source=HeldFace(held, 1), subject=KnownPerson(ada.id)
    )
    assert not done.new_person
    assert done.person.id == ada.id


def test_a_held_face_is_judged_beside_the_other_faces_of_its_photo(
    services: Services, root: str
) -> None:
    call = acting(services, root)
    alone = HeldFace(hold(services, root, draw_photo(["ada"])), 1)
    assert enrol(call, gallery=None, gate="strict", source=alone, subject=NewPerson("Ada")).stored
    among_others = HeldFace(hold(services, root, draw_photo(["bob", "cy", "dee"])), 2)
    with pytest.raises(PhotoNotGoodEnough) as caught:
        enrol(call, gallery=None, gate="strict", source=among_others, subject=NewPerson("Cy"))
    (reason,) = caught.value.extra["reasons"]
    assert (reason.key, reason.figure) == ("several_faces.alike", 3)


def test_a_held_photo_shares_its_original_with_one_that_was_enrolled(
    services: Services, root: str
) -> None:
    enrol(
        acting(services),
        gallery="default",
        face_number=1,
        source=Upload(GROUP),
        subject=NewPerson("Ada"),
    )
    held = hold(services, root)
    enrol(acting(services, root), gallery=None, source=HeldFace(held, 2), subject=NewPerson("Bob"))
    assert rows_of(services)["photo"] == 1
    let_go_of_photo(acting(services, root), probe_id=held)
    assert len(files_of(services)) == 3


def test_a_gallery_that_keeps_no_photos_keeps_none_of_a_held_one(
    services: Services, root: str
) -> None:
    change_gallery(acting(services), name="default", settings={"keep_photos": False})
    held = hold(services, root)
    done = enrol(
        acting(services, root), gallery=None, source=HeldFace(held, 1), subject=NewPerson("Ada")
    )
    assert done.face.photo_id is None


def test_the_picture_for_the_screen_is_a_small_jpeg(services: Services, root: str) -> None:
    held = hold(services, root)
    photo = read_held_photo(acting(services, root), probe_id=held)
    image = services.reader.decode(photo.data)
    assert photo.media_type == image.media_type == "image/jpeg"
    assert (image.width, image.height) == (1800, 450)
    crop = read_held_crop(acting(services, root), probe_id=held, face_number=1)
    assert services.reader.decode(crop.data).media_type == "image/jpeg"
    assert crop.etag != photo.etag


def test_a_held_photo_is_its_holders_alone(services: Services, root: str, eve: str) -> None:
    held = hold(services, root)
    for probe_id, user_id in ((held, eve), ("unknown", root), ("\ud800", root), ("\x00", root)):
        with pytest.raises(ProbeNotFound):
            show_held(acting(services, user_id), probe_id=probe_id)
        with pytest.raises(ProbeNotFound):
            read_held_photo(acting(services, user_id), probe_id=probe_id)
        with pytest.raises(ProbeNotFound):
            read_held_crop(acting(services, user_id), face_number=1, probe_id=probe_id)
        with pytest.raises(ProbeNotFound):
            enrol(
                acting(services, user_id),
                gallery=None,
                source=HeldFace(probe_id, 1),
                subject=NewPerson("Eve"),
            )
        with pytest.raises(ProbeNotFound):
            let_go_of_photo(acting(services, user_id), probe_id=probe_id)
    show_held(acting(services, root), probe_id=held)


def test_a_held_photo_is_let_go_when_its_time_is_over(services: Services, root: str) -> None:
    held = hold(services, root)
    left = show_held(acting(services, root), probe_id=held).expires_at - now()
    assert dt.timedelta(seconds=3500) < left <= dt.timedelta(seconds=3600)
    with services.database.write() as session:
        probe = session.get(ProbeRow, held)
        assert probe is not None
        probe.expires_at = now() - dt.timedelta(seconds=1)
    with pytest.raises(ProbeNotFound):
        show_held(acting(services, root), probe_id=held)


def test_a_held_photo_that_is_let_go_leaves_nothing(services: Services, root: str) -> None:
    held = hold(services, root)
    assert len(files_of(services)) == 4
    let_go_of_photo(acting(services, root), probe_id=held)
    assert files_of(services) == set()
    assert set(rows_of(services)) == {"gallery", "user_account", "event"}
    with pytest.raises(ProbeNotFound):
        let_go_of_photo(acting(services, root), probe_id=held)


@pytest.mark.parametrize("number", [0, 3, -1])
def test_a_face_that_the_photo_does_not_have(services: Services, root: str, number: int) -> None:
    held = hold(services, root)
    with pytest.raises(FaceNumberOutOfRange):
        read_held_crop(acting(services, root), probe_id=held, face_number=number)
    with pytest.raises(FaceNumberOutOfRange):
        enrol(
            acting(services, root),
            gallery=None,
            source=HeldFace(held, number),
            subject=NewPerson("Ada"),
        )


def test_an_enrolment_that_fails_leaves_only_the_held_files(services: Services, root: str) -> None:
    create_person(acting(services), gallery="default", name="Bob")
    held = hold(services, root)
    before = files_of(services)
    for whom, error in (
        (NewPerson("bob"), NameTaken),
        (KnownPerson("nobody"), PersonNotFound),
        (NewPerson(""), InvalidInput),
    ):
        with pytest.raises(error):
            enrol(acting(services, root), gallery=None, source=HeldFace(held, 1), subject=whom)
    assert files_of(services) == before
    assert "face" not in rows_of(services)


def test_a_photo_that_cannot_be_held_leaves_nothing(services: Services, root: str) -> None:
    for gallery, photo, user_id, error in (
        ("nowhere", GROUP, root, GalleryNotFound),
        ("default", b"text", root, UnsupportedImage),
        ("default", GROUP, "nobody", UserNotFound),
    ):
        with pytest.raises(error):
            hold_photo(acting(services, user_id), gallery=gallery, photo=Upload(photo))
    assert files_of(services) == set()
    assert "probe" not in rows_of(services)


def test_held_photos_go_with_their_holder(services: Services, root: str, eve: str) -> None:
    hold(services, eve)
    remove_user(acting(services), name="eve")
    assert "probe" not in rows_of(services)
    assert "probe_face" not in rows_of(services)


def test_a_limit_out_of_range_is_refused(services: Services, root: str) -> None:
    held = hold(services, root)
    with pytest.raises(InvalidInput):
        show_held(acting(services, root), probe_id=held, limit=0)


def test_the_files_of_whoever_is_removed_go_with_the_account(services: Services, eve: str) -> None:
    hold(services, eve)
    assert files_of(services)
    remove_user(acting(services), name="eve")
    assert files_of(services) == set()
    assert not {"erasure", "file_deletion"} & rows_of(services).keys()
