import pytest
from sqlalchemy import update

from building import acting
from drawing import draw_photo
from mien.errors import FaceNumberOutOfRange
from mien.errors import GalleryNotFound
from mien.errors import InvalidInput
from mien.errors import MienError
from mien.errors import NoFaceFound
from mien.errors import PersonNotFound
from mien.errors import SeveralFacesFound
from mien.errors import UnsupportedImage
from mien.gallery.analysis import Upload
from mien.gallery.enrolment.enrol import enrol
from mien.gallery.enrolment.subject import NamedPerson
from mien.gallery.people.people import create_person
from mien.gallery.recognition.verify import verify_person
from mien.gallery.recognition.verify import verify_photos
from mien.gallery.services import Services
from mien.storage.models import FaceRow

ADA = draw_photo(["ada"])
OTHER_ADA = draw_photo(["ada"], face_px=90)
BOB = draw_photo(["bob"])
GROUP = draw_photo(["ada", "bob"])


def test_two_photos_of_one_person_and_of_two(services: Services) -> None:
    same = verify_photos(acting(services), photo_a=Upload(ADA), photo_b=Upload(OTHER_ADA))
    assert same.same_person
    assert same.similarity > same.threshold == services.engine.summary.verify_threshold
    other = verify_photos(acting(services), photo_a=Upload(ADA), photo_b=Upload(BOB))
    assert not other.same_person
    assert other.face_b is not None
    assert other.example_face_id is None


def test_a_photo_compared_with_itself_stays_within_the_scale(services: Services) -> None:
    assert verify_photos(acting(services), photo_a=Upload(ADA), photo_b=Upload(ADA)).similarity <= 1


def test_a_face_that_was_compared_with_itself_is_marked(services: Services) -> None:
    itself = verify_photos(acting(services), photo_a=Upload(ADA), photo_b=Upload(ADA))
    other = verify_photos(acting(services), photo_a=Upload(ADA), photo_b=Upload(OTHER_ADA))
    neighbour = verify_photos(
        acting(services),
        photo_a=Upload(GROUP),
        photo_b=Upload(GROUP),
        face_number_a=1,
        face_number_b=2,
    )
    assert [each.same_photo for each in (itself, other, neighbour)] == [True, False, False]


@pytest.mark.parametrize("recorded", [True, False], ids=["digest", "kept-photo"])
def test_a_photo_that_is_the_persons_example_is_marked(
    services: Services, *, recorded: bool
) -> None:
    made = enrol(
        acting(services), gallery="default", source=Upload(ADA), subject=NamedPerson("Ada")
    )
    if not recorded:
        with services.database.write() as session:
            session.execute(update(FaceRow).values(photo_sha256=None))
    same, other = (
        verify_person(
            acting(services), gallery="default", person_id=made.person.id, photo=Upload(photo)
        )
        for photo in (ADA, OTHER_ADA)
    )
    assert (same.same_person, same.same_photo) == (True, True)
    assert (other.same_person, other.same_photo) == (True, False)


def test_of_several_faces_one_can_be_chosen_by_its_number(services: Services) -> None:
    answers = [
        verify_photos(
            acting(services), face_number_a=number, photo_a=Upload(GROUP), photo_b=Upload(ADA)
        ).same_person
        for number in (1, 2)
    ]
    assert sorted(answers) == [False, True]


def test_the_threshold_can_be_given(services: Services) -> None:
    found = verify_photos(acting(services), threshold=-1, photo_a=Upload(ADA), photo_b=Upload(BOB))
    assert found.same_person
    assert found.threshold == -1
    with pytest.raises(InvalidInput):
        verify_photos(acting(services), threshold=1.5, photo_a=Upload(ADA), photo_b=Upload(BOB))


@pytest.mark.parametrize(
    ("photo_a", "photo_b", "error", "which"),
    [
        (GROUP, ADA, SeveralFacesFound, "a"),
        (ADA, GROUP, SeveralFacesFound, "b"),
        (draw_photo(), ADA, NoFaceFound, "a"),
        (ADA, draw_photo(), NoFaceFound, "b"),
        (ADA, b"text", UnsupportedImage, "b"),
    ],
)
def test_a_refusal_says_which_photo(
    services: Services, photo_a: bytes, photo_b: bytes, error: type[MienError], which: str
) -> None:
    with pytest.raises(error) as caught:
        verify_photos(acting(services), photo_a=Upload(photo_a), photo_b=Upload(photo_b))
    assert caught.value.extra["photo"] == which


def test_a_photo_against_a_person_takes_the_nearest_example(services: Services) -> None:
    first = enrol(
        acting(services), gallery="default", source=Upload(ADA), subject=NamedPerson("Ada")
    )
    second = enrol(
        acting(services), gallery="default", source=Upload(OTHER_ADA), subject=NamedPerson("Ada")
    )
    for photo, nearest in ((ADA, first), (OTHER_ADA, second)):
        found = verify_person(
            acting(services), gallery="default", person_id=first.person.id, photo=Upload(photo)
        )
        assert found.same_person
        assert found.example_face_id == nearest.face.id
        assert found.face_b is None
    found = verify_person(
        acting(services), gallery="default", person_id=first.person.id, photo=Upload(BOB)
    )
    assert not found.same_person


def test_what_a_comparison_with_a_person_needs(services: Services) -> None:
    ada = enrol(
        acting(services), gallery="default", source=Upload(ADA), subject=NamedPerson("Ada")
    ).person.id
    empty = create_person(acting(services), gallery="default", name="Nobody").id

    def verify(person_id: str, photo: bytes = ADA, **given: object) -> None:
        asked = {"gallery": "default", "person_id": person_id, "photo": Upload(photo), **given}
        verify_person(acting(services), **asked)  # type: ignore[arg-type]  # each is of its parameter's type

    with pytest.raises(NoFaceFound, match=r"no_face_found\.person"):
        verify(empty)
    with pytest.raises(PersonNotFound):
        verify("nobody")
    with pytest.raises(GalleryNotFound):
        verify(ada, gallery="nowhere")
    with pytest.raises(SeveralFacesFound):
        verify(ada, GROUP)
    with pytest.raises(FaceNumberOutOfRange):
        verify(ada, GROUP, face_number=3)
    with pytest.raises(InvalidInput):
        verify(ada, threshold=2.0)
