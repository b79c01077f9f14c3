"""Other libraries and servers on the same vectors: how quick, and how right with their first fifty.

faiss and usearch compare 8-bit vectors in this process. pgvector does it in a PostgreSQL of its own,
half precision as `MIEN_INDEX=pgvector` keeps it: by reading all of them, and by a graph. Each names
fifty faces, which are ranked anew by the unrounded vectors, as Mien ranks its own candidates.
"""

import importlib
import sys
import time
from collections.abc import Callable
from collections.abc import Iterator
from collections.abc import Mapping
from collections.abc import Sequence
from contextlib import ExitStack
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from typing import Final
from typing import TypeAlias

import numpy as np
import psycopg
from numpy.typing import NDArray

from mien.index.int8.rounding import scale_of

sys.path.append(str(Path(__file__).resolve().parents[1] / "tests" / "support"))

from tools.environment import find_pgvector

from postgresql_server import readable_by_its_account
from postgresql_server import running_postgresql
from servers import free_port

Search: TypeAlias = Callable[[NDArray[np.float32]], NDArray[np.int64]]
"""From a query of shape (dimension,) to the rows of the nearest faces."""

CANDIDATES: Final = 50
_NEAREST: Final = 10
# Reading all takes a second and more at a million; a graph of more is not made within minutes.
SCANNED_UP_TO: Final = 1_000_000
GRAPH_UP_TO: Final = 100_000
# With the default the first look names fewer than fifty, and the iterative scan goes on.
_EFFORTS: Final = (40, 400)
# Everything is compared on one thread.
_SCAN: Final = ("max_parallel_workers_per_gather = 0", "enable_indexscan = off")
_GRAPH: Final = ("enable_seqscan = off", "hnsw.iterative_scan = strict_order")
_COPIED_AT_ONCE: Final = 10_000


@dataclass(frozen=True, slots=True, eq=False)
class Peer:
    """Somebody else's index of the faces.

    Attributes:
        search: names the nearest.
        made_seconds: what it took to fill it.
        in_turns: whether it is quick enough to be measured by turns with everything.
    """

    search: Search
    made_seconds: float
    in_turns: bool = True


@contextmanager
def peers(vectors: NDArray[np.float32]) -> Iterator[dict[str, Peer]]:
    """Those that are installed, filled with the vectors, for the block.

    Args:
        vectors: float32, shape (n, dimension), unit length.
    """
    with ExitStack() as until:
        found = _in_this_process(vectors)
        programs = find_pgvector()
        if programs is not None and len(vectors) <= SCANNED_UP_TO:
            readable = until.enter_context(readable_by_its_account(programs))
            server = until.enter_context(running_postgresql(readable, port=free_port()))
            address = server.url().replace("+psycopg", "")
            found |= _in_postgresql(address, vectors, until)
        yield found


def installed(module: str) -> Any:
    """A library that need not be there; None without it."""
    try:
        return importlib.import_module(module)
    except ImportError:
        return None


def rounded(vectors: NDArray[np.float32]) -> NDArray[np.int8]:
    """As Mien rounds them; int8, of the same shape."""
    scaled = np.rint(vectors * np.float32(scale_of(vectors.shape[-1])))
    bounded: NDArray[np.int8] = np.clip(scaled, -127, 127).astype(np.int8)
    return bounded


def recall(search: Search, vectors: NDArray[np.float32], queries: NDArray[np.float32]) -> float:
    """Share of the ten nearest faces that are found where candidates are ranked by these vectors."""
    found = 0
    for query in queries:
        scores = vectors @ query
        rows = search(query)
        ranked = rows[np.argsort(-scores[rows], kind="stable")][:_NEAREST]
        found += len(set(ranked.tolist()) & set(nearest(scores, _NEAREST).tolist()))
    return found / (min(_NEAREST, len(vectors)) * len(queries))


def nearest(scores: NDArray[np.float32], count: int) -> NDArray[np.int64]:
    """Rows with the highest scores, the highest first."""
    some = np.argpartition(-scores, min(count, len(scores) - 1))[:count]
    ordered: NDArray[np.int64] = some[np.argsort(-scores[some], kind="stable")]
    return ordered


