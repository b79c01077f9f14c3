"""What 8-bit indexes rest on: rounding, packed ids, products, and that candidates are the right ones."""

import sys
import uuid
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from mien.index.exact import ExactIndex
from mien.index.int8.backend import Int8Backend
from mien.index.int8.filling import Filling
from mien.index.int8.ids import joined
from mien.index.int8.ids import numbered
from mien.index.int8.ids import pack
from mien.index.int8.kernels import Kernel
from mien.index.int8.kernels import NumkongKernel
from mien.index.int8.kernels import PortableKernel
from mien.index.int8.kernels import best_kernel
from mien.index.int8.kernels import has_instructions
from mien.index.int8.nearest import NOBODY
from mien.index.int8.nearest import Nearest
from mien.index.int8.rounding import rounded
from mien.index.int8.rounding import scale_of
from mien.index.int8.rounding import stride_of
from mien.index.origin import UNASKED
from mien.index.rerank import Examples
from mien.index.rerank import RerankedIndex

some_ids = st.lists(
    st.one_of(st.uuids().map(str), st.text(st.characters(codec="utf-8", exclude_characters="\0"))),
    unique=True,
)


def kernels() -> list[Kernel]:
    try:
        import numkong
    except ImportError:
        return [PortableKernel()]
    return [PortableKernel(), NumkongKernel(numkong)]


def unit(seed: int, count: int, dimension: int) -> NDArray[np.float32]:
    vectors = np.random.default_rng(seed).standard_normal((count, dimension))
    made: NDArray[np.float32] = vectors / np.linalg.norm(vectors, axis=1, keepdims=True)
    return made.astype(np.float32)


@given(ids=some_ids, others=some_ids)
def test_packed_ids_are_found_in_their_order(ids: list[str], others: list[str]) -> None:
    packed = pack(ids)
    assert [packed[i] for i in range(len(ids))] == ids
    inorder = packed.take(packed.order())
    assert [inorder[i] for i in range(len(ids))] == sorted(ids, key=str.encode)
    places = inorder.find([*ids, *others]).tolist()
    known = {each: place for place, each in enumerate(sorted(ids, key=str.encode))}
    assert places == [known.get(each, -1) for each in [*ids, *others]]


@given(first=some_ids, second=some_ids)
def test_packed_ids_are_joined_and_numbered(first: list[str], second: list[str]) -> None:
    ids = joined([pack(first), pack(second)])
    assert [ids[i] for i in range(len(ids))] == first + second
    once, numbers = numbered(ids)
    assert [once[number] for number in numbers.tolist()] == first + second
    assert len(once) == len({*first, *second})


def test_uuids_take_sixteen_bytes_each_whatever_they_end_with() -> None:
    ids = ["00000000-0000-0000-0000-000000000000", "0a000000-0000-0000-0000-000000000100"]
    packed = pack(ids)
    assert (packed.kind, packed.packed.itemsize) == ("uuid", 16)
    assert [packed[0], packed[1]] == ids
    assert packed.find(["0a000000-0000-0000-0000-000000000101", "x", ids[1]]).tolist() == [
        -1,
        -1,
        1,
    ]
    assert pack([ids[0].replace("0", "A")]).kind == "text"


@pytest.mark.parametrize("kernel", kernels(), ids=lambda kernel: kernel.name)
@pytest.mark.parametrize("queries", [1, 2, 3, 33])
@pytest.mark.parametrize("dimension", [8, 128, 512, 1024])
@pytest.mark.parametrize("count", [1, 3, 100, 103])
def test_products_are_exact(kernel: Kernel, queries: int, dimension: int, count: int) -> None:
    random = np.random.default_rng(dimension)
    rows = random.integers(-127, 128, (count, dimension), dtype=np.int8)
    asked = random.integers(-127, 128, (queries, dimension), dtype=np.int8)
    rows[0], asked[0] = 127, 127
    found = kernel.prepare(asked)(rows)
    assert found.shape == (count, queries)
    assert np.array_equal(found, rows.astype(np.int64) @ asked.T.astype(np.int64))


def test_without_the_library_numpy_compares(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "numkong", None)
    assert best_kernel.__wrapped__().name == "numpy"


