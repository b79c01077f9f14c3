"""Indexes that do not look at everything: RaBitQ by faiss and HNSW by usearch, and Mien's beside them.

Each is filled and written to a file by one process and opened by another, as a server would.
"""

import os
import time
from collections.abc import Callable
from collections.abc import Iterable
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from typing import Final
from typing import Protocol

import numpy as np
from bench.approximate_gallery import Gallery
from bench.index_peers import installed
from bench.index_peers import rounded
from bench.index_vectors import drawn
from bench.index_vectors import even_spread
from bench.index_vectors import face_ids
from numpy.typing import NDArray

from mien.index.int8.backend import Int8Backend
from mien.index.origin import UNASKED

BUILD_THREADS: Final = 2
_FACES: Final = 100
"""So many are named by who names faces; fifty people by Mien, of each the nearest face."""
_PEOPLE: Final = 50
_PERSON_IDS_FROM: Final = 1 << 40
# Lists of an inverted file, and the faces that their middles are found with: more take minutes.
_LISTS: Final = ((150_000, 512), (1_500_000, 1024), (1 << 62, 2048))
_TRAINING: Final = 100_000
_FEW: Final = 2_000


class Opened(Protocol):
    """An index that is searched by one thread."""

    def people(self, query: NDArray[np.float32], effort: str) -> NDArray[np.int64]:
        """Candidates: people for a query of shape (dimension,), at a setting of the method's."""

    def remove(self, rows: NDArray[np.int64]) -> Mapping[str, float | str]:
        """Take faces out; milliseconds of each part, or why it cannot be done."""


@dataclass(frozen=True, slots=True)
class Method:
    """A way to search without looking at everything.

    Attributes:
        name: for the report.
        needs: the library.
        efforts: its settings, the quickest first.
        build: fills an index and writes it below a path.
        open: reads it from there.
        few: the bytes of a small index of some vectors after those of one row were taken out; None
            where the library cannot do that.
        most: of how many faces it is made; more take longer than can be waited for.
    """

    name: str
    needs: str
    efforts: tuple[str, ...]
    build: Callable[[Gallery, Path], None]
    open: Callable[[Gallery, Path], Opened]
    few: Callable[[NDArray[np.float32], int], bytes] | None = None
    most: int = 1 << 62


class _Own:
    """Mien's own index, of a gallery whose people have ids by their numbers."""

    def __init__(self, gallery: Gallery, folder: Path) -> None:
        backend = Int8Backend(folder / "int8", origin=UNASKED)
        dimension = gallery.vectors.shape[1]
        self._index = backend.open("bench", contract_id="bench", dimension=dimension)
        if not len(self._index):
            # The first time, or so few that no file is kept of them.
            self._fill(gallery)

    def _fill(self, gallery: Gallery) -> None:
        with self._index.writing() as writer:
            for start, vectors in gallery.blocks():
                rows = np.arange(start, start + len(vectors))
                people = _person_ids(gallery.people_of(rows))
                writer.upsert(face_ids(start, len(vectors)), people, vectors)
            writer.commit(1)

    def people(self, query: NDArray[np.float32], effort: str) -> NDArray[np.int64]:
        [hits] = self._index.search(query[np.newaxis], groups=int(effort.split(maxsplit=1)[0]))
        return np.array([_number(hit.group) for hit in hits], np.int64)

    def remove(self, rows: NDArray[np.int64]) -> Mapping[str, float | str]:
        keys = [face_ids(int(row), 1)[0] for row in rows]

        def take_out() -> None:
            with self._index.writing() as writer:
                writer.remove(keys)
                writer.commit(writer.applied_revision + 1)

        return {"index": _milliseconds(take_out)}


