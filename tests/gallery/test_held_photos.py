import datetime as dt

import pytest

from building import make_user
from drawing import draw_photo
from looking import files_of
from looking import rows_of
from mien.errors import FaceNumberOutOfRange
from mien.errors import GalleryNotFound
from mien.errors import InvalidInput
from mien.errors import NameTaken
from mien.errors import PersonNotFound
from mien.errors import ProbeNotFound
from mien.errors import UnsupportedImage
from mien.errors import UserNotFound
from mien.gallery.enrolment.enrol import enrol
from mien.gallery.enrolment.enrol import enrol_probe_face
from mien.gallery.enrolment.subject import KnownPerson
from mien.gallery.enrolment.subject import NewPerson
from mien.gallery.galleries import change_gallery
from mien.gallery.held_photos import hold_probe
from mien.gallery.held_photos import let_go_of_probe
from mien.gallery.held_photos import read_probe_crop
from mien.gallery.held_photos import read_probe_photo
from mien.gallery.people.faces import read_photo
from mien.gallery.people.people import create_person
from mien.gallery.recognition.identify_held import identify_probe
from mien.gallery.services import Services
from mien.gallery.users import remove_user
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
    return hold_probe(services, gallery="default", photo=photo, user_id=user_id)


def test_an_answer_shows_at_once_whom_one_has_just_added(services: Services, root: str) -> None:
    held = hold(services, root)
    first = identify_probe(services, probe_id=held, user_id=root).identification
    assert [answer.decision for answer in first.answers] == ["unknown", "unknown"]
    assert (first.width, first.height) == (2400, 600)
    made = enrol_probe_face(
        services, probe_id=held, user_id=root, face_number=2, whom=NewPerson("Two")
    )
    second = identify_probe(services, probe_id=held, user_id=root).identification
    assert [answer.decision for answer in second.answers] == ["unknown", "match"]
    assert second.answers[1].candidates[0].face_id == made.face.id
    assert second.answers[1].candidates[0].similarity == pytest.approx(1, abs=1e-5)


def test_an_example_keeps_its_files_when_the_held_photo_goes(services: Services, root: str) -> None:
    held = hold(services, root)
    made = enrol_probe_face(
        services, probe_id=held, user_id=root, face_number=1, whom=NewPerson("Ada")
    )
    let_go_of_probe(services, probe_id=held, user_id=root)
    assert read_photo(services, gallery="default", face_id=made.face.id).data == GROUP
    assert len(files_of(services)) == 2


def test_a_held_face_can_be_added_to_somebody_known(services: Services, root: str) -> None:
    ada = create_person(services, gallery="default", name="Ada")
    held = hold(services, root)
    done = enrol_probe_face(
        services, probe_id=held, user_id=root, face_number=1, whom=KnownPerson(ada.id)
    )
    assert not done.new_person
    assert done.person.id == ada.id


def test_a_held_photo_shares_its_original_with_one_that_was_enrolled(
    services: Services, root: str
) -> None:
    enrol(services, gallery="default", photo=GROUP, whom=NewPerson("Ada"), face_number=1)
    held = hold(services, root)
    enrol_probe_face(services, probe_id=held, user_id=root, face_number=2, whom=NewPerson("Bob"))
    assert rows_of(services)["photo"] == 1
    let_go_of_probe(services, probe_id=held, user_id=root)
    assert len(files_of(services)) == 3


def test_a_gallery_that_keeps_no_photos_keeps_none_of_a_held_one(
    services: Services, root: str
) -> None:
    change_gallery(services, name="default", keep_photos=False)
    held = hold(services, root)
    done = enrol_probe_face(
        services, probe_id=held, user_id=root, face_number=1, whom=NewPerson("Ada")
    )
    assert done.face.photo_id is None


def test_the_picture_for_the_screen_is_a_small_jpeg(services: Services, root: str) -> None:
    held = hold(services, root)
    photo = read_probe_photo(services, probe_id=held, user_id=root)
    image = services.reader.decode(photo.data)
    assert photo.media_type == image.media_type == "image/jpeg"
    assert (image.width, image.height) == (1800, 450)
    crop = read_probe_crop(services, probe_id=held, user_id=root, face_number=1)
    assert services.reader.decode(crop.data).media_type == "image/jpeg"
    assert crop.etag != photo.etag