def _in_this_process(vectors: NDArray[np.float32]) -> dict[str, Peer]:
    made: dict[str, Peer] = {}
    dimension = vectors.shape[1]
    faiss = installed("faiss")
    if faiss is not None:
        start = time.perf_counter()
        faiss.omp_set_num_threads(1)
        kind = faiss.ScalarQuantizer.QT_8bit
        sq8 = faiss.IndexScalarQuantizer(dimension, kind, faiss.METRIC_INNER_PRODUCT)
        sq8.train(vectors[:100_000])
        sq8.add(vectors)

        def by_faiss(query: NDArray[np.float32]) -> NDArray[np.int64]:
            rows: NDArray[np.int64] = sq8.search(query[np.newaxis], CANDIDATES)[1][0]
            return rows

        made["faiss SQ8"] = Peer(by_faiss, time.perf_counter() - start)
    usearch = installed("usearch.index")
    if usearch is not None:
        start = time.perf_counter()
        small = rounded(vectors)

        def by_usearch(query: NDArray[np.float32]) -> NDArray[np.int64]:
            matches = usearch.search(
                *(small, rounded(query), CANDIDATES), metric="ip", exact=True, threads=1
            )
            rows: NDArray[np.int64] = matches.keys.astype(np.int64)
            return rows

        made["usearch int8"] = Peer(by_usearch, time.perf_counter() - start)
    return made


def _in_postgresql(address: str, vectors: NDArray[np.float32], until: ExitStack) -> dict[str, Peer]:
    start = time.perf_counter()
    with psycopg.connect(address, autocommit=True) as connection:
        connection.execute("create extension vector")
        connection.execute(
            f"create table face (id integer not null, numbers halfvec({vectors.shape[1]}) not null)"
        )
        _copy(connection, vectors)
        connection.execute("vacuum analyze face")
        filled = time.perf_counter() - start
        made = {"pgvector": Peer(_asking(address, _SCAN, until), filled, in_turns=False)}
        if len(vectors) > GRAPH_UP_TO:
            return made
        start = time.perf_counter()
        connection.execute("set maintenance_work_mem = '1GB'")
        connection.execute("create index on face using hnsw (numbers halfvec_ip_ops)")
        built = time.perf_counter() - start
    for effort in _EFFORTS:
        search = _asking(address, [*_GRAPH, f"hnsw.ef_search = {effort}"], until)
        made[f"pgvector HNSW, {effort}"] = Peer(search, built, in_turns=False)
    return made


def _asking(address: str, settings: Sequence[str], until: ExitStack) -> Search:
    """Searches over a connection of their own: a plan that is kept does not see other settings."""
    connection = until.enter_context(psycopg.connect(address, autocommit=True))
    for setting in settings:
        connection.execute(f"set {setting}")
    asked = f"select id from face order by numbers <#> %s::halfvec limit {CANDIDATES}"  # noqa: S608 - a number of ours

    def search(query: NDArray[np.float32]) -> NDArray[np.int64]:
        text = "[" + ",".join(map(str, query.tolist())) + "]"
        return np.array([row[0] for row in connection.execute(asked, [text])], np.int64)

    return search


def _copy(connection: "psycopg.Connection[Any]", vectors: NDArray[np.float32]) -> None:
    """All rows in COPY's binary format: a number of fields, and each with its length before it."""
    dimension = vectors.shape[1]
    row = np.dtype(
        [
            *[("fields", ">i2"), ("id_length", ">i4"), ("id", ">i4"), ("length", ">i4")],
            *[("dimension", ">i2"), ("unused", ">i2"), ("numbers", ">f2", (dimension,))],
        ]
    )
    with connection.cursor().copy("copy face from stdin (format binary)") as copy:
        copy.write(b"PGCOPY\n\xff\r\n\0" + bytes(8))
        for start in range(0, len(vectors), _COPIED_AT_ONCE):
            some = vectors[start : start + _COPIED_AT_ONCE]
            rows = np.zeros(len(some), row)
            rows["fields"], rows["id_length"], rows["length"] = 2, 4, 4 + 2 * dimension
            rows["id"] = np.arange(start, start + len(some))
            rows["dimension"], rows["numbers"] = dimension, some
            copy.write(rows.tobytes())
        copy.write(b"\xff\xff")


def told(
    made: Mapping[str, Peer],
    milliseconds: Mapping[str, Mapping[str, float]],
    own: Mapping[str, float],
    recalls: Mapping[str, float],
) -> dict[str, Any]:
    """What is reported of peers.

    Args:
        made: all of them.
        milliseconds: of their searches.
        own: of the 8-bit index, by turns with each.
        recalls: of the ten nearest faces.
    """
    return {
        name: {
            "milliseconds": milliseconds[name],
            "over_int8_p50": round(milliseconds[name]["p50"] / own[name], 2),
            "recall_at_10": round(recalls[name], 4),
            "made_seconds": round(peer.made_seconds, 1),
        }
        for name, peer in made.items()
    }
