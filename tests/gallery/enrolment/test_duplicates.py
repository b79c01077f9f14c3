"""The same face of the same file is told by where its box lies."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from building import acting
from building import make_runtime
from drawing import draw_photo
from mien.gallery.analysis import Upload
from mien.gallery.enrolment.enrol import enrol
from mien.gallery.enrolment.subject import NamedPerson
from mien.gallery.results import Enrolment
from mien.gallery.services import Services
from mien.options import Detail
from mien.vision.budget import Budget
from mien.vision.fake import FakeEngine
from mien.vision.types import Box
from mien.vision.types import Face
from mien.vision.types import Faces
from mien.vision.types import ImageRGB

ADA = draw_photo(["ada"])
FOUND = Box(100, 100, 200, 300)


class BoxedEngine(FakeEngine):
    """Finds the faces of a photo in the box that it is told, as a closer search may."""

    box = FOUND

    def analyze(
        self, image_rgb: ImageRGB, *, detail: Detail = "normal", budget: Budget | None = None
    ) -> Faces[Face]:
        """See `Engine.analyze`."""
        found = super().analyze(image_rgb, detail=detail, budget=budget)
        return Faces(tuple(replace(face, box=self.box) for face in found), found.left_out)


@pytest.fixture
def engine() -> BoxedEngine:
    return BoxedEngine()


@pytest.fixture
def services(tmp_path: Path, engine: BoxedEngine) -> Iterator[Services]:
    runtime = make_runtime(tmp_path, engine=engine)
    yield runtime.services
    runtime.close()


def add(services: Services) -> Enrolment:
    return enrol(
        acting(services), gallery="default", source=Upload(ADA), subject=NamedPerson("Ada")
    )


@pytest.mark.parametrize(
    ("box", "same"),
    [
        # Of the union the boxes share 54 % and 48 %, in either direction.
        (Box(130, 100, 230, 300), True),
        (Box(135, 100, 235, 300), False),
        (Box(100, 160, 200, 360), True),
        (Box(100, 170, 200, 370), False),
        # Half is enough; a part of it is not, though all of that is shared.
        (Box(100, 100, 200, 200), True),
        (Box(110, 110, 190, 200), False),
        # Beside and below by as much as the box is large.
        (Box(300, 500, 400, 700), False),
    ],
)
def test_a_face_is_the_same_where_its_box_is_nearly(
    services: Services, engine: BoxedEngine, box: Box, same: bool
) -> None:
    first = add(services)
    engine.box = box
    second = add(services)
    assert second.stored is not same
    assert (second.face.id == first.face.id) is same
