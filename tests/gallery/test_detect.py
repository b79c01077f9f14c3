from collections.abc import Iterator
from pathlib import Path

import pytest

from building import make_runtime
from drawing import draw_photo
from mien.gallery.detect import detect
from mien.gallery.identify import identify
from mien.gallery.tools import Tools
from nearsighted import NearsightedEngine

SMALL = draw_photo(["ada", "bob"], face_px=60)


@pytest.fixture
def nearsighted(tmp_path: Path) -> Iterator[Tools]:
    runtime = make_runtime(tmp_path, engine=NearsightedEngine())
    yield runtime.tools
    runtime.close()


def test_small_faces_are_found_when_one_looks_closely(nearsighted: Tools) -> None:
    assert detect(nearsighted, photo=SMALL).faces == ()
    assert len(detect(nearsighted, photo=SMALL, detail="high").faces) == 2


def test_small_faces_are_identified_when_one_looks_closely(nearsighted: Tools) -> None:
    assert identify(nearsighted, gallery="default", photo=SMALL).answers == ()
    closely = identify(nearsighted, gallery="default", photo=SMALL, detail="high")
    assert [answer.decision for answer in closely.answers] == ["unknown", "unknown"]
