"""The folder of snapshots against links, leftovers and whoever writes beside it."""

import errno
import os
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from mien.errors import IndexUnavailable
from mien.index.int8.backend import Int8Backend
from mien.index.int8.folder import drop
from mien.index.int8.folder import drop_all
from mien.index.int8.folder import kept
from mien.index.int8.index import Int8Index
from mien.index.int8.index import Upkeep
from mien.index.int8.place import names
from mien.index.int8.rounding import rounded
from mien.index.origin import UNASKED
from recorded_rows import RecordedRows

AT_ONCE = Upkeep(kept_from=0, tail_rows=0, tail_share=0)


def opened(root: Path) -> Int8Index:
    return Int8Backend(root, upkeep=AT_ONCE, origin=UNASKED).open(
        "one", contract_id="c", dimension=8
    )


def put(index: Int8Index, key: str, revision: int) -> None:
    with index.writing() as writer:
        writer.upsert([key], ["P"], np.eye(8, dtype=np.float32)[:1])
        writer.commit(revision)


def put_and_remove(root: Path) -> None:
    put(opened(root), "a", 1)
    with opened(root).writing() as writer:
        writer.remove(["a"])
        writer.commit(2)


@pytest.mark.parametrize("name", ["lock", "building"])
@pytest.mark.parametrize("link", [os.symlink, os.link])
def test_a_link_in_the_folder_leads_nowhere(tmp_path: Path, name: str, link: object) -> None:
    target = tmp_path / "target"
    target.write_text("kept")
    folder = tmp_path / "index" / "one"
    folder.mkdir(parents=True)
    link(target, folder / name)  # type: ignore[operator]  # either of two functions
    before = target.stat()
    put_and_remove(tmp_path / "index")
    assert target.read_text() == "kept"
    assert (target.stat().st_uid, target.stat().st_size) == (before.st_uid, before.st_size)


def test_a_folder_that_is_a_link_is_not_written_into(tmp_path: Path) -> None:
    (tmp_path / "elsewhere").mkdir()
    (tmp_path / "index").symlink_to(tmp_path / "elsewhere")
    put(opened(tmp_path / "index"), "a", 1)
    assert list((tmp_path / "elsewhere").iterdir()) == []
    drop_all(tmp_path / "index")
    assert not (tmp_path / "index").is_symlink()
    assert (tmp_path / "elsewhere").is_dir()


def test_what_a_killed_writer_has_left_goes_with_the_next_file(tmp_path: Path) -> None:
    folder = tmp_path / "one"
    folder.mkdir()
    (folder / "dead.part").write_bytes(b"vectors")
    put(opened(tmp_path), "a", 1)
    assert [path.name for path in folder.iterdir() if path.suffix == ".part"] == []
    assert kept(tmp_path) == ["one"]


def test_a_folder_that_cannot_be_looked_into_is_not_empty(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    put(opened(tmp_path), "a", 1)
    look = Path.iterdir

    def refused(path: Path) -> Iterator[Path]:
        if path == tmp_path / "one":
            # As of another account; the administrator may look into every folder.
            raise PermissionError(errno.EACCES, "Permission denied")
        return look(path)

    monkeypatch.setattr(Path, "iterdir", refused)
    with pytest.raises(IndexUnavailable):
        kept(tmp_path)


def test_dropping_outruns_who_writes_meanwhile(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    put(opened(tmp_path), "a", 1)
    rename = Path.rename

    def write_meanwhile(path: Path, target: Path) -> Path:
        (path / "late.part").write_bytes(b"vectors")
        return rename(path, target)

    monkeypatch.setattr(Path, "rename", write_meanwhile)
    drop(tmp_path, "one")
    assert list(tmp_path.iterdir()) == []


def test_what_is_put_in_place_while_somebody_looks_is_seen(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    rows = RecordedRows()
    backend = Int8Backend(tmp_path, upkeep=AT_ONCE, origin=rows)
    vector = np.full((1, 8), 8**-0.5, np.float32)
    with backend.open("one", contract_id="c", dimension=8).writing() as writer:
        writer.upsert(["a"], ["P"], vector)
        writer.commit(1)
    [snapshot] = (tmp_path / "one").glob("*.snapshot")
    part = snapshot.with_name("1-late.part")
    snapshot.rename(part)
    rows.taken_out.append(("a", 2))

    def renamed_afterwards(folder: Path) -> list[str]:
        seen = names(folder)
        if part.exists():
            part.rename(snapshot)
        return seen

    monkeypatch.setattr("mien.index.int8.folder.names", renamed_afterwards)
    assert rounded(vector).tobytes() in part.read_bytes()
    assert backend.erase_removed("one")
    assert rounded(vector).tobytes() not in snapshot.read_bytes()
