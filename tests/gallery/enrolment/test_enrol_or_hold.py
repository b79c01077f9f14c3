from collections.abc import Iterator
from pathlib import Path

import pytest

from building import make_runtime
from building import make_user
from drawing import draw_photo
from looking import files_of
from looking import rows_of
from mien.errors import NoFaceFound
from mien.errors import PersonNotFound
from mien.errors import PhotoNotGoodEnough
from mien.errors import SeveralFacesFound
from mien.gallery.enrolment.enrol import enrol_probe_face
from mien.gallery.enrolment.enrol_or_hold import HeldBack
from mien.gallery.enrolment.enrol_or_hold import enrol_or_hold
from mien.gallery.enrolment.subject import KnownPerson
from mien.gallery.enrolment.subject import NamedPerson
from mien.gallery.results import Enrolment
from mien.gallery.services import Services
from mien.options import Detail
from mien.vision.fake import FakeEngine
from mien.vision.types import Face
from mien.vision.types import ImageRGB

SMALL = draw_photo(["ada"], face_px=34)
TWO = draw_photo(["ada", "bob"])
ADA = NamedPerson("Ada")


class CountingEngine(FakeEngine):
    """Counts how often it has looked at a photo."""

    looked = 0

    def analyze(self, image_rgb: ImageRGB, *, detail: Detail = "normal") -> list[Face]:
        """See `Engine.analyze`."""
        self.looked += 1
        return super().analyze(image_rgb, detail=detail)


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


def test_a_good_photo_is_stored_and_not_held(services: Services, root: str) -> None:
    done = enrol_or_hold(
        services,
        gallery="default",
        photo=draw_photo(["ada"]),
        whom=ADA,
        user_id=root,
        hold=(PhotoNotGoodEnough,),
    )
    assert isinstance(done, Enrolment)
    assert done.stored
    assert "probe" not in rows_of(services)


@pytest.mark.parametrize(("photo", "why"), [(SMALL, PhotoNotGoodEnough), (TWO, SeveralFacesFound)])
def test_a_refused_photo_is_held_and_stored_later_and_analysed_once(
    services: Services, engine: CountingEngine, root: str, photo: bytes, why: type[Exception]
) -> None:
    hold = (PhotoNotGoodEnough, SeveralFacesFound)
    done = enrol_or_hold(
        services, gallery="default", photo=photo, whom=ADA, user_id=root, hold=hold
    )
    assert isinstance(done, HeldBack)
    assert isinstance(done.why, why)
    assert "face" not in rows_of(services)
    made = enrol_probe_face(
        services, probe_id=done.held.id, user_id=root, face_number=1, whom=ADA, gate="off"
    )
    assert made.stored
    assert engine.looked == 1


def test_what_nobody_can_decide_on_is_raised_and_nothing_is_kept(
    services: Services, root: str
) -> None:
    for photo, whom, error in (
        (draw_photo([]), ADA, NoFaceFound),
        (TWO, ADA, SeveralFacesFound),
        (draw_photo(["ada"]), KnownPerson("0" * 32), PersonNotFound),
    ):
        with pytest.raises(error):
            enrol_or_hold(
                services,
                gallery="default",
                photo=photo,
                whom=whom,
                user_id=root,
                hold=(PhotoNotGoodEnough,),
            )
    assert files_of(services) == set()
    assert not {"probe", "face", "person"} & rows_of(services).keys()
