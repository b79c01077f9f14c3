"""The file that processes share: believed only as it was written, and without whom was forgotten."""

import os
import signal
import subprocess
import sys
from collections import defaultdict
from collections.abc import Callable
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from mien.errors import IndexUnavailable
from mien.index.base import NOTHING
from mien.index.int8 import snapshot
from mien.index.int8.backend import Int8Backend
from mien.index.int8.base import Draft
from mien.index.int8.folder import Folder
from mien.index.int8.ids import PackedIds
from mien.index.int8.index import Int8Index
from mien.index.int8.index import Upkeep
from mien.index.int8.rounding import rounded
from mien.index.origin import UNASKED
from recorded_rows import RecordedRows

DIMENSION = 64
AT_ONCE = Upkeep(kept_from=0, tail_rows=0, tail_share=0)
# As a large gallery has it: a base, and what has come since in each process.
SELDOM = Upkeep(kept_from=0, tail_rows=1000, tail_share=0)


def unit(seed: int, count: int) -> NDArray[np.float32]:
    vectors = np.random.default_rng(seed).standard_normal((count, DIMENSION))
    made: NDArray[np.float32] = vectors / np.linalg.norm(vectors, axis=1, keepdims=True)
    return made.astype(np.float32)


# What the rows have to say, by the folder in which the index of them is kept.
ROWS: defaultdict[Path, RecordedRows] = defaultdict(RecordedRows)


def backend(folder: Path, upkeep: Upkeep = SELDOM) -> Int8Backend:
    return Int8Backend(folder, upkeep=upkeep, origin=ROWS[folder])


def opened(folder: Path, upkeep: Upkeep = SELDOM, contract: str = "one") -> Int8Index:
    return backend(folder, upkeep).open("g", contract_id=contract, dimension=DIMENSION)


def put(index: Int8Index, first: int, vectors: NDArray[np.float32], revision: int) -> None:
    keys = [f"k{first + i}" for i in range(len(vectors))]
    with index.writing() as writer:
        writer.upsert(keys, [f"p{key}" for key in keys], vectors)
        writer.commit(revision)


def remove(index: Int8Index, key: str, revision: int) -> None:
    rows = index._folder._origin
    assert isinstance(rows, RecordedRows)
    rows.taken_out.append((key, revision))
    with index.writing() as writer:
        writer.remove([key])
        writer.commit(revision)


def best(index: Int8Index, vector: NDArray[np.float32]) -> str:
    [[hit]] = index.search(vector[np.newaxis], groups=1)
    return hit.key


def files(folder: Path) -> list[str]:
    return sorted(path.name for path in (folder / "g").iterdir())


def holds(folder: Path, vector: NDArray[np.float32]) -> bool:
    data = rounded(vector[np.newaxis]).tobytes()
    return any(data in path.read_bytes() for path in (folder / "g").iterdir())


@pytest.fixture
def filled(tmp_path: Path) -> Path:
    """A folder with a snapshot of ten rows at revision 1."""
    put(opened(tmp_path), 0, unit(1, 10), 1)
    assert "1.snapshot" in files(tmp_path)
    return tmp_path


def test_processes_share_one_file_and_each_has_its_own_tail(filled: Path) -> None:
    one, other = opened(filled), opened(filled)
    assert (len(other), other.groups, other.applied_revision) == (10, 10, 1)
    put(one, 10, unit(2, 3), 2)
    assert (len(one), len(other)) == (13, 10)
    assert best(one, unit(2, 3)[1]) == "k11"
    put(other, 10, unit(2, 3), 2)
    assert best(other, unit(2, 3)[1]) == "k11"
    assert one._now.rows.base.inode == other._now.rows.base.inode


