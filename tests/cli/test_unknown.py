"""`mien unknown`, with drawn faces."""

import json
from pathlib import Path
from typing import Any

import pytest

from commanding import Mien
from drawing import draw_photo


@pytest.fixture
def seen(mien: Mien, tmp_path: Path) -> Mien:
    """Ada was seen three times in a gallery that keeps whoever it does not know."""
    mien("db", "upgrade")
    done = mien("galleries", "change", "default", "--keep-unknown-days", "30")
    assert done.exit_code == 0, done.stderr
    for variant in range(3):
        photo = tmp_path / f"{variant}.png"
        photo.write_bytes(draw_photo(["ada"], variant=variant, face_px=120 - 4 * variant))
        assert mien("identify", photo).exit_code == 0
    return mien


def people(mien: Mien, *options: str) -> Any:
    return json.loads(mien("unknown", "list", "--json", *options).stdout)["people"]


def test_without_the_setting_none_are_kept(mien: Mien, tmp_path: Path) -> None:
    mien("db", "upgrade")
    (tmp_path / "ada.png").write_bytes(draw_photo(["ada"]))
    mien("identify", tmp_path / "ada.png")
    assert people(mien) == []
    found = json.loads(mien("unknown", "list", "--json").stdout)
    assert found["keep_unknown_days"] == 0


def test_listed_shown_and_named(seen: Mien) -> None:
    [person] = people(seen)
    assert person["sighting_count"] == 3
    assert person["id"] in seen("unknown", "list").stdout
    shown = json.loads(seen("unknown", "show", person["id"], "--json").stdout)
    assert len(shown["sightings"]) == 3
    assert len(seen("unknown", "show", person["id"]).stdout.splitlines()) >= 3
    named = json.loads(seen("unknown", "name", person["id"], "Ada", "--json").stdout)
    assert named["person"]["name"] == "Ada"
    assert people(seen) == []
    done = seen("unknown", "show", person["id"])
    assert done.exit_code == 1
    assert "(cluster_not_found)" in done.stderr


def test_ignored_split_and_deleted(seen: Mien) -> None:
    [person] = people(seen)
    face = json.loads(seen("unknown", "show", person["id"], "--json").stdout)["sightings"][0]["id"]
    other = seen("unknown", "split", person["id"], face).stdout.strip()
    assert {each["id"] for each in people(seen)} == {person["id"], other}
    assert seen("unknown", "ignore", other).exit_code == 0
    assert [each["id"] for each in people(seen, "--ignored")] == [other]
    assert seen("unknown", "ignore", other, "--undo").exit_code == 0
    assert len(people(seen)) == 2
    assert seen("unknown", "delete", other, "--yes").exit_code == 0
    assert [each["id"] for each in people(seen)] == [person["id"]]
