import pytest

from mien.gallery.index_memory import index_memory
from mien.options import IndexName

MILLION = 1_000_000
FLOATS = MILLION * 256 * 4


def test_an_index_of_its_own_is_as_large_as_its_vectors_and_names() -> None:
    taken = index_memory("exact", [MILLION], dimension=256)
    assert FLOATS < taken.own_bytes < 2 * FLOATS
    assert taken.shared_bytes == 0


@pytest.mark.parametrize("name", ["auto", "int8"])
def test_a_large_gallery_is_in_a_file_that_workers_share(name: IndexName) -> None:
    taken = index_memory(name, [MILLION], dimension=256)
    assert FLOATS / 4 < taken.shared_bytes < FLOATS / 3
    assert taken.own_bytes < FLOATS / 20


def test_each_gallery_counts_by_its_own_size() -> None:
    small = index_memory("auto", [50_000] * 20, dimension=256)
    assert small == index_memory("exact", [MILLION], dimension=256)
    assert index_memory("auto", [50_001], dimension=256).shared_bytes > 0


@pytest.mark.parametrize("name", ["pgvector", "milvus"])
def test_what_is_searched_elsewhere_takes_nothing(name: IndexName) -> None:
    taken = index_memory(name, [MILLION], dimension=256)
    assert (taken.own_bytes, taken.shared_bytes) == (0, 0)
