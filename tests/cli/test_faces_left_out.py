"""Commands say when a photo shows more faces than are looked at."""

import json
from pathlib import Path

import pytest

from commanding import Mien
from drawing import draw_photo
from mien.runtime import using_engine
from mien.vision.fake import FakeEngine


@pytest.mark.parametrize("command", ["detect", "identify"])
def test_what_was_left_out_is_told_in_words_and_in_json(
    mien: Mien, tmp_path: Path, command: str
) -> None:
    crowd, few = tmp_path / "crowd.png", tmp_path / "few.png"
    crowd.write_bytes(draw_photo(["ada", "bob", "cleo", "dan"], face_px=60))
    few.write_bytes(draw_photo(["ada", "bob"]))
    mien("db", "upgrade")
    with using_engine(FakeEngine(max_faces=2)):
        told = mien(command, crowd, few)
        asked = json.loads(mien(command, crowd, few, "--json").stdout)
    (line,) = [line for line in told.stderr.splitlines() if "MIEN_MAX_FACES" in line]
    assert "crowd.png" in line
    assert "2 smaller faces" in line
    assert [each["faces_left_out"] for each in asked["photos"]] == [2, 0]
    assert [len(each["faces"]) for each in asked["photos"]] == [2, 2]
