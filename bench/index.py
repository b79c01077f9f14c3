"""How quick, how small and how right indexes are, beside what the machine's memory allows.

Of each size and dimension, in one run and with everything on the same vectors: searches by the
index of 8-bit vectors, by the exact one and by the bare product of NumPy, by faiss, usearch and
pgvector where they are installed; how long one reading of the 8-bit matrix takes; what threads and
processes do; memory of processes that share an index; how long one takes to open it; changes; and
how often the ranked results are those of the unrounded vectors.

    python bench/index.py [--quick] [--large] [--json] [--pack compact --data ../shared/data/lfw-dev]
"""

import argparse
import contextlib
import gc
import json
import os
import platform
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from collections.abc import Iterator
from collections.abc import Mapping
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any

# Libraries with threads of their own are compared on one.
for _name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"):
    os.environ.setdefault(_name, "1")
sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

import numpy as np  # noqa: E402
from bench.index_peers import Peer  # noqa: E402
from bench.index_peers import installed  # noqa: E402
from bench.index_peers import peers  # noqa: E402
from bench.index_peers import recall  # noqa: E402
from bench.index_peers import told  # noqa: E402
from bench.index_rows import seconds_until_found  # noqa: E402
from bench.index_vectors import Spread  # noqa: E402
from bench.index_vectors import drawn  # noqa: E402
from bench.index_vectors import even_spread  # noqa: E402
from bench.index_vectors import face_ids  # noqa: E402
from bench.index_vectors import person_ids  # noqa: E402
from bench.index_vectors import probes  # noqa: E402
from bench.index_vectors import spread_of  # noqa: E402
from bench.labelled import Labelled  # noqa: E402
from bench.labelled import labelled  # noqa: E402
from bench.packs import DEFAULT_DATA  # noqa: E402
from bench.packs import install_pack  # noqa: E402
from numpy.typing import NDArray  # noqa: E402

from mien.index.exact import ExactIndex  # noqa: E402
from mien.index.int8.backend import Int8Backend  # noqa: E402
from mien.index.int8.index import Int8Index  # noqa: E402
from mien.index.int8.kernels import PortableKernel  # noqa: E402
from mien.index.int8.kernels import best_kernel  # noqa: E402
from mien.index.origin import UNASKED  # noqa: E402
from mien.index.rerank import Examples  # noqa: E402
from mien.index.rerank import RerankedIndex  # noqa: E402

Work = Callable[[], object]
_GROUPS = 13
"""So many people are ranked where five are named."""
_CANDIDATES = 50
_QUERIES = 64
_EXACT_UP_TO = 1_000_000
_SOME_QUERIES = 4
"""Every so manieth query is asked of who takes long, to see how right the answers are."""


@dataclass(frozen=True, slots=True, eq=False)
class Faces:
    """What is searched, and with what.

    Attributes:
        vectors: float32, shape (n, dimension), unit length.
        queries: float32, shape (queries, dimension), unit length.
        keys: an id of each.
        people: an id of whose each is.
    """

    vectors: NDArray[np.float32]
    queries: NDArray[np.float32]
    keys: list[str]
    people: list[str]


def drawn_faces(spread: Spread, count: int) -> Faces:
    vectors = np.empty((count, spread.dimension), np.float32)
    at = 0
    for some in drawn(spread, count, seed=1):
        vectors[at : at + len(some)] = some
        at += len(some)
    queries = probes(spread, _QUERIES, vectors, seed=7)
    return Faces(vectors, queries, face_ids(0, count), person_ids(0, count))


def real_faces(known: Labelled) -> Faces:
    """The first photo of whoever has several is searched, all others are there."""
    names, firsts, counts = np.unique(known.people, return_index=True, return_counts=True)
    asked = firsts[counts > 1]
    rest = np.setdiff1d(np.arange(len(known.people)), asked)
    people = dict(zip(names.tolist(), face_ids(1 << 30, len(names)), strict=True))
    return Faces(
        known.embeddings[rest],
        known.embeddings[asked],
        face_ids(0, len(rest)),
        [people[name] for name in known.people[rest].tolist()],
    )


