"""What searching many faces takes: memory and nodes by arithmetic, a lost node by simulation.

Measures how long one core of this machine searches a share of the faces with an index of Mien's, in
processor time, so that other programs do not count, and reckons from that. Nodes of the simulation
are as quick as this core: their times are those that were measured, drawn by chance. Says what it
has assumed.

    python bench/scale.py [--index NAME] [--vectors N] [--numbers N] [--scan-seconds S]
                          [--searches N] [--json]
"""

import argparse
import json
import math
import os
import sys
import tempfile
import time
from collections.abc import Sequence
from contextlib import closing
from dataclasses import asdict
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from typing import Final

_ROOT = Path(__file__).resolve().parents[1]
if sys.path[0] == str(Path(__file__).resolve().parent):
    # Run as a program: in this folder `samples` would be photos to measure with, not the tests' pages.
    sys.path[:1] = [str(_ROOT)]
    # One core is measured; read by the library when it is loaded.
    os.environ.update(dict.fromkeys(("OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"), "1"))

import numpy as np  # noqa: E402
from bench.sharding import TRIP_SECONDS  # noqa: E402
from bench.sharding import Loss  # noqa: E402
from bench.sharding import simulate  # noqa: E402
from numpy.typing import NDArray  # noqa: E402

from mien.gallery.index_backends import build_backend  # noqa: E402
from mien.index.base import VectorIndex  # noqa: E402
from mien.storage.database import Database  # noqa: E402
from mien.storage.migrate import upgrade  # noqa: E402

SIZES: Final = (10**4, 10**6, 10**7, 10**9)
COPIES: Final = (1, 2, 3)
LOADS: Final = (0.3, 0.6)
# What is asked of an index that is not exact.
_CANDIDATES: Final = 50
_BATCH: Final = 10_000
_PERCENT: Final = (50, 99, 99.9)


@dataclass(frozen=True, slots=True)
class Scan:
    """How long one core searched vectors.

    Attributes:
        index: with which backend.
        vectors: how many.
        numbers: how many each has.
        bytes_each: what the process keeps of one, its names included.
        seconds: of each search.
    """

    index: str
    vectors: int
    numbers: int
    bytes_each: float
    seconds: tuple[float, ...]

    @property
    def seconds_each(self) -> float:
        """The time for one vector in the middle one of the searches."""
        return float(np.median(self.seconds)) / self.vectors


@dataclass(frozen=True, slots=True)
class Need:
    """What a number of faces needs.

    Attributes:
        faces: how many.
        memory_gb: of all their vectors, once.
        one_core_seconds: a search by one core.
        shares: how many cores with a share each search within the time that was asked for.
        share_gb: of the vectors of one share.
    """

    faces: int
    memory_gb: float
    one_core_seconds: float
    shares: int
    share_gb: float


def measure(index: str, vectors: int, numbers: int, *, searches: int = 60) -> Scan:
    """Search vectors that are made by chance."""
    with tempfile.TemporaryDirectory() as folder:
        database = Database(Path(folder, "mien.db"))
        # An index that keeps a file asks the rows whether it is of their history.
        database.make()
        upgrade(database)
        with closing(build_backend(index, home=Path(folder), database=database)) as backend:  # type: ignore[arg-type]  # from the command line
            made = backend.open("g", contract_id="bench", dimension=numbers)
            before = _resident_bytes()
            _fill(made, vectors, numbers)
            kept = _resident_bytes() - before
            seconds = []
            for query in _unit(searches, numbers, seed=1):
                begun = time.process_time()
                made.search(query[None], groups=_CANDIDATES)
                seconds.append(time.process_time() - begun)
            made.close()
    return Scan(index, vectors, numbers, kept / vectors, tuple(seconds))


def need(scan: Scan, faces: int, *, within: float) -> Need:
    """What so many faces need, if their time and memory grow with their number."""
    memory = faces * scan.bytes_each / 1e9
    seconds = faces * scan.seconds_each
    shares = max(1, math.ceil(seconds / within))
    return Need(faces, memory, seconds, shares, memory / shares)


