"""How much memory the indexes of an installation take, before any of them is opened."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from mien.index.auto import EXACT_UP_TO
from mien.index.int8.index import Upkeep
from mien.options import IndexName

_BYTES_A_FLOAT: Final = 4
# Of a face that is found exactly: its id and its person's, as strings in a dictionary.
_BYTES_A_NAME: Final = 350
# Of a row of the shared file: two ids of sixteen bytes, and its part of the table of people.
_BYTES_A_ROW: Final = 40
_ELSEWHERE: Final = frozenset({"pgvector", "milvus"})


@dataclass(frozen=True, slots=True)
class IndexMemory:
    """What indexes take.

    Attributes:
        own_bytes: in each process.
        shared_bytes: in files that all processes of a machine share, once for all of them.
    """

    own_bytes: int
    shared_bytes: int


def index_memory(name: IndexName, faces: Sequence[int], *, dimension: int) -> IndexMemory:
    """What searching all galleries will take.

    Args:
        name: what they are searched by.
        faces: how many each gallery has.
        dimension: length of an embedding.
    """
    if name in _ELSEWHERE:
        return IndexMemory(0, 0)
    most_exact = {"exact": None, "auto": EXACT_UP_TO}.get(name, Upkeep().kept_from - 1)
    exact = sum(count for count in faces if most_exact is None or count <= most_exact)
    rounded = sum(faces) - exact
    tails = int(rounded * Upkeep().tail_share)
    own = exact * (dimension * _BYTES_A_FLOAT + _BYTES_A_NAME) + tails * (dimension + _BYTES_A_ROW)
    return IndexMemory(own, rounded * (dimension + _BYTES_A_ROW))