def fill(index: Int8Index | ExactIndex, faces: Faces) -> float:
    """Seconds that it takes to fill an index, without reading rows."""
    start = time.perf_counter()
    with index.writing() as writer:
        for first in range(0, len(faces.keys), 5_000):
            some = slice(first, first + 5_000)
            writer.upsert(faces.keys[some], faces.people[some], faces.vectors[some])
        writer.commit(1)
    return time.perf_counter() - start


def opened(folder: Path, dimension: int, *, portable: bool = False) -> Int8Index:
    kernel = PortableKernel() if portable else None
    backend = Int8Backend(folder, kernel=kernel, origin=UNASKED)
    return backend.open("bench", contract_id="bench", dimension=dimension)


def alternating(works: Mapping[str, Work], *, seconds: float, least: int = 5) -> dict[str, Any]:
    """Milliseconds of each, one after the other again and again, so that all meet the same noise."""
    taken: dict[str, list[float]] = {name: [] for name in works}
    end = time.perf_counter() + seconds
    while time.perf_counter() < end or len(next(iter(taken.values()))) < least:
        for name, work in works.items():
            start = time.perf_counter()
            work()
            taken[name].append((time.perf_counter() - start) * 1e3)
    return {
        name: {
            "min": round(min(some), 2),
            "p50": round(statistics.median(some), 2),
            "p99": round(float(np.percentile(some, 99)), 2),
        }
        for name, some in taken.items()
    }


def asking(index: Int8Index | ExactIndex, queries: NDArray[np.float32], groups: int) -> Work:
    """One search for another query each time."""
    turn = iter(range(1 << 60))

    def work() -> object:
        query = queries[next(turn) % len(queries)]
        return index.search(query[np.newaxis], groups=groups)

    return work


def latencies(index: Int8Index, faces: Faces, folder: Path, seconds: float) -> dict[str, Any]:
    dimension = faces.vectors.shape[1]
    words = index._now.rows.base.vectors.view(np.int64)  # noqa: SLF001 - the bytes that a search reads
    turn = iter(range(1 << 60))

    def by(peer: Peer) -> Work:
        return lambda: peer.search(faces.queries[next(turn) % len(faces.queries)])

    works: dict[str, Work] = {
        "read": words.max,
        "int8": asking(index, faces.queries, _CANDIDATES),
        "product": lambda: faces.vectors @ faces.queries[next(turn) % len(faces.queries)],
    }
    if len(faces.keys) <= _EXACT_UP_TO:
        exact = ExactIndex.of(faces.keys, faces.people, faces.vectors)
        works["exact"] = asking(exact, faces.queries, _GROUPS)
    portable = opened(folder, dimension, portable=True)
    if not len(portable):
        # So few are in no file.
        fill(portable, faces)
    works["int8 portable"] = asking(portable, faces.queries, _CANDIDATES)
    with peers(faces.vectors) as others:
        quick = {name: by(peer) for name, peer in others.items() if peer.in_turns}
        found = alternating(works | quick, seconds=seconds)
        # Each of these would leave the others of a round little of the time.
        slow = {
            name: alternating({"int8": works["int8"], name: by(peer)}, seconds=seconds / 4)
            for name, peer in others.items()
            if not peer.in_turns
        }
        recalls = {
            name: recall(
                *(peer.search, faces.vectors),
                faces.queries[:: 1 if peer.in_turns else _SOME_QUERIES],
            )
            for name, peer in others.items()
        }
    batches = alternating(
        {
            str(size): lambda size=size: index.search(faces.queries[:size], groups=_CANDIDATES)
            for size in (4, 16, 64)
        }
        | {
            "64 portable": lambda: portable.search(faces.queries[:64], groups=_CANDIDATES),
        },
        seconds=seconds / 2,
        least=2,
    )
    return {
        "milliseconds": found,
        "peers": told(
            others,
            {name: found[name] for name in quick} | {name: slow[name][name] for name in slow},
            {name: slow.get(name, found)["int8"]["p50"] for name in others},
            recalls,
        ),
        "gigabytes_a_second": round(words.nbytes / found["read"]["min"] / 1e6, 1),
        "batch_queries_a_second": {
            name: round(int(name.split()[0]) / of["min"] * 1e3) for name, of in batches.items()
        },
        "ratios": {
            "int8_over_read": round(found["int8"]["min"] / found["read"]["min"], 2),
            "int8_over_read_p50": round(found["int8"]["p50"] / found["read"]["p50"], 2),
            "product_over_int8": round(found["product"]["p50"] / found["int8"]["p50"], 2),
        },
    }