def test_a_held_photo_is_its_holders_alone(services: Services, root: str, eve: str) -> None:
    held = hold(services, root)
    for probe_id, user_id in ((held, eve), ("unknown", root), ("\ud800", root), ("\x00", root)):
        asked = {"probe_id": probe_id, "user_id": user_id}
        with pytest.raises(ProbeNotFound):
            identify_probe(services, probe_id=probe_id, user_id=user_id)
        with pytest.raises(ProbeNotFound):
            read_probe_photo(services, **asked)
        with pytest.raises(ProbeNotFound):
            read_probe_crop(services, **asked, face_number=1)
        with pytest.raises(ProbeNotFound):
            enrol_probe_face(
                services,
                probe_id=probe_id,
                user_id=user_id,
                face_number=1,
                whom=NewPerson("Eve"),
            )
        with pytest.raises(ProbeNotFound):
            let_go_of_probe(services, **asked)
    identify_probe(services, probe_id=held, user_id=root)


def test_a_held_photo_is_let_go_when_its_time_is_over(services: Services, root: str) -> None:
    held = hold(services, root)
    left = identify_probe(services, probe_id=held, user_id=root).expires_at - now()
    assert dt.timedelta(seconds=3500) < left <= dt.timedelta(seconds=3600)
    with services.database.write() as session:
        probe = session.get(ProbeRow, held)
        assert probe is not None
        probe.expires_at = now() - dt.timedelta(seconds=1)
    with pytest.raises(ProbeNotFound):
        identify_probe(services, probe_id=held, user_id=root)


def test_a_held_photo_that_is_let_go_leaves_nothing(services: Services, root: str) -> None:
    held = hold(services, root)
    assert len(files_of(services)) == 4
    let_go_of_probe(services, probe_id=held, user_id=root)
    assert files_of(services) == set()
    assert set(rows_of(services)) == {"gallery", "user_account"}
    with pytest.raises(ProbeNotFound):
        let_go_of_probe(services, probe_id=held, user_id=root)


@pytest.mark.parametrize("number", [0, 3, -1])
def test_a_face_that_the_photo_does_not_have(services: Services, root: str, number: int) -> None:
    held = hold(services, root)
    with pytest.raises(FaceNumberOutOfRange):
        read_probe_crop(services, probe_id=held, user_id=root, face_number=number)
    with pytest.raises(FaceNumberOutOfRange):
        enrol_probe_face(
            services, probe_id=held, user_id=root, face_number=number, whom=NewPerson("Ada")
        )


def test_an_enrolment_that_fails_leaves_only_the_held_files(services: Services, root: str) -> None:
    create_person(services, gallery="default", name="Bob")
    held = hold(services, root)
    before = files_of(services)
    for whom, error in (
        (NewPerson("bob"), NameTaken),
        (KnownPerson("nobody"), PersonNotFound),
        (NewPerson(""), InvalidInput),
    ):
        with pytest.raises(error):
            enrol_probe_face(services, probe_id=held, user_id=root, face_number=1, whom=whom)
    assert files_of(services) == before
    assert "face" not in rows_of(services)


def test_a_photo_that_cannot_be_held_leaves_nothing(services: Services, root: str) -> None:
    for gallery, photo, user_id, error in (
        ("nowhere", GROUP, root, GalleryNotFound),
        ("default", b"text", root, UnsupportedImage),
        ("default", GROUP, "nobody", UserNotFound),
    ):
        with pytest.raises(error):
            hold_probe(services, gallery=gallery, photo=photo, user_id=user_id)
    assert files_of(services) == set()
    assert "probe" not in rows_of(services)


def test_held_photos_go_with_their_holder(services: Services, root: str, eve: str) -> None:
    hold(services, eve)
    remove_user(services, name="eve")
    assert "probe" not in rows_of(services)
    assert "probe_face" not in rows_of(services)


def test_a_limit_out_of_range_is_refused(services: Services, root: str) -> None:
    held = hold(services, root)
    with pytest.raises(InvalidInput):
        identify_probe(services, probe_id=held, user_id=root, limit=0)
