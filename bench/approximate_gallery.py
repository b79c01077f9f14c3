"""A large gallery on disk with probes, and who is truly nearest to each: for approximate indexes.

Nothing is ever in memory as a whole: faces are drawn, compared with all probes and written, some
thousands at a time. Rows of one person stand together.
"""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import numpy as np
from bench.index_peers import nearest
from bench.index_vectors import FACES_A_PERSON
from bench.index_vectors import Spread
from bench.index_vectors import drawn
from bench.index_vectors import probes
from bench.labelled import Labelled
from numpy.typing import NDArray

NEAREST: Final = 10
REAL_KINDS: Final = ("real, enrolled", "real, strangers")
DRAWN_KINDS: Final = ("drawn, enrolled", "drawn, strangers")
_PROBES_A_KIND: Final = 64
_READ_AT_ONCE: Final = 30_000


@dataclass(frozen=True, slots=True, eq=False)
class Gallery:
    """What is searched, and with what.

    Attributes:
        vectors: float32, shape (n, dimension), unit length, mapped from the disk.
        starts: int64, shape (people + 1,): the rows of person `i` are those from `starts[i]` on.
        queries: float32, shape (queries, dimension), unit length.
        kinds: of each query, whom it shows.
        truth: int64, shape (queries, 10): the people who are nearest by all the vectors.
    """

    vectors: NDArray[np.float32]
    starts: NDArray[np.int64]
    queries: NDArray[np.float32]
    kinds: NDArray[np.str_]
    truth: NDArray[np.int64]

    def __len__(self) -> int:
        return len(self.vectors)

    def blocks(self) -> Iterator[tuple[int, NDArray[np.float32]]]:
        """All vectors, some at a time and read anew, each time with the first one's row."""
        size = self.vectors.shape[1]
        with Path(str(self.vectors.filename)).open("rb") as file:  # type: ignore[attr-defined]  # a mapped file
            for start in range(0, len(self), _READ_AT_ONCE):
                some = np.fromfile(file, np.float32, _READ_AT_ONCE * size)
                yield start, some.reshape(-1, size)

    def people_of(self, rows: NDArray[np.int64]) -> NDArray[np.int64]:
        """Whose each row is."""
        found: NDArray[np.int64] = np.searchsorted(self.starts, rows, side="right") - 1
        return found

    def ranked(self, query: NDArray[np.float32], people: NDArray[np.int64]) -> NDArray[np.int64]:
        """The nearest ten of some people by all their rows, read as the rows' own vectors would be."""
        some = np.unique(people)
        counts = self.starts[some + 1] - self.starts[some]
        offsets = np.cumsum(counts) - counts
        rows = np.repeat(self.starts[some] - offsets, counts) + np.arange(counts.sum())
        best = np.maximum.reduceat(self.vectors[rows] @ query, offsets)
        found: NDArray[np.int64] = some[nearest(best, NEAREST)]
        return found