def agreement(index: Int8Index, faces: Faces) -> dict[str, Any]:
    """How often people are ranked as by the unrounded vectors."""
    place = {key: row for row, key in enumerate(faces.keys)}
    rows_of: dict[str, list[int]] = {}
    numbers: dict[str, int] = {}
    whose = np.array([numbers.setdefault(person, len(numbers)) for person in faces.people])
    for row, person in enumerate(faces.people):
        rows_of.setdefault(person, []).append(row)

    def examples(people: Sequence[str]) -> dict[str, Examples]:
        found = {}
        for person in people:
            rows = sorted(rows_of[person], key=lambda row: faces.keys[row])
            found[person] = Examples([faces.keys[row] for row in rows], faces.vectors[rows])
        return found

    ranked = RerankedIndex(index, examples).search(faces.queries, groups=10)
    first = shared = wanted = 0
    for query, hits in zip(faces.queries, ranked, strict=True):
        scores = faces.vectors @ query
        best: dict[int, int] = {}
        some = np.argpartition(-scores, min(2000, len(scores) - 1))[:2000]
        for row in some[np.argsort(-scores[some])].tolist():
            best.setdefault(int(whose[row]), row)
        truth = list(best)[:10]
        found = [int(whose[place[hit.key]]) for hit in hits]
        first += found[0] == truth[0]
        shared += len(set(found) & set(truth))
        wanted += len(truth)
    return {
        "queries": len(faces.queries),
        "first_is_the_same": round(first / len(faces.queries), 4),
        "recall_at_10": round(shared / wanted, 5),
    }


def thread_rates(index: Int8Index, queries: NDArray[np.float32], seconds: float) -> dict[str, Any]:
    rates = {}
    for threads in (1, 2, 4):
        work = asking(index, queries, _CANDIDATES)
        until = time.perf_counter() + seconds

        def go(work: Work = work, until: float = until) -> int:
            count = 0
            while time.perf_counter() < until:
                work()
                count += 1
            return count

        with ThreadPoolExecutor(threads) as pool:
            counts = [pool.submit(go) for _ in range(threads)]
            rates[str(threads)] = round(sum(count.result() for count in counts) / seconds, 1)
    return rates


def worker_rates(folder: Path, faces: Faces, seconds: float) -> dict[str, Any]:
    """Processes over one folder: how they open, how much they answer, what memory they hold."""
    found: dict[str, Any] = {}
    dimension = faces.vectors.shape[1]
    query_file = folder / "queries.npy"
    np.save(query_file, faces.queries)
    for workers in (1, 2, 4):
        processes = [
            subprocess.Popen(
                [sys.executable, __file__, "--worker", str(folder), str(dimension), str(seconds)],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                text=True,
            )
            for _ in range(workers)
        ]
        with contextlib.ExitStack() as until:
            for process in processes:
                until.enter_context(process)
            told = [json.loads(answer(process)) for process in processes]
            for process in processes:
                say(process, "search")
            rates = [json.loads(answer(process)) for process in processes]
            for process in processes:
                say(process, "memory")
            memory = [json.loads(answer(process)) for process in processes]
            for process in processes:
                say(process, "end")
        found[str(workers)] = {
            "open_ms": [round(each["open_ms"], 1) for each in told],
            "first_search_ms": [round(each["first_ms"], 1) for each in told],
            "queries_a_second": round(sum(each["rate"] for each in rates), 1),
            "pss_mb": round(sum(each["pss_mb"] for each in memory)),
            "pss_mb_without": round(sum(each["before_mb"] for each in told)),
        }
    query_file.unlink()
    return found


def answer(process: "subprocess.Popen[str]") -> str:
    assert process.stdout is not None
    return process.stdout.readline()


def say(process: "subprocess.Popen[str]", word: str) -> None:
    assert process.stdin is not None
    process.stdin.write(word + "\n")
    process.stdin.flush()