class _Faiss:
    """RaBitQ codes, after which the best are compared by 8 bits where there are such, too."""

    def __init__(self, gallery: Gallery, path: Path) -> None:
        self._faiss = installed("faiss")
        self._faiss.omp_set_num_threads(1)
        self._gallery = gallery
        self._index = self._faiss.read_index(str(path))
        self._inverted = self._faiss.try_extract_index_ivf(self._index)

    def people(self, query: NDArray[np.float32], effort: str) -> NDArray[np.int64]:
        faces = _FACES
        for word in effort.split(", "):
            count = int(word.split(maxsplit=1)[0])
            if word.endswith("lists"):
                self._inverted.nprobe = count
            elif hasattr(self._index, "k_factor"):
                self._index.k_factor = count / faces
            else:
                faces = count
        rows = self._index.search(query[np.newaxis], faces)[1][0]
        return self._gallery.people_of(rows[rows >= 0])

    def remove(self, rows: NDArray[np.int64]) -> Mapping[str, float | str]:
        told: dict[str, float | str] = {}
        for name, index in (
            ("index", self._index),
            ("codes", getattr(self._index, "base_index", None)),
            ("8 bits", getattr(self._index, "refine_index", None)),
        ):
            if index is not None:
                start = time.perf_counter()
                try:
                    self._faiss.downcast_index(index).remove_ids(rows)
                    told[name] = round((time.perf_counter() - start) * 1e3, 3)
                except RuntimeError as error:
                    told[name] = str(error).rpartition(": ")[2].strip()
        return told


def _build_own(gallery: Gallery, folder: Path) -> None:
    _Own(gallery, folder)


