import os
import stat
import time
from pathlib import Path

import pytest

from mien.errors import FileMissing
from mien.errors import StorageFull
from mien.storage.folder_store import FolderStore


@pytest.fixture
def files(tmp_path: Path) -> FolderStore:
    return FolderStore(tmp_path / "files")


def mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


def everything(files: FolderStore) -> list[Path]:
    return [path for path in files.root.rglob("*") if path.is_file()]


def test_what_was_put_can_be_read_and_removed(files: FolderStore) -> None:
    name = files.put(b"bytes", extension="jpg")
    assert files.exists(name)
    assert files.read(name) == b"bytes"
    assert files.delete([name]) == 1
    assert not files.exists(name)
    assert files.delete([name]) == 0
    with pytest.raises(FileMissing, match="file_missing"):
        files.read(name)


def test_names_cannot_be_guessed_and_say_nothing(files: FolderStore) -> None:
    names = {files.put(b"same", extension="jpg") for _ in range(50)}
    assert len(names) == 50
    assert all(len(name) == len("0" * 32 + ".jpg") for name in names)
    assert len({name[:8] for name in names}) == 50


def test_nobody_else_on_the_machine_may_look(files: FolderStore) -> None:
    before = os.umask(0)
    try:
        name = files.put(b"bytes", extension="jpg")
    finally:
        os.umask(before)
    path = files.path(name)
    assert mode(path) == 0o600
    assert mode(path.parent) == 0o700
    assert mode(files.root) == 0o700


@pytest.mark.parametrize(
    "name",
    [
        "",
        "../../etc/passwd",
        "/etc/passwd",
        "a/" + "0" * 30 + ".jpg",
        "0" * 32,
        "0" * 32 + ".jpg\n",
        "0" * 32 + ".jpg/..",
        "0" * 31 + "G.jpg",
        "0" * 32 + ".JPG",
        "0" * 32 + ".jpg\x00.png",
    ],
)
def test_only_names_of_its_own_making_lead_to_a_file(files: FolderStore, name: str) -> None:
    for use in (files.path, files.read, files.exists):
        with pytest.raises(FileMissing):
            use(name)
    with pytest.raises(FileMissing):
        files.delete([name])


def test_a_strange_extension_is_refused_before_anything_is_written(files: FolderStore) -> None:
    with pytest.raises(FileMissing):
        files.put(b"bytes", extension="../x")
    assert not files.root.exists()


def test_a_file_is_written_whole_or_not_at_all(
    files: FolderStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(_descriptor: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(StorageFull):
        files.put(b"bytes", extension="jpg")
    assert everything(files) == []


def test_removing_passes_over_what_cannot_be_removed(files: FolderStore) -> None:
    stuck, name = files.put(b"a", extension="jpg"), files.put(b"b", extension="jpg")
    files.path(stuck).unlink()
    files.path(stuck).mkdir()
    assert files.delete([stuck, name]) == 1


def test_only_old_files_that_nobody_knows_are_stray(files: FolderStore) -> None:
    known, young, old = (files.put(b"x", extension="jpg") for _ in range(3))
    half = files.path(old).with_name("f" * 32 + ".jpg.part")
    half.write_bytes(b"half")
    long_ago = time.time() - 10_000
    for path in (files.path(known), files.path(old), half):
        os.utime(path, (long_ago, long_ago))
    found = set(files.stray({known}, older_than=time.time() - 3600))
    assert found == {str(path.relative_to(files.root)) for path in (files.path(old), half)}
    assert young not in str(found)


def test_an_empty_store_has_no_stray_files(files: FolderStore) -> None:
    assert list(files.stray(set(), older_than=time.time())) == []
