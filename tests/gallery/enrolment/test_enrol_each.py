from collections.abc import Iterator
from pathlib import Path
from typing import TypeAlias

import pytest

from building import acting
from building import make_runtime
from building import make_user
from drawing import draw_photo
from looking import files_of
from looking import rows_of
from mien.errors import FaceError
from mien.errors import GalleryNotFound
from mien.errors import NoFaceFound
from mien.errors import PersonNotFound
from mien.errors import PhotoNotGoodEnough
from mien.errors import SeveralFacesFound
from mien.gallery.enrolment.enrol import enrol
from mien.gallery.enrolment.enrol_each import EachOptions
from mien.gallery.enrolment.enrol_each import Outcome
from mien.gallery.enrolment.enrol_each import Submission
from mien.gallery.enrolment.enrol_each import enrol_each
from mien.gallery.enrolment.source import HeldFace
from mien.gallery.enrolment.subject import KnownPerson
from mien.gallery.enrolment.subject import NamedPerson
from mien.gallery.enrolment.subject import Subject
from mien.gallery.services import Call
from mien.gallery.services import Services
from mien.options import Detail
from mien.vision.budget import Budget
from mien.vision.fake import FakeEngine
from mien.vision.types import Face
from mien.vision.types import Faces
from mien.vision.types import ImageRGB

SMALL = draw_photo(["ada"], face_px=34)
TWO = draw_photo(["ada", "bob"])
ADA = NamedPerson("Ada")
Hold: TypeAlias = tuple[type[FaceError], ...]


class CountingEngine(FakeEngine):
    """Counts how often it has looked at a photo."""

    looked = 0

    def analyze(
        self, image_rgb: ImageRGB, *, detail: Detail = "normal", budget: Budget | None = None
    ) -> Faces[Face]:
        """See `Engine.analyze`."""
        self.looked += 1
        return super().analyze(image_rgb, detail=detail, budget=budget)


@pytest.fixture
def engine() -> CountingEngine:
    return CountingEngine()


@pytest.fixture
def services(tmp_path: Path, engine: CountingEngine) -> Iterator[Services]:
    runtime = make_runtime(tmp_path, engine=engine)
    yield runtime.services
    runtime.close()


@pytest.fixture
def root(services: Services) -> str:
    return make_user(services).id


def enrol_one(
    call: Call, photo: bytes, *, subject: Subject = ADA, hold: Hold = (PhotoNotGoodEnough,)
) -> Outcome:
    sent = [Submission("a photo", lambda: photo, subject)]
    [outcome] = enrol_each(
        call, gallery="default", submissions=sent, options=EachOptions(hold=hold)
    )
    return outcome


def test_a_good_photo_is_stored_and_not_held(services: Services, root: str) -> None:
    done = enrol_one(acting(services, root), draw_photo(["ada"]))
    assert done.enrolment is not None
    assert done.enrolment.stored
    assert (done.refusal, done.held) == (None, None)
    assert "probe" not in rows_of(services)


@pytest.mark.parametrize(("photo", "why"), [(SMALL, PhotoNotGoodEnough), (TWO, SeveralFacesFound)])
def test_a_refused_photo_is_held_and_stored_later_and_analysed_once(
    services: Services, engine: CountingEngine, root: str, photo: bytes, why: type[Exception]
) -> None:
    call = acting(services, root)
    done = enrol_one(call, photo, hold=(PhotoNotGoodEnough, SeveralFacesFound))
    assert done.held is not None
    assert isinstance(done.refusal, why)
    assert "face" not in rows_of(services)
    source = HeldFace(done.held.id, 1)
    assert enrol(call, gate="off", gallery=None, source=source, subject=ADA).stored
    assert engine.looked == 1


def test_what_nobody_can_decide_on_is_told_and_nothing_is_kept(
    services: Services, root: str
) -> None:
    for photo, error in ((draw_photo([]), NoFaceFound), (TWO, SeveralFacesFound)):
        done = enrol_one(acting(services, root), photo)
        assert isinstance(done.refusal, error)
        assert done.held is None
    with pytest.raises(PersonNotFound):
        enrol_one(acting(services, root), draw_photo(["ada"]), subject=KnownPerson("0" * 32))
    assert files_of(services) == set()
    assert not {"probe", "face", "person"} & rows_of(services).keys()


def test_one_photos_trouble_is_not_anothers(services: Services) -> None:
    photos = {"good": draw_photo(["ada"]), "text": b"no picture", "none": draw_photo([])}
    sent = [Submission(name, lambda data=data: data, ADA) for name, data in photos.items()]  # type: ignore[misc]  # bound now
    done = list(enrol_each(acting(services), gallery="default", submissions=sent))
    assert [each.name for each in done] == list(photos)
    assert [each.refusal and each.refusal.code for each in done] == [
        None,
        "unsupported_image",
        "no_face_found",
    ]


def test_a_known_file_is_passed_over_unread_by_the_engine(
    services: Services, engine: CountingEngine
) -> None:
    sent = [Submission("a", lambda: draw_photo(["ada"]), ADA)]
    options = EachOptions(skip_known=True)
    for _ in range(2):
        [done] = enrol_each(acting(services), gallery="default", submissions=sent, options=options)
    assert (done.enrolment, done.refusal) == (None, None)
    assert engine.looked == 1


def test_a_known_file_is_looked_at_again_unless_it_is_to_be_passed_over(
    services: Services, engine: CountingEngine
) -> None:
    sent = [Submission("a", lambda: draw_photo(["ada"]), ADA)]
    for _ in range(2):
        [done] = enrol_each(acting(services), gallery="default", submissions=sent)
    assert done.enrolment is not None
    assert not done.enrolment.stored
    assert engine.looked == 2


def test_a_gallery_that_is_not_there_is_told_before_any_photo(services: Services) -> None:
    sent = [Submission("a", lambda: pytest.fail("it was read"), ADA)]
    with pytest.raises(GalleryNotFound):
        enrol_each(acting(services), gallery="nowhere", submissions=sent)
