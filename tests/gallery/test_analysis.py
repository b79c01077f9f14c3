from collections.abc import Iterator
from pathlib import Path

import pytest

from building import make_runtime
from drawing import draw_photo
from mien.gallery.analysis import detect
from mien.gallery.recognition.identify import identify
from mien.gallery.services import Services
from nearsighted import NearsightedEngine

SMALL = draw_photo(["ada", "bob"], face_px=60)


@pytest.fixture
def nearsighted(tmp_path: Path) -> Iterator[Services]:
    runtime = make_runtime(tmp_path, engine=NearsightedEngine())
    yield runtime.services
    runtime.close()


def test_small_faces_are_found_when_one_looks_closely(nearsighted: Services) -> None:
    assert detect(nearsighted, photo=SMALL).faces == ()
    assert len(detect(nearsighted, photo=SMALL, detail="high").faces) == 2


def test_small_faces_are_identified_when_one_looks_closely(nearsighted: Services) -> None:
    assert identify(nearsighted, gallery="default", photo=SMALL).answers == ()
    closely = identify(nearsighted, gallery="default", photo=SMALL, detail="high")
    assert [answer.decision for answer in closely.answers] == ["unknown", "unknown"]
