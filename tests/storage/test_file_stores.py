"""What every store of files does, whatever it is made of."""

import os
import time
from collections.abc import Callable
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

import pytest

from mien.errors import FileMissing
from mien.errors import FilesUnavailable
from mien.storage.bucket import Bucket
from mien.storage.files import FileStore
from mien.storage.files import is_name
from mien.storage.folder_store import FolderStore
from mien.storage.object_store import ObjectStore
from s3_server import access_to
from s3_server import everything_in
from s3_server import make_bucket

NOBODYS = "f" * 32 + ".jpg"


@dataclass(frozen=True, slots=True)
class Case:
    """A store, another process's view of it, and all that lies in it, past its own words."""

    files: FileStore
    other: FileStore
    everything: Callable[[], set[str]]


@pytest.fixture(params=["folder", "s3", "s3_versions"])
def case(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Case]:
    if request.param == "folder":
        root = tmp_path / "files"

        def lies() -> set[str]:
            return {path.name for path in root.rglob("*") if path.is_file()}

        yield Case(FolderStore(root), FolderStore(root), lies)
        return
    address = str(request.getfixturevalue("s3"))
    bucket = make_bucket(address, versions=request.param == "s3_versions")
    with (
        closing(ObjectStore(Bucket(access_to(address, bucket)))) as files,
        closing(ObjectStore(Bucket(access_to(address, bucket)))) as other,
    ):
        yield Case(
            files, other, lambda: {key.rpartition("/")[2] for key in everything_in(address, bucket)}
        )


def later() -> float:
    """A moment before which everything was written."""
    return time.time() + 1000


def test_what_was_put_can_be_read_sent_and_removed(case: Case) -> None:
    name = case.files.put(b"bytes", extension="jpg")
    assert is_name(name)
    assert case.other.exists(name)
    assert case.other.read(name) == b"bytes"
    content = case.other.locate(name)
    assert content.read() == b"bytes"
    size, source = content.open()
    with closing(source):
        assert (size, source.read(2), source.read(), source.read()) == (5, b"by", b"tes", b"")
    assert case.files.delete([name]) == 1
    assert not case.files.exists(name)
    assert case.files.delete([name]) == 0
    assert case.everything() == set()
    with pytest.raises(FileMissing):
        case.files.read(name)
    with pytest.raises(FileMissing):
        case.files.locate(name).open()


def test_only_names_of_its_own_making_lead_to_a_file(case: Case) -> None:
    for name in ("", "installation", "../" + NOBODYS, NOBODYS + "\n", "0" * 32, "0" * 32 + ".JPG"):
        for use in (case.files.read, case.files.exists, case.files.locate):
            with pytest.raises(FileMissing):
                use(name)
        with pytest.raises(FileMissing):
            case.files.delete([name])
    with pytest.raises(FileMissing):
        case.files.put(b"x", extension="../x")
    assert case.everything() == set()


def test_it_tells_what_is_there(case: Case) -> None:
    assert not case.files.holds_any()
    names = {case.files.put(bytes([each]), extension="jpg") for each in range(3)}
    assert case.files.holds_any()
    assert set(case.files.names()) == names
    assert case.files.count() == 3
    assert case.files.present([*names, NOBODYS]) == names
    assert case.files.left([*names, NOBODYS]) == names
    # As for very many.
    assert case.files.present([*names, *(f"{each:032x}.jpg" for each in range(300))]) == names


def test_several_are_deleted_together_wherever_they_lie(case: Case) -> None:
    names = [case.files.put(b"x", extension="jpg") for _ in range(12)]
    kept = case.files.put(b"x", extension="jpg")
    case.files.set_aside(case.files.left_by(names[:2]))
    assert case.files.left(names) == set(names)
    assert case.other.every_name() == {*names, kept}
    assert case.files.delete([*names, NOBODYS]) == 12
    assert case.other.every_name() == {kept}
    assert case.files.left(names) == set()
    assert case.everything() == {kept}