def work_as_told(folder: Path, dimension: int, seconds: float) -> None:
    """One of several processes over one folder."""
    queries = np.load(folder / "queries.npy")
    best_kernel()
    before = pss_mb()
    start = time.perf_counter()
    index = opened(folder, dimension)
    opening = time.perf_counter() - start
    start = time.perf_counter()
    index.search(queries[:1], groups=_CANDIDATES)
    first = time.perf_counter() - start
    tell({"open_ms": opening * 1e3, "first_ms": first * 1e3, "before_mb": before})
    for line in sys.stdin:
        if line == "search\n":
            work = asking(index, queries, _CANDIDATES)
            count, begun = 0, time.perf_counter()
            while time.perf_counter() < begun + seconds:
                work()
                count += 1
            tell({"rate": count / (time.perf_counter() - begun)})
        elif line == "memory\n":
            tell({"pss_mb": pss_mb()})
        else:
            return


def tell(what: Mapping[str, float]) -> None:
    sys.stdout.write(json.dumps(what) + "\n")
    sys.stdout.flush()


def pss_mb() -> float:
    """What this process has in memory, its share of what others have, too."""
    gc.collect()
    for line in Path("/proc/self/smaps_rollup").read_text().splitlines():
        if line.startswith("Pss:"):
            return int(line.split()[1]) / 1024
    return 0.0


def changes(index: Int8Index, faces: Faces, seconds: float) -> dict[str, Any]:
    """Changes a second, each committed by itself, and one of a thousand at a time."""
    count = len(faces.keys)
    turn = iter(range(1 << 60))

    def add(many: int) -> Work:
        def work() -> None:
            first = count + next(turn) * 1000
            with index.writing() as writer:
                writer.upsert(face_ids(first, many), person_ids(first, many), faces.vectors[:many])
                writer.commit(writer.applied_revision + 1)

        return work

    def delete() -> None:
        with index.writing() as writer:
            writer.remove([faces.keys[next(turn)]])
            writer.commit(writer.applied_revision + 1)

    works: dict[str, tuple[Work, int]] = {
        "add": (add(1), 1),
        "add a thousand": (add(1000), 1000),
        "delete": (delete, 1),
    }
    found = {}
    for name, (work, many) in works.items():
        done, begun = 0, time.perf_counter()
        while time.perf_counter() < begun + seconds / 3 and done < 20_000:
            work()
            done += many
        found[name] = round(done / (time.perf_counter() - begun))
    return found


def measure(faces: Faces, seconds: float, *, within: Path | None) -> dict[str, Any]:
    """All of one size and dimension; files lie within a folder, or where the system has such."""
    count, dimension = faces.vectors.shape
    with tempfile.TemporaryDirectory(dir=within) as name:
        folder = Path(name)
        index = opened(folder, dimension)
        filling = fill(index, faces)
        report = {
            "faces": count,
            "dimension": dimension,
            "fill_seconds": round(filling, 2),
            "file_mb": round(sum(path.stat().st_size for path in folder.rglob("*")) / 1e6),
            **latencies(index, faces, folder, seconds),
            "agreement": agreement(index, faces),
            "threads_queries_a_second": thread_rates(index, faces.queries, seconds / 8),
        }
        if list(folder.glob("*/*.snapshot")):
            # So that nobody else has the file in memory while they tell theirs.
            del index
            gc.collect()
            report["workers"] = worker_rates(folder, faces, seconds / 8)
            index = opened(folder, dimension)
        report["changes_a_second"] = changes(index, faces, seconds / 4)
    return report


def described() -> dict[str, Any]:
    model = next(
        (
            line.partition(":")[2].strip()
            for line in Path("/proc/cpuinfo").read_text().splitlines()
            if line.startswith("model name")
        ),
        platform.processor(),
    )
    versions = {}
    for package in ("numpy", "numkong", "faiss", "usearch"):
        module = installed(package)
        versions[package] = "absent" if module is None else module.__version__
    return {
        "processor": model,
        "cores": os.cpu_count(),
        "load": round(os.getloadavg()[0], 1),
        "kernel": best_kernel().name,
        "versions": versions,
    }


