"""`mien videos`."""

import json
from pathlib import Path

import pytest

from commanding import Mien
from drawing import draw_photo
from drawing import draw_picture
from making_videos import make_video
from making_videos import video_library


@pytest.fixture
def street(tmp_path: Path) -> Path:
    """Two seconds of Ada, two of nobody, one of a stranger."""
    video_library()
    scenes = [*[["ada"]] * 20, *[[]] * 20, *[["cy"]] * 10]
    path = tmp_path / "street.mp4"
    path.write_bytes(make_video([draw_picture(who, size_wh=(640, 320)) for who in scenes]))
    return path


def test_a_timeline_is_printed_written_and_given_as_json(
    mien: Mien, street: Path, tmp_path: Path
) -> None:
    photo = tmp_path / "ada.png"
    photo.write_bytes(draw_photo(["ada"]))
    assert mien("people", "add", "Ada", photo).exit_code == 0
    vtt = tmp_path / "street.vtt"
    done = mien("videos", "identify", street, "--vtt", vtt, "--json")
    assert done.exit_code == 0, done.stderr
    line = json.loads(done.stdout)
    assert [(each["label"], each["start"], each["end"]) for each in line["appearances"]] == [
        ("Ada", 0.0, 2.0),
        ("Unknown 1", 4.0, 5.0),
    ]
    assert line["every"] == 0.5
    assert vtt.read_text("utf-8").startswith("WEBVTT\n\n1\n00:00:00.000 --> 00:00:02.000\nAda\n")
    rows = mien("videos", "identify", street, "--every", "1").stdout
    assert "Unknown 1" in rows
    assert "0:04" in rows
    # Nothing of it is kept.
    assert json.loads(mien("jobs", "list", "--json").stdout)["jobs"] == []


def test_refusals(mien: Mien, street: Path, tmp_path: Path) -> None:
    assert mien("db", "upgrade").exit_code == 0
    letter = tmp_path / "letter.mp4"
    letter.write_text("no video")
    refused = mien("videos", "identify", letter, "--json")
    assert (refused.exit_code, "video_refused" in refused.stderr) == (1, True)
    assert mien("videos", "identify", street, "--every", "9").exit_code != 0
    assert mien("videos", "identify", tmp_path / "none.mp4").exit_code == 2
