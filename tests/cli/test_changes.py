"""Changes are listed and undone, and people and faces are put right, on the command line."""

import json
from pathlib import Path

import pytest

from commanding import Mien
from drawing import draw_photo


@pytest.fixture
def ada(tmp_path: Path) -> Path:
    return _write(tmp_path / "ada.png", "ada")


def _write(path: Path, *drawn: str, face_px: int = 120) -> Path:
    path.write_bytes(draw_photo(list(drawn), face_px=face_px))
    return path


def _changes(mien: Mien, *more: str) -> list[dict[str, object]]:
    found = json.loads(mien("changes", "list", *more, "--json").stdout)["changes"]
    assert isinstance(found, list)
    return found


def _names(mien: Mien) -> list[str]:
    people = json.loads(mien("people", "list", "--json").stdout)["people"]
    return [each["name"] for each in people]


def test_somebody_deleted_comes_back_or_is_erased(mien: Mien, ada: Path) -> None:
    mien("people", "add", "Ada", ada)
    done = mien("people", "remove", "Ada", "--undoable")
    assert done.exit_code == 0
    [change, _] = _changes(mien)
    assert (change["kind"], change["state"]) == ("people_deleted", "open")
    assert str(change["id"]) in done.stderr
    assert _names(mien) == []
    assert mien("changes", "undo", str(change["id"])).exit_code == 0
    assert _names(mien) == ["Ada"]
    again = mien("changes", "undo", str(change["id"]))
    assert again.exit_code == 1
    assert "(change_over)" in again.stderr
    made = json.loads(mien("people", "remove", "Ada", "--undoable", "--json").stdout)
    ended = mien("changes", "erase", made["change_id"], "--yes", "--json")
    assert ended.exit_code == 0
    assert json.loads(ended.stdout)["erasures"][0]["complete"] is True
    assert [each["state"] for each in _changes(mien)] == ["over", "undone", "over"]
    assert _changes(mien, "--open") == []


def test_people_are_merged_and_copied(mien: Mien, ada: Path) -> None:
    mien("people", "add", "Ada", ada)
    mien("people", "add", "Again", _write(ada.parent / "again.png", "ada", face_px=90))
    doubles = json.loads(mien("people", "doubles", "--json").stdout)["doubles"]
    assert len(doubles) == 1
    merged = json.loads(mien("people", "merge", "Ada", "Again", "--json").stdout)
    assert merged["person"]["face_count"] == 2
    assert _names(mien) == ["Ada"]
    mien("galleries", "add", "club")
    done = mien("people", "copy", "Ada", "--to", "club")
    assert done.exit_code == 0
    listed = json.loads(mien("people", "list", "--gallery", "club", "--json").stdout)["people"]
    assert [(each["name"], each["face_count"]) for each in listed] == [("Ada", 2)]
    mien("changes", "undo", merged["change_id"])
    assert _names(mien) == ["Ada", "Again"]


def test_faces_are_moved_and_told_apart(mien: Mien, ada: Path) -> None:
    mien("people", "add", "Ada", ada)
    face = mien("faces", "add", "Ada", _write(ada.parent / "bob.png", "bob")).stdout.strip()
    moved = json.loads(mien("faces", "move", face, "--new", "Bob", "--json").stdout)
    assert (moved["person"]["name"], moved["face_ids"]) == ("Bob", [face])
    mien("changes", "undo", moved["change_id"])
    assert mien("faces", "wrong", face, "--new", "Bob").exit_code == 0
    found = json.loads(mien("people", "confusions", "Ada", "--json").stdout)
    assert found["negative_count"] == 1
    assert [each["by"] for each in found["confusions"]] == ["refused"]
    assert mien("faces", "move", face).exit_code == 2
    assert mien("faces", "move", face, "--to", "Bob", "--new", "Cy").exit_code == 2


def test_a_face_is_removed_for_now_and_another_shown(mien: Mien, ada: Path) -> None:
    mien("people", "add", "Ada", ada)
    second = mien("faces", "add", "Ada", _write(ada.parent / "b.png", "ada", face_px=70))
    face = second.stdout.strip()
    shown = json.loads(mien("faces", "portrait", "Ada", face, "--json").stdout)
    assert shown["portrait_face_id"] == face
    made = json.loads(mien("faces", "remove", "Ada", face, "--undoable", "--json").stdout)
    assert mien("changes", "undo", made["change_id"]).exit_code == 0
    faces = json.loads(mien("faces", "list", "Ada", "--json").stdout)["faces"]
    assert face in {each["id"] for each in faces}