def cut(path: Path) -> None:
    os.truncate(path, path.stat().st_size // 2)


def empty(path: Path) -> None:
    os.truncate(path, 0)


def changed(at: Callable[[bytes], int]) -> Callable[[Path], None]:
    def change(path: Path) -> None:
        data = bytearray(path.read_bytes())
        data[at(bytes(data))] ^= 0x40
        path.write_bytes(data)

    return change


def nothing_behind_the_header(path: Path) -> None:
    path.write_bytes(path.read_bytes()[:4096] + bytes(path.stat().st_size - 4096))


def renamed(path: Path) -> None:
    path.rename(path.with_name("9.snapshot"))


ROW = rounded(unit(1, 10))[3].tobytes()
DAMAGE: dict[str, Callable[[Path], None]] = {
    "cut off": cut,
    "empty": empty,
    "a byte of a vector": changed(lambda data: data.index(ROW) + 5),
    "a byte of a key": changed(lambda data: data.index(b"k7")),
    "a byte of the header": changed(lambda data: data.index(b'"rows"') + 2),
    "its magic": changed(lambda _: 0),
    "its version": changed(lambda _: 8),
    "a page of nothing": nothing_behind_the_header,
    "another revision by its name": renamed,
}


@pytest.mark.parametrize("damage", sorted(DAMAGE))
def test_what_is_not_as_it_was_written_is_not_believed(filled: Path, damage: str) -> None:
    DAMAGE[damage](filled / "g" / "1.snapshot")
    index = opened(filled)
    assert (len(index), index.applied_revision) == (0, NOTHING)
    assert [name for name in files(filled) if name.endswith(".snapshot")] == []
    put(index, 0, unit(1, 10), 1)
    assert len(opened(filled)) == 10


def test_a_file_of_another_version_contract_or_scale_is_let_go(
    filled: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as patched:
        patched.setattr(snapshot, "VERSION", snapshot.VERSION + 1)
        put(opened(filled / "later"), 0, unit(1, 10), 1)
    assert len(opened(filled / "later")) == 0
    with monkeypatch.context() as patched:
        patched.setattr("mien.index.int8.backend.scale_of", lambda _: 1.0)
        assert len(opened(filled)) == 0
    assert len(opened(filled)) == 0


@pytest.mark.parametrize("base", [0, 5])
def test_nothing_of_a_removed_vector_is_left_in_any_file(tmp_path: Path, base: int) -> None:
    vectors = unit(1, 10)
    index = opened(tmp_path)
    put(index, 0, vectors, 1)
    assert holds(tmp_path, vectors[base])
    remove(index, f"k{base}", 2)
    assert not holds(tmp_path, vectors[base])
    # What is left can be believed still, and whoever opens it hears of the removal from the rows.
    later = opened(tmp_path)
    assert later.applied_revision == 1
    remove(later, f"k{base}", 2)
    assert (len(later), later.held([f"k{base}"])) == (9, set())
    assert best(later, vectors[7]) == "k7"


def test_a_vector_that_was_replaced_before_is_overwritten_too(filled: Path) -> None:
    index = opened(filled)
    put(index, 3, unit(5, 1), 2)
    assert holds(filled, unit(1, 10)[3])
    remove(index, "k3", 3)
    assert not holds(filled, unit(1, 10)[3])


def test_a_process_overwrites_what_it_has_open_though_the_file_was_replaced(filled: Path) -> None:
    one, other = opened(filled), opened(filled, AT_ONCE)
    put(other, 10, unit(2, 1), 2)
    assert "1.snapshot" not in files(filled)
    mapped = one._now.rows.base
    [row] = mapped.keys.find(["k3"])
    # Not by taking the other file over, but by the removal itself.
    one._folder.newest = lambda *_, **_more: None  # type: ignore[method-assign]
    assert mapped.vectors[row].any()
    remove(one, "k3", 3)
    assert not mapped.vectors[row].any()
    assert not holds(filled, unit(1, 10)[3])


def test_who_has_less_takes_the_newer_file_over_and_goes_on_from_there(filled: Path) -> None:
    one, other = opened(filled), opened(filled, AT_ONCE)
    put(one, 10, unit(2, 1), 2)
    put(other, 10, unit(2, 1), 2)
    put(other, 11, unit(3, 1), 3)
    with one.writing() as writer:
        assert writer.applied_revision == 3
        # Searches have it already: perhaps there is nothing to be committed.
        assert (len(one), one.applied_revision) == (12, 3)
        writer.commit(4)
    assert (len(one), one.applied_revision) == (12, 4)
    assert one._now.rows.tail_rows == 0


def test_what_was_taken_over_and_broken_off_leaves_what_there_was(filled: Path) -> None:
    one, other = opened(filled), opened(filled, AT_ONCE)
    for revision in (2, 3):
        put(one, 8 + revision, unit(revision, 1), revision)
    put(other, 10, unit(2, 1), 2)
    with one.writing() as writer:
        assert writer.applied_revision == 2
    assert (len(one), one.applied_revision) == (12, 3)
    # Somebody with an older moment of the rows takes nothing away, either.
    with one.writing() as writer:
        writer.commit(2)
    assert (len(one), one.applied_revision) == (12, 3)


def test_an_idle_process_lets_go_of_its_tail_when_a_file_has_it(filled: Path) -> None:
    one, other = opened(filled), opened(filled, AT_ONCE)
    put(one, 10, unit(2, 1), 2)
    put(other, 10, unit(2, 1), 2)
    one.overwrite_removed()
    assert (one._now.rows.tail_rows, len(one), one.applied_revision) == (0, 11, 2)
    assert one._now.rows.base.inode == other._now.rows.base.inode


def test_a_file_is_made_anew_while_nobody_waits(tmp_path: Path) -> None:
    index = opened(tmp_path, Upkeep(kept_from=0, tail_rows=4, tail_share=0))
    put(index, 0, unit(1, 10), 1)
    put(index, 10, unit(2, 5), 2)
    assert "1.snapshot" in files(tmp_path)
    index.overwrite_removed()
    assert [name for name in files(tmp_path) if name.endswith("shot")] == ["2.snapshot"]
    assert (len(index), index._now.rows.tail_rows) == (15, 0)


def test_whom_nobody_remembers_is_not_in_a_file_for_long(tmp_path: Path) -> None:
    index = opened(tmp_path, Upkeep(kept_from=0, tail_rows=100, tail_share=0, seconds=0))
    put(index, 0, unit(1, 10), 1)
    index.overwrite_removed()
    assert "1.snapshot" in files(tmp_path)
    remove(index, "k3", 2)
    index.overwrite_removed()
    assert "2.snapshot" in files(tmp_path)


def test_what_was_begun_before_a_removal_is_never_put_in_place(filled: Path) -> None:
    slow, quick = opened(filled), opened(filled)
    put(slow, 10, unit(2, 1), 2)
    draft = slow._now.rows.draft(2)
    put(quick, 10, unit(2, 1), 2)
    remove(quick, "k3", 3)
    assert slow._folder.put(slow._identity, draft) is None
    assert not holds(filled, unit(1, 10)[3])


def test_what_is_being_written_during_a_removal_is_never_put_in_place(
    filled: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    slow, quick = opened(filled), opened(filled)
    put(slow, 10, unit(2, 1), 2)
    put(quick, 10, unit(2, 1), 2)
    write = snapshot.write

    def interrupted(
        descriptor: int, identity: snapshot.Identity, draft: Draft, *, marks: Sequence[str]
    ) -> None:
        write(descriptor, identity, draft, marks=marks)
        assert any(name.endswith(".part") for name in files(filled))
        remove(quick, "k10", 3)
        assert not holds(filled, unit(2, 1)[0])

    monkeypatch.setattr("mien.index.int8.folder.write", interrupted)
    assert slow._folder.put(slow._identity, slow._now.rows.draft(2)) is None
    assert [name for name in files(filled) if name.endswith(".part")] == []


def test_below_the_floor_nothing_older_is_left(filled: Path) -> None:
    index = opened(filled, Upkeep(kept_from=100))
    with index.writing(floor=5) as writer:
        writer.upsert(["k1"], ["p1"], unit(1, 10)[1:2])
        writer.commit(6)
    assert [name for name in files(filled) if name.endswith(".snapshot")] == []
    assert not holds(filled, unit(1, 10)[3])


def test_where_nothing_can_be_written_it_is_kept_in_memory(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: object, **_more: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("mien.index.int8.folder.write", full)
    index = opened(tmp_path)
    put(index, 0, unit(1, 10), 1)
    assert best(index, unit(1, 10)[4]) == "k4"
    assert [name for name in files(tmp_path) if name.endswith((".part", ".snapshot"))] == []


def test_what_cannot_be_overwritten_counts_as_there_and_is_overwritten_later(
    filled: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    index = opened(filled)

    def broken(*_: object, **_more: object) -> None:
        raise OSError(5, "Input/output error")

    with monkeypatch.context() as patched:
        patched.setattr("mien.index.int8.snapshot._write_all", broken)
        patched.setattr(Path, "unlink", broken)
        remove(index, "k3", 2)
    # No search waits for the disk, and nobody is told that it is gone.
    assert (index.applied_revision, len(index), best(index, unit(1, 10)[3]) == "k3") == (
        2,
        9,
        False,
    )
    assert index.held(["k3"])
    assert holds(filled, unit(1, 10)[3])
    index.overwrite_removed()
    assert not index.held(["k3"])
    assert not holds(filled, unit(1, 10)[3])


def test_a_file_that_can_be_removed_only_is(filled: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_: object) -> None:
        raise OSError(5, "Input/output error")

    monkeypatch.setattr("mien.index.int8.snapshot._write_all", broken)
    idle = backend(filled)
    ROWS[filled].taken_out.append(("k3", 2))
    assert idle.erase_removed("g")
    assert [name for name in files(filled) if name.endswith(".snapshot")] == []


FILL = """
import os, sys
from pathlib import Path
sys.path[:0] = {here!r}
from test_int8_snapshot import *
from mien.index.int8 import snapshot
step = {step!r}
if step == "vectors":
    write_all = snapshot._write_all
    def kill(descriptor, data, at):
        write_all(descriptor, data, at)
        os.kill(os.getpid(), signal.SIGKILL)
    snapshot._write_all = kill
elif step == "before it is put in place":
    Path.rename = lambda *_: os.kill(os.getpid(), signal.SIGKILL)
put(opened(Path({folder!r})), 0, unit(1, 10), 1)
"""


def other_process(folder: Path, step: str) -> "subprocess.Popen[bytes]":
    tests = Path(__file__).parents[1]
    here = [str(tests / "index"), str(tests / "support")]
    code = FILL.format(here=here, step=step, folder=str(folder))
    return subprocess.Popen([sys.executable, "-c", code])


@pytest.mark.processes
@pytest.mark.parametrize("step", ["vectors", "before it is put in place"])
def test_who_is_killed_while_writing_leaves_nothing_that_is_believed(
    tmp_path: Path, step: str
) -> None:
    assert other_process(tmp_path, step).wait(60) == -signal.SIGKILL
    assert any(name.endswith(".part") for name in files(tmp_path))
    # It is told of, so that whoever is forgotten is looked for in there, too.
    assert backend(tmp_path).kept() == ["g"]
    index = opened(tmp_path)
    assert (len(index), index.applied_revision) == (0, NOTHING)
    put(index, 0, unit(1, 10), 1)
    remove(index, "k3", 2)
    assert not holds(tmp_path, unit(1, 10)[3])
    assert not any(name.endswith(".part") for name in files(tmp_path))


@pytest.mark.processes
def test_one_process_reads_all_rows_and_the_other_takes_over_what_it_made(tmp_path: Path) -> None:
    index = opened(tmp_path)
    with index._folder.building(patience=1):
        process = other_process(tmp_path, "")
        with pytest.raises(subprocess.TimeoutExpired):
            process.wait(2)
        assert "1.snapshot" not in files(tmp_path)
    assert process.wait(60) == 0
    with index.writing() as writer:
        assert writer.applied_revision == 1
    assert (len(index), index.applied_revision) == (10, 1)
    other = opened(tmp_path, Upkeep(kept_from=0, patience=0.1))
    (tmp_path / "g" / "1.snapshot").unlink()
    waiting = opened(tmp_path, Upkeep(kept_from=0, patience=0.1))
    with other._folder.building(patience=1):
        # Who does not come to an end may have been stopped.
        put(waiting, 0, unit(1, 10), 1)
        assert len(waiting) == 10
        with pytest.raises(IndexUnavailable), waiting._folder.building(patience=0.1):
            pass


@pytest.mark.skipif(os.geteuid() != 0, reason="only root gives files away")
def test_what_the_administrator_runs_belongs_to_the_account_that_serves(tmp_path: Path) -> None:
    os.chown(tmp_path, 12345, 12346)
    index = opened(tmp_path / "index")
    put(index, 0, unit(1, 10), 1)
    remove(index, "k3", 2)
    made = [tmp_path / "index", *(tmp_path / "index").rglob("*")]
    assert {path.name for path in made} >= {"g", "1.snapshot", "lock", "building"}
    assert {(path.stat().st_uid, path.stat().st_gid) for path in made} == {(12345, 12346)}


def test_a_folder_serves_any_number_of_rows(tmp_path: Path) -> None:
    """Blocks of sums, and parts that are put together, have ends that are not even."""
    identity = snapshot.Identity("g", "one", 8, 1.0)
    folder = Folder(tmp_path, "g", origin=UNASKED)
    for count in (0, 1, 1023, 1024, 1025, 40_000):
        made = np.random.default_rng(count).integers(-127, 128, (count, 8), dtype=np.int8)
        keys = np.sort(np.array([f"{i:06}".encode() for i in range(count)], dtype="S6"))
        draft = Draft(
            keys=PackedIds("text", keys),
            groups=PackedIds("text", keys),
            group_of=np.arange(count, dtype=np.int32),
            stride=8,
            gather=lambda part, made=made: made[part],  # type: ignore[misc]
            revision=count,
        )
        base = folder.put(identity, draft)
        assert base is not None
        assert np.array_equal(base.vectors, made)
        if count:
            base.erase(np.array([count - 1]))
            [again] = [folder.newest(identity, since=count - 1)]
            assert again is not None
            assert not again.vectors[-1].any()
            assert np.array_equal(again.vectors[:-1], made[:-1])
