"""Pages say when a photo shows more faces than are looked at."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from building import make_runtime
from drawing import draw_photo
from mien.app import create_app
from mien.vision.fake import FakeEngine
from visiting import Visitor
from visiting import links
from visiting import says

CROWD = draw_photo(["ada", "bob", "cleo", "dan"], face_px=60)
FEW = draw_photo(["ada", "bob"], face_px=60)


@pytest.fixture
def admin(tmp_path: Path) -> Iterator[Visitor]:
    """On pages whose photos give two faces at most."""
    runtime = make_runtime(tmp_path, engine=FakeEngine(max_faces=2))
    yield Visitor(create_app(runtime), runtime).signed_in()
    runtime.close()


def test_an_answer_says_how_many_faces_were_left_out(admin: Visitor) -> None:
    page = says(admin.get(admin.done("/identify", photo=CROWD)))
    assert "2 more faces" in page
    assert "2 largest" in page
    assert "largest were" not in says(admin.get(admin.done("/identify", photo=FEW)))


def test_a_choice_of_faces_says_how_many_were_left_out(admin: Visitor) -> None:
    person = admin.enrol("ada")
    page = says(admin.get(admin.done(person, photos=[CROWD])))
    assert "2 more faces" in page


def test_a_comparison_counts_all_faces(tmp_path: Path) -> None:
    runtime = make_runtime(tmp_path / "one", engine=FakeEngine(max_faces=1))
    visitor = Visitor(create_app(runtime), runtime).signed_in()
    page = visitor.get(visitor.done("/compare", photo_a=draw_photo(["ada"]), photo_b=CROWD))
    assert "the largest was compared" in page
    assert links(page, "/portrait")
    runtime.close()
