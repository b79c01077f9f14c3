from collections.abc import Iterator
from pathlib import Path

import pytest

from building import acting
from building import make_runtime
from drawing import draw_photo
from mien.gallery.analysis import Upload
from mien.gallery.analysis import detect
from mien.gallery.recognition.identify import identify
from mien.gallery.services import Services
from mien.options import PhotoOptions
from nearsighted import NearsightedEngine

SMALL = draw_photo(["ada", "bob"], face_px=60)
CLOSELY = Upload(SMALL, PhotoOptions(detail="high"))


@pytest.fixture
def nearsighted(tmp_path: Path) -> Iterator[Services]:
    runtime = make_runtime(tmp_path, engine=NearsightedEngine())
    yield runtime.services
    runtime.close()


def test_small_faces_are_found_when_one_looks_closely(nearsighted: Services) -> None:
    assert detect(acting(nearsighted), photo=Upload(SMALL)).faces == ()
    assert len(detect(acting(nearsighted), photo=CLOSELY).faces) == 2


def test_small_faces_are_identified_when_one_looks_closely(nearsighted: Services) -> None:
    assert identify(acting(nearsighted), gallery="default", photo=Upload(SMALL)).answers == ()
    closely = identify(acting(nearsighted), gallery="default", photo=CLOSELY)
    assert [answer.decision for answer in closely.answers] == ["unknown", "unknown"]