def test_a_processor_without_instructions_is_left_to_numpy() -> None:
    assert has_instructions({"serial": True, "haswell": True, "neon": False})
    assert not has_instructions({"serial": True, "haswell": False, "neon": False})


@pytest.mark.parametrize("dimension", [9, 128, 512])
def test_rounding_errs_by_half_a_step_and_pads_with_zeros(dimension: int) -> None:
    vectors = unit(1, 50, dimension)
    made = rounded(vectors)
    assert made.shape == (50, stride_of(dimension))
    assert not made[:, dimension:].any()
    error = np.abs(made[:, :dimension] / scale_of(dimension) - vectors)
    inside = np.abs(vectors) * scale_of(dimension) <= 127
    assert inside.mean() > 0.9999
    assert error[inside].max() <= 0.5001 / scale_of(dimension)


def test_of_groups_the_best_rows_are_kept_whoever_crowds() -> None:
    random = np.random.default_rng(3)
    scores = random.integers(-1000, 1000, (5_000, 3)).astype(np.int32)
    group_of = random.integers(0, 40, 5_000).astype(np.int32)
    # One group has nearly all of the best rows, and some rows are not there.
    scores[:2_000] += 5_000
    group_of[:2_000] = 7
    group_of[2_500:3_000] = NOBODY
    nearest = Nearest(3, 10, lambda rows: group_of[rows])
    for start in range(0, 5_000, 70):
        nearest.look(start, scores[start : start + 70])
    for query, (rows, found) in enumerate(nearest.best()):
        best = {
            int(group): int(scores[group_of == group, query].max())
            for group in np.unique(group_of)
            if group != NOBODY
        }
        assert found.tolist() == sorted(best.values(), reverse=True)[:10]
        assert len({int(group) for group in group_of[rows]}) == 10
        assert [int(scores[row, query]) for row in rows] == found.tolist()


def test_a_filling_keeps_the_last_of_each_key_and_none_that_was_removed() -> None:
    filling = Filling(8)
    vectors = unit(1, 6, 8)
    filling.upsert(["a", "b", "a"], ["P", "Q", "R"], vectors[:3])
    filling.remove(["b", "nobody"])
    filling.upsert(["c", "a"], ["P", "S"], vectors[3:5])
    filling.remove(["c"])
    filling.upsert(["c"], ["T"], vectors[5:])
    draft = filling.draft(4)
    groups = [draft.groups[number] for number in draft.group_of.tolist()]
    assert [(draft.keys[i], groups[i]) for i in range(len(draft))] == [("a", "S"), ("c", "T")]
    assert np.array_equal(draft.gather(slice(0, 2)), rounded(vectors[[4, 5]]))


@pytest.mark.thorough
@pytest.mark.parametrize("dimension", [128, 256, 512])
def test_ten_thousand_people_are_ranked_as_by_the_unrounded_vectors(
    dimension: int, tmp_path: Any
) -> None:
    people, each = 10_000, 3
    random = np.random.default_rng(dimension)
    centres = unit(2, people, dimension)
    noise = random.standard_normal((people, each, dimension)) * (0.75 / np.sqrt(dimension))
    vectors = (centres[:, np.newaxis] + noise).reshape(-1, dimension).astype(np.float32)
    vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
    keys = [str(uuid.UUID(int=i)) for i in range(len(vectors))]
    groups = [str(uuid.UUID(int=i // each)) for i in range(len(vectors))]
    exact = ExactIndex.of(keys, groups, vectors)
    index = Int8Backend(tmp_path, origin=UNASKED).open("g", contract_id="one", dimension=dimension)
    with index.writing() as writer:
        writer.upsert(keys, groups, vectors)
        writer.commit(1)
    assert list((tmp_path / "g").glob("*.snapshot"))

    def examples(wanted: Any) -> dict[str, Examples]:
        numbers = [uuid.UUID(group).int for group in wanted]
        return {
            group: Examples(keys[n * each : n * each + each], vectors[n * each : n * each + each])
            for group, n in zip(wanted, numbers, strict=True)
        }

    # Strangers: nobody is near, so that their order is as hard to tell as it can be.
    queries = np.concatenate([unit(5, 100, dimension), vectors[:100]])
    expected = exact.search(queries, groups=10)
    found = RerankedIndex(index, examples).search(queries, groups=10)
    assert found == expected
