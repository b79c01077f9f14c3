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


def test_somebody_in_two_galleries_is_a_match_that_names_both(
    peopled: Mien, tmp_path: Path
) -> None:
    photo = tmp_path / "ada again.png"
    photo.write_bytes(draw_photo(["ada"], face_px=140))
    assert peopled("people", "add", "ada", str(photo), "--gallery", "club").exit_code == 0
    asked = tmp_path / "asked.png"
    asked.write_bytes(draw_photo(["ada"], face_px=100))
    shown = peopled("identify", str(asked), "--gallery", "default", "--gallery", "club")
    [line] = [line.split("\t") for line in shown.stdout.splitlines()]
    assert line[2:4] == ["match", "ada"]
    assert {"default", "club"} == set(line[4].replace("(perhaps also ", "").rstrip(")").split())
    assert "ada" not in line[6]
