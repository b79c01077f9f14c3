"""`mien identify` among some people, and in several galleries."""

import json
from pathlib import Path

import pytest

from commanding import Mien
from drawing import draw_photo


@pytest.fixture
def peopled(mien: Mien, tmp_path: Path) -> Mien:
    mien("db", "upgrade")
    mien("galleries", "add", "club")
    for name, gallery, team in (
        ("ada", "default", "night"),
        ("bob", "default", "day"),
        ("cy", "club", "night"),
    ):
        photo = tmp_path / f"{name}.png"
        photo.write_bytes(draw_photo([name], face_px=120))
        metadata = json.dumps({"team": team})
        done = mien("people", "add", name, str(photo), "--gallery", gallery, "--metadata", metadata)
        assert done.exit_code == 0, done.output
    (tmp_path / "all.png").write_bytes(draw_photo(["ada", "bob", "cy"], face_px=90))
    return mien


def test_several_galleries_and_some_people(peopled: Mien, tmp_path: Path) -> None:
    photo = str(tmp_path / "all.png")
    both = ("--gallery", "default", "--gallery", "club")
    done = peopled("identify", photo, *both, "--where", "team=night", "--json")
    [found] = json.loads(done.stdout)["photos"]
    assert {each["person"]["name"]: each["gallery"] for face in found["faces"] for each in
            face["candidates"]} == {"ada": "default", "cy": "club"}  # fmt: skip
    assert found["searched_person_count"] == 2
    shown = peopled("identify", photo, *both, "--where", "team=night")
    galleries = {line.split("\t")[4] for line in shown.stdout.splitlines()}
    assert galleries == {"default", "club"}
    columns = [len(line.split("\t")) for line in shown.stdout.splitlines()]
    alone = peopled("identify", photo)
    assert [len(line.split("\t")) + 1 for line in alone.stdout.splitlines()] == columns


def test_nobody_searched_fails(peopled: Mien, tmp_path: Path) -> None:
    done = peopled("identify", str(tmp_path / "all.png"), "--where", "team=ghost")
    assert done.exit_code != 0
    assert done.stdout == ""
    assert "team=ghost" in done.stderr
    wrong = peopled("identify", str(tmp_path / "all.png"), "--where", "ghost")
    assert wrong.exit_code != 0