def tails(scan: Scan, wanted: Need, *, searches: int) -> list[dict[str, float]]:
    """The times of searches of all shares, before one node is lost, until it is noticed, and after."""
    scale = wanted.faces / wanted.shares / scan.vectors
    scans = [each * scale for each in scan.seconds]
    rows = []
    for copies in COPIES:
        for load in LOADS:
            rate = load * copies / float(np.mean(scans))
            loss = Loss()
            out = simulate(
                scans, shares=wanted.shares, copies=copies, rate=rate, searches=searches, loss=loss
            )
            spans = {
                "whole": out.between(0, out.lost_at),
                "unnoticed": out.between(out.lost_at, out.noticed_at),
                "after": out.between(out.noticed_at, math.inf),
            }
            row = {"copies": float(copies), "load": load, "searches_a_second": rate}
            for name, seconds in spans.items():
                answered = seconds[np.isfinite(seconds)]
                row[f"{name}_refused"] = 1 - len(answered) / max(1, len(seconds))
                for percent in _PERCENT:
                    row[f"{name}_p{percent:g}"] = (
                        float(np.percentile(answered, percent)) if len(answered) else math.inf
                    )
            rows.append(row)
    return rows


def report(scan: Scan, needs: Sequence[Need], rows: Sequence[dict[str, float]]) -> str:
    """The tables, in Markdown."""
    largest = needs[-1]
    lines = [
        (
            f"`{scan.index}`, {scan.vectors:,} vectors of {scan.numbers} numbers, one core: "
            f"{min(scan.seconds) * 1000:.1f} ms at best, {np.median(scan.seconds) * 1000:.1f} ms in "
            f"the middle, {np.percentile(scan.seconds, 99) * 1000:.1f} ms at p99; "
            f"{scan.bytes_each:.0f} bytes a vector."
        ),
        "",
        "| faces | memory | search by one core | shares | memory of a share |",
        "|---|---|---|---|---|",
        *(
            f"| {each.faces:,} | {each.memory_gb:.2f} GB | {each.one_core_seconds:.3f} s |"
            f" {each.shares} | {each.share_gb:.2f} GB |"
            for each in needs
        ),
        "",
        (
            f"Simulated: {largest.faces:,} faces in {largest.shares} shares, {TRIP_SECONDS * 1000:g} "
            f"ms assumed for the network; one node is lost, its searches ask another copy after "
            f"{Loss().timeout:g} s, and after {Loss().noticed:g} s nobody asks it. Times are p50, "
            "p99 and p99.9."
        ),
        "",
        "| copies | load | searches a second | all nodes | one lost, unnoticed | noticed | refused |",
        "|---|---|---|---|---|---|---|",
        *(_row(each) for each in rows),
    ]
    return "\n".join(lines)


def _row(row: dict[str, float]) -> str:
    def times(name: str) -> str:
        found = [row[f"{name}_p{percent:g}"] for percent in _PERCENT]
        return "none" if math.isinf(found[0]) else ", ".join(f"{each:.2f}" for each in found) + " s"

    return (
        f"| {row['copies']:g} | {row['load']:.0%} | {row['searches_a_second']:.1f} |"
        f" {times('whole')} | {times('unnoticed')} | {times('after')} | {row['after_refused']:.0%} |"
    )


def _fill(index: VectorIndex, vectors: int, numbers: int) -> None:
    with index.writing() as writer:
        for start in range(0, vectors, _BATCH):
            some = range(start, min(vectors, start + _BATCH))
            writer.upsert(
                # As long as the ids of rows are.
                [f"{number:036d}" for number in some],
                [f"{number // 3:036d}" for number in some],
                _unit(len(some), numbers, seed=start + 2),
            )
        writer.commit(1)


def _unit(count: int, numbers: int, *, seed: int) -> NDArray[np.float32]:
    made = np.random.default_rng(seed).standard_normal((count, numbers), dtype=np.float32)
    return np.asarray(made / np.linalg.norm(made, axis=1, keepdims=True), dtype=np.float32)


def _resident_bytes() -> int:
    pages = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[1])
    return pages * 4096


def main(arguments: Sequence[str]) -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("--index", default="exact")
    parser.add_argument("--vectors", type=int, default=200_000)
    parser.add_argument("--numbers", type=int, default=256)
    parser.add_argument("--scan-seconds", type=float, default=0.25)
    parser.add_argument("--searches", type=int, default=4_000)
    parser.add_argument("--json", action="store_true")
    given = parser.parse_args(arguments)
    scan = measure(given.index, given.vectors, given.numbers)
    needs = [need(scan, faces, within=given.scan_seconds) for faces in SIZES]
    rows = tails(scan, needs[-1], searches=given.searches)
    if given.json:
        told: dict[str, Any] = {"scan": asdict(scan), "needs": [asdict(each) for each in needs]}
        print(json.dumps({**told, "tails": rows}, indent=2))
    else:
        print(report(scan, needs, rows))
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