def _build_faiss(recipe: str, gallery: Gallery, path: Path) -> None:
    faiss = installed("faiss")
    faiss.omp_set_num_threads(BUILD_THREADS)
    lists = next(lists for faces, lists in _LISTS if len(gallery) <= faces)
    index = faiss.index_factory(
        gallery.vectors.shape[1],
        recipe.format(lists=min(lists, len(gallery) // 40)),
        faiss.METRIC_INNER_PRODUCT,
    )
    step = max(1, len(gallery) // _TRAINING)
    index.train(np.concatenate([vectors[::step] for _, vectors in gallery.blocks()]))
    for _, vectors in gallery.blocks():
        index.add(vectors)
    faiss.write_index(index, str(path))


def _few_by_faiss(recipe: str, vectors: NDArray[np.float32], row: int) -> bytes:
    faiss = installed("faiss")
    faiss.omp_set_num_threads(1)
    index = faiss.index_factory(
        vectors.shape[1],
        # The part that is compared afterwards is asked by itself: both together take nobody out.
        recipe.format(lists=16).partition(",Refine")[0],
        faiss.METRIC_INNER_PRODUCT,
    )
    # The row that is taken out has no part in what is learnt.
    index.train(vectors[1 : len(vectors) // 2])
    index.add(vectors)
    index.remove_ids(np.array([row]))
    return bytes(faiss.serialize_index(index))


class _Usearch:
    """A graph of vectors of 8 bits, which are rounded as Mien rounds them, or of 16."""

    def __init__(self, kind: str, gallery: Gallery, path: Path) -> None:
        self._kind = kind
        self._gallery = gallery
        self._index = installed("usearch.index").Index.restore(str(path))

    def people(self, query: NDArray[np.float32], effort: str) -> NDArray[np.int64]:
        self._index.expansion_search = int(effort.rsplit(maxsplit=1)[-1])
        asked = rounded(query) if self._kind == "i8" else query
        keys = self._index.search(asked, _FACES, threads=1).keys
        return self._gallery.people_of(keys.astype(np.int64))

    def remove(self, rows: NDArray[np.int64]) -> Mapping[str, float | str]:
        return {
            "index": _milliseconds(lambda: self._index.remove(rows, threads=1)),
            "with compact": _milliseconds(
                lambda: self._index.remove(rows + len(rows), compact=True, threads=1)
            ),
        }


def _new_graph(kind: str, dimension: int) -> Any:
    return installed("usearch.index").Index(
        ndim=dimension, metric="cos", dtype=kind, connectivity=16, expansion_add=64
    )


def _build_graph(kind: str, gallery: Gallery, path: Path) -> None:
    index = _new_graph(kind, gallery.vectors.shape[1])
    for start, vectors in gallery.blocks():
        keys = np.arange(start, start + len(vectors), dtype=np.uint64)
        index.add(keys, rounded(vectors) if kind == "i8" else vectors, threads=BUILD_THREADS)
    index.save(str(path))


def _few_in_graph(kind: str, vectors: NDArray[np.float32], row: int) -> bytes:
    index = _new_graph(kind, vectors.shape[1])
    some = rounded(vectors) if kind == "i8" else vectors
    index.add(np.arange(len(some), dtype=np.uint64), some, threads=1)
    index.remove(row, compact=True, threads=1)
    return bytes(index.save())


def _by_faiss(name: str, recipe: str, efforts: Iterable[str], most: int = 1 << 62) -> Method:
    return Method(
        name,
        "faiss",
        tuple(efforts),
        lambda gallery, folder: _build_faiss(recipe, gallery, folder / "index"),
        lambda gallery, folder: _Faiss(gallery, folder / "index"),
        lambda vectors, row: _few_by_faiss(recipe, vectors, row),
        most,
    )


def _by_usearch(name: str, kind: str, most: int) -> Method:
    return Method(
        name,
        "usearch.index",
        ("looks at 128", "looks at 512", "looks at 2048"),
        lambda gallery, folder: _build_graph(kind, gallery, folder / "index"),
        lambda gallery, folder: _Usearch(kind, gallery, folder / "index"),
        lambda vectors, row: _few_in_graph(kind, vectors, row),
        most,
    )


OWN: Final = Method("int8", "numpy", (f"{_PEOPLE} people",), _build_own, _Own)
METHODS: Final = {
    method.name: method
    for method in (
        OWN,
        _by_faiss(
            "RaBitQ",
            "RaBitQfs,Refine(SQ8)",
            ("200 faces", "1000 faces", "4000 faces"),
        ),
        _by_faiss(
            "RaBitQ of 4 bits", "RaBitQfs4", ("100 faces", "300 faces"), 1_000_000
        ),
        _by_faiss(
            "IVF and RaBitQ",
            "IVF{lists},RaBitQfs,Refine(SQ8)",
            ("16 lists, 1000 faces", "128 lists, 1000 faces", "384 lists, 4000 faces"),
        ),
        # Two busy cores took fifty minutes for a million.
        _by_usearch("HNSW int8", "i8", 1_000_000),
        _by_usearch("HNSW f16", "f16", 100_000),
    )
}  # fmt: skip


def leftovers(method: Method) -> dict[str, bool] | None:
    """Whether the file of a small index tells whom it had, after that face was taken out.

    Two indexes are filled with the same faces but for one, of which the second has another photo;
    it is then taken out of both: files that differ tell of it. None where the library cannot take
    out, or the same faces do not make the same file.
    """
    if method.few is None:
        return None
    vectors = np.concatenate(list(drawn(even_spread(256), _FEW, seed=1)))
    other = next(drawn(even_spread(256), 1, seed=2))[0]
    told = {}
    for name, row in (("the last", _FEW - 1), ("one within", _FEW * 3 // 4)):
        another = vectors.copy()
        # So near that a graph and lists have it in the same place.
        another[row] += other / 10
        another[row] /= np.linalg.norm(another[row])
        try:
            files = [method.few(some, row) for some in (vectors, vectors, another)]
        except RuntimeError:
            return None
        if files[0] != files[1]:
            return None
        told[name] = files[0] != files[2]
    return told


def _person_ids(people: NDArray[np.int64]) -> list[str]:
    first = int(people[0])
    ids = face_ids(_PERSON_IDS_FROM + first, int(people[-1]) - first + 1)
    return [ids[person - first] for person in people.tolist()]


def _number(person_id: str) -> int:
    return int(person_id.replace("-", "")[16:], 16) - _PERSON_IDS_FROM


def _milliseconds(work: Callable[[], object]) -> float:
    start = time.perf_counter()
    work()
    return round((time.perf_counter() - start) * 1e3, 3)


def resident_mb() -> float:
    """What this process has in memory now, mapped files included."""
    pages = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE") / 1e6
