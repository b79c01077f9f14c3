"""A photo that is decoded at a part of its size is answered in its own pixels."""

import io
from collections.abc import Iterator
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from building import acting
from building import make_runtime
from building import make_user
from drawing import draw_picture
from drawing import encode
from mien.gallery.analysis import Upload
from mien.gallery.analysis import analyze
from mien.gallery.analysis import detect
from mien.gallery.enrolment.enrol import enrol
from mien.gallery.enrolment.source import HeldFace
from mien.gallery.enrolment.subject import NewPerson
from mien.gallery.held_photos import hold_photo
from mien.gallery.held_photos import read_held_crop
from mien.gallery.people.faces import read_crop
from mien.gallery.services import Services
from mien.vision.budget import Budget
from mien.vision.fake import FakeEngine
from mien.vision.types import DetectedFace

PICTURE = draw_picture(["ada", "bob"], size_wh=(1200, 800), face_px=240)


def photo_of(turn: int) -> bytes:
    """The picture as a camera that is held so stores it."""
    exif = Image.Exif()
    exif[0x0112] = turn
    stored = np.rot90(PICTURE) if turn == 6 else PICTURE
    return encode(np.ascontiguousarray(stored), "JPEG", quality=95, exif=exif)


@pytest.fixture
def whole(tmp_path: Path) -> Iterator[Services]:
    runtime = make_runtime(tmp_path / "whole", engine=FakeEngine())
    yield runtime.services
    runtime.close()


@pytest.fixture
def narrow(tmp_path: Path) -> Iterator[Services]:
    runtime = make_runtime(tmp_path / "narrow", engine=FakeEngine(), max_pixels=500_000)
    yield runtime.services
    runtime.close()


@pytest.mark.parametrize("turn", [1, 6])
def test_boxes_and_landmarks_are_those_of_the_photo(
    whole: Services, narrow: Services, turn: int
) -> None:
    photo = Upload(photo_of(turn))
    pairs: list[tuple[Sequence[DetectedFace], Sequence[DetectedFace]]] = [
        (detect(acting(whole), photo=photo).faces, detect(acting(narrow), photo=photo).faces),
        (analyze(whole, photo, Budget()).faces, analyze(narrow, photo, Budget()).faces),
    ]
    for wanted, found in pairs:
        assert len(found) == len(wanted) == 2
        for one, other in zip(wanted, found, strict=True):
            for side in ("left", "top", "right", "bottom"):
                assert abs(getattr(one.box, side) - getattr(other.box, side)) <= 8
            assert np.abs(one.landmarks - other.landmarks).max() <= 8
            assert abs(one.quality.size_px - other.quality.size_px) <= 8
    assert detect(acting(narrow), photo=photo).width == 1200
    assert analyze(narrow, photo, Budget()).size_wh == (1200, 800)
    assert analyze(narrow, photo, Budget()).image.reduction == 2


def test_portraits_show_the_same_face(whole: Services, narrow: Services) -> None:
    photo = Upload(photo_of(6))
    crops = []
    for services in (whole, narrow):
        root = make_user(services)
        held = hold_photo(acting(services, root), gallery="default", photo=photo)
        crops.append(read_held_crop(acting(services, root), probe_id=held.id, face_number=2).data)
        for source in (photo, HeldFace(held.id, 2)):
            done = enrol(
                acting(services, root),
                gallery="default",
                source=source,
                subject=NewPerson("Ada" if source is photo else "Bob"),
                face_number=2 if source is photo else None,
            )
            stored = read_crop(acting(services, root), gallery="default", face_id=done.face.id)
            crops.append(stored.data)
    first = np.asarray(Image.open(io.BytesIO(crops[0]))).astype(int)
    for crop in crops[1:]:
        assert np.abs(np.asarray(Image.open(io.BytesIO(crop))).astype(int) - first).mean() < 12