def test_only_old_files_that_nobody_knows_are_stray(case: Case) -> None:
    known, unknown = (case.files.put(b"x", extension="jpg") for _ in range(2))
    assert list(case.files.stray({known}, older_than=time.time() - 1000)) == []
    [place] = case.files.stray({known}, older_than=later())
    assert place.endswith(unknown)


def test_what_is_set_aside_comes_back_when_it_is_known(case: Case) -> None:
    one, two = (case.files.put(b"x", extension="jpg") for _ in range(2))
    moved = case.files.set_aside(case.files.stray(set(), older_than=later()))
    assert (moved.done, moved.failed) == (2, {})
    assert case.other.present([one, two]) == set()
    assert set(case.other.aside()) == {one, two}
    assert list(case.files.stray(set(), older_than=later())) == []
    assert case.files.bring_back({one, NOBODYS}).done == 1
    assert case.other.present([one, two]) == {one}
    assert set(case.other.aside()) == {two}
    # Not long enough ago.
    assert case.files.empty_aside().done == 0
    assert case.files.left([two]) == {two}
    # Another process has been here.
    assert case.files.set_aside(case.files.left_by([two, NOBODYS])).done == 0


def test_nothing_is_written_into_a_store_that_belongs_to_another(case: Case) -> None:
    assert case.files.read_marker() is None
    case.files.write_marker("one")
    assert case.other.read_marker() == "one"
    case.files.installation = "one"
    name = case.files.put(b"x", extension="jpg")
    case.other.write_marker("two")
    with pytest.raises(FilesUnavailable):
        case.files.require_own()
    with pytest.raises(FilesUnavailable):
        case.files.put(b"x", extension="jpg")
    with case.files.journal() as new_name, pytest.raises(FilesUnavailable):
        new_name("jpg")
    assert case.everything() == {"installation", name}


def test_names_are_noted_before_files_are_written_and_until_the_change_ends(case: Case) -> None:
    case.files.write_marker("one")
    with case.files.journal() as new_name:
        assert case.files.changes() == 0
        names = [new_name("jpg"), new_name("png"), new_name("jpg")]
        assert len(set(names)) == 3
        assert case.other.changes() == 1
        assert case.everything() & set(names) == set()
        case.files.write(names[0], b"x")
        # Of a change that goes on nobody is told.
        assert list(case.other.abandoned()) == []
    assert case.other.changes() == 0
    assert case.everything() == {"installation", names[0]}


def test_what_is_left_behind_is_out_of_the_way_and_kept(case: Case) -> None:
    assert case.files.leave_behind() is None
    case.files.write_marker("one")
    name = case.files.put(b"x", extension="jpg")
    aside = case.files.put(b"x", extension="jpg")
    case.files.set_aside(case.files.left_by([aside]))
    place = case.files.leave_behind()
    assert place is not None
    assert place.startswith(case.files.place)
    assert case.files.read_marker() is None
    assert not case.files.holds_any()
    assert list(case.files.aside()) == []
    assert case.everything() == {"installation", name, aside}


def test_a_file_is_as_safe_as_its_store_makes_it_before_its_name_is_told(case: Case) -> None:
    # Whoever sees the name can read the file, at once and elsewhere.
    for _ in range(5):
        assert case.other.read(case.files.put(os.urandom(100_000), extension="jpg"))


def test_very_many_are_deleted_like_a_few(case: Case, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("mien.storage.object_store._FEW", 3)
    names = [case.files.put(b"x", extension="jpg") for _ in range(6)]
    kept = case.files.put(b"x", extension="jpg")
    case.files.set_aside(case.files.left_by(names[:2]))
    assert case.files.left([*names, NOBODYS]) == set(names)
    assert case.files.delete([*names, NOBODYS]) == 6
    assert case.files.left(names) == set()
    assert case.everything() == {kept}