def make_gallery(folder: Path, spread: Spread, count: int, known: Labelled | None) -> None:
    """Put a gallery of so many faces into a folder: the real ones, and drawn ones beside them.

    Args:
        folder: is there.
        spread: how drawn faces lie.
        count: of all faces; None of them is drawn where the real ones are as many.
        known: real faces, of whom some are left out to be searched.
    """
    queries, kinds, counts, real = _real(known, spread.dimension)
    wanted = max(0, count - len(real))
    blocks = drawn(spread, wanted, seed=1)
    first = next(blocks, None)
    if first is not None:
        many = min(2 * _PROBES_A_KIND, len(first))
        asked = probes(spread, many, first, seed=7)
        kinds += [kind for kind in DRAWN_KINDS for _ in range(many // 2)]
        queries = np.concatenate([queries, asked])
    best = np.full((len(queries), NEAREST), -2, np.float32)
    people = np.full((len(queries), NEAREST), -1)
    before = 0
    with (folder / "vectors.f32").open("wb") as file:
        for vectors, sizes in _with_sizes(real, counts, first, blocks):
            vectors.tofile(file)
            _keep_nearest(best, people, queries @ vectors.T, sizes, before)
            before += len(sizes)
            counts = counts if before == len(counts) else [*counts, *sizes]
    starts = np.concatenate([[0], np.cumsum(counts)])
    np.savez(folder / "gallery.npz", starts=starts, queries=queries, kinds=kinds, truth=people)
    (folder / "shape.json").write_text(json.dumps([int(starts[-1]), spread.dimension]))


def open_gallery(folder: Path) -> Gallery:
    """What `make_gallery` has put into a folder."""
    shape = tuple(json.loads((folder / "shape.json").read_bytes()))
    vectors = np.memmap(folder / "vectors.f32", np.float32, "r", shape=shape)
    with np.load(folder / "gallery.npz") as kept:
        return Gallery(vectors, *(kept[name] for name in ("starts", "queries", "kinds", "truth")))


def recalls(gallery: Gallery, found: list[NDArray[np.int64]]) -> dict[str, dict[str, float]]:
    """Of each kind of probes, how often the right person is first, and the share of the right ten.

    Args:
        gallery: with the probes.
        found: the people who were found for each, the nearest first.
    """
    told = {}
    for kind in dict.fromkeys(gallery.kinds.tolist()):
        which = np.flatnonzero(gallery.kinds == kind)
        first = [found[i][:1].tolist() == gallery.truth[i][:1].tolist() for i in which]
        ten = [len(np.intersect1d(found[i][:NEAREST], gallery.truth[i])) / NEAREST for i in which]
        told[kind] = {
            "first": round(float(np.mean(first)), 4),
            "ten": round(float(np.mean(ten)), 4),
        }
    return told


def _real(
    known: Labelled | None, dimension: int
) -> tuple[NDArray[np.float32], list[str], list[int], NDArray[np.float32]]:
    """Probes with their kinds, how many faces each person has who is left, and these faces."""
    if known is None:
        empty = np.empty((0, dimension), np.float32)
        return empty, [], [], empty
    _, firsts, which, counts = np.unique(
        known.people, return_index=True, return_inverse=True, return_counts=True
    )
    enrolled = firsts[counts > 1]
    strangers = firsts[counts == 1]
    asked = [_spaced(some, _PROBES_A_KIND) for some in (enrolled, strangers)]
    rest = np.setdiff1d(np.arange(len(known.people)), np.concatenate(asked))
    rest = rest[np.argsort(which[rest], kind="stable")]
    left = np.unique(which[rest], return_counts=True)[1].tolist()
    kinds = [kind for kind, some in zip(REAL_KINDS, asked, strict=True) for _ in some]
    return known.embeddings[np.concatenate(asked)], kinds, left, known.embeddings[rest]


def _spaced(some: NDArray[np.int64], count: int) -> NDArray[np.int64]:
    return some[:: max(1, len(some) // count)][:count]


def _with_sizes(
    real: NDArray[np.float32],
    counts: list[int],
    first: NDArray[np.float32] | None,
    blocks: Iterator[NDArray[np.float32]],
) -> Iterator[tuple[NDArray[np.float32], list[int]]]:
    """Blocks of vectors, with how many rows each of their people has."""
    if len(real):
        yield real, counts
    while first is not None:
        whole, part = divmod(len(first), FACES_A_PERSON)
        yield first, [FACES_A_PERSON] * whole + [part] * bool(part)
        first = next(blocks, None)


def _keep_nearest(
    best: NDArray[np.float32],
    people: NDArray[np.int64],
    scores: NDArray[np.float32],
    sizes: list[int],
    before: int,
) -> None:
    """Let the nearest ten of each query be those of all blocks up to this one."""
    offsets = np.cumsum([0, *sizes[:-1]])
    theirs = np.maximum.reduceat(scores, offsets, axis=1)
    for query, own in enumerate(theirs):
        some = nearest(own, NEAREST)
        values = np.concatenate([best[query], own[some]])
        names = np.concatenate([people[query], before + some])
        order = nearest(values, NEAREST)
        best[query], people[query] = values[order], names[order]
