"""Pictures in folders, and the folders that are not entered."""

import errno
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from mien.errors import UnreadableFolder
from mien.picture_files import folders_in
from mien.picture_files import pictures_below
from mien.picture_files import pictures_in


@pytest.fixture
def album(tmp_path: Path) -> Path:
    folder = tmp_path / "album"
    for name in ("b.PNG", "a.jpg", "deep/down/c.heic", ".hidden/x.jpg", "notes.txt", ".y.jpg"):
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).touch()
    return folder


@pytest.fixture
def locked(monkeypatch: pytest.MonkeyPatch) -> Callable[[Path], None]:
    """Makes a folder one that cannot be read, also for whoever may read everything."""

    def lock(folder: Path) -> None:
        real = os.scandir

        def scandir(path: Any) -> Any:
            if Path(path) == folder:
                raise PermissionError(errno.EACCES, "Permission denied", str(folder))
            return real(path)

        monkeypatch.setattr(os, "scandir", scandir)
        monkeypatch.setattr(os, "listdir", lambda path: [e.name for e in os.scandir(path)])

    return lock


def test_every_picture_that_is_not_hidden_is_found_in_order(album: Path) -> None:
    found = pictures_below(album)
    assert found.pictures == [album / "a.jpg", album / "b.PNG", album / "deep/down/c.heic"]
    assert found.passed_over == []


def test_a_link_to_a_picture_is_followed_and_one_to_a_folder_is_told(
    album: Path, tmp_path: Path
) -> None:
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    (elsewhere / "d.jpg").touch()
    (album / "linked.jpg").symlink_to(elsewhere / "d.jpg")
    (album / "gone.jpg").symlink_to(elsewhere / "none.jpg")
    (album / "round").symlink_to(album)
    found = pictures_below(album)
    assert album / "linked.jpg" in found.pictures
    assert album / "gone.jpg" not in found.pictures
    assert [(each.key, each.extra["folder"]) for each in found.passed_over] == [
        ("unreadable_folder.link", str(album / "round"))
    ]


def test_a_folder_that_is_named_may_be_a_link(album: Path, tmp_path: Path) -> None:
    (tmp_path / "link").symlink_to(album)
    assert len(pictures_below(tmp_path / "link").pictures) == 3


def test_a_folder_that_cannot_be_read_is_told_with_its_reason(
    album: Path, locked: Callable[[Path], None]
) -> None:
    locked(album / "deep" / "down")
    found = pictures_below(album)
    assert [path.name for path in found.pictures] == ["a.jpg", "b.PNG"]
    [error] = found.passed_over
    assert (error.key, error.extra["folder"]) == ("unreadable_folder", str(album / "deep/down"))


def test_folders_are_told_from_links_to_folders(album: Path) -> None:
    (album / "link").symlink_to(album / "deep")
    folders, links = folders_in(album)
    assert folders == [album / "deep"]
    assert [each.extra["folder"] for each in links] == [str(album / "link")]


def test_a_folder_that_cannot_be_read_itself_is_an_error(
    album: Path, locked: Callable[[Path], None]
) -> None:
    locked(album)
    for look in (folders_in, pictures_in):
        with pytest.raises(UnreadableFolder):
            look(album)
