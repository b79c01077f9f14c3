"""A gallery that grows changes its index, and nobody who is asking meanwhile is told anything else."""

from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from mien.index.auto import AutoBackend
from mien.index.auto import AutoIndex
from mien.index.auto import settled
from mien.index.base import NOTHING
from mien.index.exact import ExactIndex
from mien.index.int8.index import Int8Index
from mien.index.int8.index import Upkeep
from mien.index.int8.rounding import rounded
from mien.index.origin import UNASKED

AT_ONCE = Upkeep(kept_from=0, tail_rows=0, tail_share=0)


def unit(seed: int, count: int) -> NDArray[np.float32]:
    vectors = np.random.default_rng(seed).standard_normal((count, 32))
    made: NDArray[np.float32] = vectors / np.linalg.norm(vectors, axis=1, keepdims=True)
    return made.astype(np.float32)


def opened(folder: Path) -> AutoIndex:
    backend = AutoBackend(folder, exact_up_to=10, upkeep=AT_ONCE, origin=UNASKED)
    return backend.open("g", contract_id="one", dimension=32)


def put(index: AutoIndex, first: int, vectors: NDArray[np.float32], revision: int) -> None:
    keys = [f"k{first + i}" for i in range(len(vectors))]
    with index.writing() as writer:
        for start in range(0, len(keys), 4):
            some = slice(start, start + 4)
            writer.upsert(keys[some], keys[some], vectors[some])
        writer.commit(revision)


def remove(index: AutoIndex, key: str, revision: int) -> None:
    with index.writing() as writer:
        writer.remove([key])
        writer.commit(revision)


def snapshots(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.glob("g/*.snapshot"))


@pytest.mark.parametrize(("count", "kind"), [(10, ExactIndex), (11, Int8Index)])
def test_the_first_filling_decides(tmp_path: Path, count: int, kind: type) -> None:
    index = opened(tmp_path)
    assert index.is_exact
    put(index, 0, unit(1, count), 1)
    assert isinstance(settled(index), kind)
    assert (len(index), index.applied_revision) == (count, 1)
    assert bool(snapshots(tmp_path)) == (kind is Int8Index)
    assert [[hit.key] for [hit] in index.search(unit(1, count), groups=1)] == [
        [f"k{i}"] for i in range(count)
    ]


def test_who_asks_the_exact_one_is_answered_by_it_though_it_was_outgrown(tmp_path: Path) -> None:
    index = opened(tmp_path)
    put(index, 0, unit(1, 10), 1)
    asked = settled(index)
    put(index, 10, unit(2, 1), 2)
    assert asked.is_exact
    assert not settled(index).is_exact
    [[hit]] = asked.search(unit(2, 1), groups=1)
    assert hit.similarity > 0.999999
    assert (len(index), index.groups, index.applied_revision) == (11, 11, 2)
    remove(index, "k10", 3)
    # It does not change back again.
    assert not settled(index).is_exact
    assert len(index) == 10


def test_a_new_filling_is_counted_anew(tmp_path: Path) -> None:
    index = opened(tmp_path)
    put(index, 0, unit(1, 10), 1)
    with index.writing(floor=4) as writer:
        assert writer.applied_revision == NOTHING
        for i in range(12):
            writer.upsert([f"n{i}"], ["P"], unit(3, 12)[i : i + 1])
        writer.remove(["n3"])
        assert len(index) == 10
        writer.commit(5)
    assert (len(index), index.groups, index.is_exact) == (11, 1, False)
    assert not index.held(["n3"])


def test_a_large_one_is_taken_up_by_the_next_process(tmp_path: Path) -> None:
    put(opened(tmp_path), 0, unit(1, 11), 1)
    index = opened(tmp_path)
    assert (index.is_exact, len(index), index.applied_revision) == (False, 11, 1)
    other = opened(tmp_path)
    assert other.members(["k1"]) == {}


def test_a_small_one_lets_no_file_have_whom_it_lets_go(tmp_path: Path) -> None:
    vectors = unit(1, 11)
    small = opened(tmp_path)
    put(small, 0, vectors[:10], 1)
    put(opened(tmp_path), 0, vectors, 2)
    [file] = tmp_path.glob("g/*.snapshot")
    gone = rounded(vectors[3:4]).tobytes()
    assert gone in file.read_bytes()
    remove(small, "k3", 3)
    assert not any(gone in path.read_bytes() for path in tmp_path.glob("g/*.snapshot"))