def spreads(options: argparse.Namespace) -> Iterator[tuple[Spread, Labelled | None]]:
    for dimension in options.dimensions:
        pack = {256: "compact", 512: "mobile"}.get(dimension)
        if options.data.is_dir() and pack is not None and not options.quick:
            known = labelled(install_pack(pack, folders=options.files), options.data)
            yield spread_of(known.embeddings, known.people, pack), known
        else:
            yield even_spread(dimension), None


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description="Indexes beside what the machine allows.")
    parser.add_argument("--quick", action="store_true", help="small galleries, half a minute")
    parser.add_argument("--large", action="store_true", help="five million, too")
    parser.add_argument("--json", action="store_true")
    parser.add_argument("--seconds", type=float, help="for the searches of one size")
    parser.add_argument("--sizes", type=int, nargs="+")
    parser.add_argument("--dimensions", type=int, nargs="+")
    parser.add_argument("--data", type=Path, default=DEFAULT_DATA)
    parser.add_argument("--files", type=Path, action="append", default=[], help="folder of models")
    parser.add_argument(
        "--folder",
        type=Path,
        help="for files of indexes, where the system's own for such is too small",
    )
    parser.add_argument("--worker", nargs=3, help=argparse.SUPPRESS)
    options = parser.parse_args(arguments)
    if options.worker:
        folder, dimension, seconds = options.worker
        work_as_told(Path(folder), int(dimension), float(seconds))
        return 0
    options.dimensions = options.dimensions or ([256] if options.quick else [256, 512])
    sizes = options.sizes or ([10_000, 100_000] if options.quick else [10_000, 100_000, 10**6])
    if options.large:
        sizes.append(5 * 10**6)
    seconds = options.seconds or (3.0 if options.quick else 12.0)
    report: dict[str, Any] = {"machine": described(), "sizes": [], "real": []}
    even = even_spread(256)
    few = np.concatenate(list(drawn(even, 2_000 if options.quick else 30_000, seed=3)))
    report["commit_to_found"] = seconds_until_found(few, rounds=100)
    for spread, known in spreads(options):
        if known is not None:
            report["real"].append(real(known, spread.source))
        for size in sizes:
            faces = drawn_faces(spread, size)
            found = {
                "spread": spread.source,
                **measure(faces, seconds, within=options.folder),
            }
            report["sizes"].append(found)
            print(json.dumps(found), file=sys.stderr)
            gc.collect()
    report["ratios"] = {
        f"{each['faces']}x{each['dimension']}": each["ratios"] for each in report["sizes"]
    }
    print(json.dumps(report, indent=2) if options.json else as_text(report))
    return 0


def real(known: Labelled, source: str) -> dict[str, Any]:
    """What rounding does to real embeddings."""
    faces = real_faces(known)
    with tempfile.TemporaryDirectory() as folder:
        index = opened(Path(folder), faces.vectors.shape[1])
        fill(index, faces)
        return {"pack": source, "faces": len(faces.keys), **agreement(index, faces)}


def as_text(report: Mapping[str, Any]) -> str:
    machine = report["machine"]
    lines = [f"{machine['processor']}, {machine['cores']} cores, load {machine['load']}"]
    lines += [
        f"real ({each['pack']}): first the same {each['first_is_the_same']:.4f}, "
        f"recall at 10 {each['recall_at_10']:.5f} of {each['queries']} searches"
        for each in report["real"]
    ]
    lines.append(f"commit to found: {report['commit_to_found']}")
    for each in report["sizes"]:
        lines.append(f"{each['faces']:,} x {each['dimension']} ({each['spread']})")
        lines += [
            f"  {name:14} {of['min']:8.2f} {of['p50']:8.2f} {of['p99']:8.2f} ms (min, p50, p99)"
            for name, of in each["milliseconds"].items()
        ]
        lines += [
            f"  {name:18} {of['milliseconds']['min']:8.2f} {of['milliseconds']['p50']:8.2f} ms, "
            f"{of['over_int8_p50']:.2f} times int8, recall at 10 {of['recall_at_10']:.4f}, "
            f"filled in {of['made_seconds']:.0f} s"
            for name, of in each["peers"].items()
        ]
        for name in (
            "ratios",
            "gigabytes_a_second",
            "agreement",
            "batch_queries_a_second",
            "threads_queries_a_second",
            "workers",
            "changes_a_second",
            "fill_seconds",
            "file_mb",
        ):
            lines.append(f"  {name}: {each.get(name, 'no file of so few')}")
    return "\n".join(lines)


if __name__ == "__main__":
    sys.exit(main())
