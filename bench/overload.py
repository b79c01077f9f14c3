"""How `mien serve` answers when few ask, when many do, and when more ask than it can take.

First identify on one photo by 1, 2, 4, 8 and 32 clients against 1, 2 and 4 processes. Then twice as
many requests at once as all threads and queues together hold, for minutes, all with one key, while
another key asks for one photo at a time: the rate has to stay flat and memory too, what is taken is
answered in bounded time, the rest is refused at once, and nothing is lost.

    python bench/overload.py [--quick] [--seconds N] [--hold SECONDS] [--json]
"""

import argparse
import http.client
import json
import statistics
import sys
import tempfile
import threading
import time
from collections.abc import Sequence
from dataclasses import dataclass
from dataclasses import field
from dataclasses import replace
from pathlib import Path
from typing import Any
from typing import Final

# Of the last fifth to the second: what a busy machine does to them is less.
_LEAST_RATE, _MOST_MEMORY = 0.7, 1.2
_ROOT = Path(__file__).resolve().parents[1]
if sys.path[0] == str(Path(__file__).resolve().parent):
    sys.path[:1] = [str(_ROOT), str(_ROOT / "tests" / "support")]

from bench.samples import sample_photo  # noqa: E402
from bench.servers import Site  # noqa: E402
from bench.servers import make_site  # noqa: E402
from bench.servers import serving_process  # noqa: E402
from bench.soak import memory_of  # noqa: E402

from building import acting  # noqa: E402
from load import Request  # noqa: E402
from load import ask  # noqa: E402
from load import upload  # noqa: E402
from mien.access.api_keys import create_key  # noqa: E402
from mien.runtime import open_runtime  # noqa: E402
from mien.sizing import Need  # noqa: E402
from mien.sizing import plan  # noqa: E402
from mien.sizing import this_machine  # noqa: E402

IDENTIFY: Final = "/api/v1/galleries/default/identify"
CLIENTS: Final = (1, 2, 4, 8, 32)
WORKERS: Final = (1, 2, 4)
_PARTS: Final = 5
# A client that was refused comes back after this long; a real one waits for Retry-After, longer.
_PAUSE_SECONDS: Final = 0.2
_TIMEOUT_SECONDS: Final = 60.0


@dataclass(slots=True)
class Seen:
    """What became of the requests of one key, each with when it ended and how long it took."""

    taken: list[tuple[float, float]] = field(default_factory=list)
    refused: list[tuple[float, float]] = field(default_factory=list)
    lost: list[str] = field(default_factory=list)


def crowd(address: str, request: Request, *, clients: int, until: float, seen: Seen) -> None:
    """Ask from so many threads until a moment of `time.monotonic`."""

    def work() -> None:
        while (start := time.monotonic()) < until:
            try:
                status, body = ask(address, request, timeout=_TIMEOUT_SECONDS)
            except (OSError, http.client.HTTPException) as error:
                seen.lost.append(repr(error))
                continue
            now = time.monotonic()
            if status == 200:
                seen.taken.append((now, now - start))
            elif status == 503 and b'"overloaded"' in body:
                seen.refused.append((now, now - start))
                time.sleep(_PAUSE_SECONDS)
            else:
                seen.lost.append(f"{status} {body[:200]!r}")

    threads = [threading.Thread(target=work) for _ in range(clients)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


def few_and_many(site: Site, photo: bytes, *, seconds: float) -> list[dict[str, Any]]:
    """Rates and latencies of so many clients against so many processes."""
    request = upload(IDENTIFY, photo, key=site.key)
    rows = []
    for workers in WORKERS:
        with serving_process(with_workers(site, workers)) as (_, address):
            crowd(address, request, clients=2 * workers, until=time.monotonic() + 2, seen=Seen())
            for clients in CLIENTS:
                seen, start = Seen(), time.monotonic()
                crowd(address, request, clients=clients, until=start + seconds, seen=seen)
                spent = time.monotonic() - start
                rows.append(
                    {
                        "workers": workers,
                        "clients": clients,
                        "per_second": len(seen.taken) / spent,
                        **latencies([each for _, each in seen.taken]),
                        "refused": len(seen.refused),
                        "lost": len(seen.lost),
                    }
                )
    return rows


def with_workers(site: Site, workers: int) -> Site:
    """The same site with another number of processes."""
    return replace(site, plan=plan(this_machine(), Need(), workers=workers))


def hold(site: Site, photo: bytes, *, seconds: float) -> dict[str, Any]:
    """Twice what threads and queues hold, and beside it one who asks for one photo at a time."""
    runtime = open_runtime(site.settings)
    other_key, _ = create_key(acting(runtime.services), name="other", scopes=["identify"])
    queued = site.settings.queue_requests
    runtime.close()
    clients = 2 * site.plan.workers * (site.plan.threads + queued)
    many, few = Seen(), Seen()
    memory: list[tuple[float, int]] = []
    with serving_process(site) as (process, address):
        start = time.monotonic()
        until = start + seconds

        def weigh() -> None:
            while time.monotonic() < until:
                memory.append((time.monotonic(), memory_of(process.process.pid)))
                time.sleep(1)

        threads = [
            threading.Thread(target=weigh),
            threading.Thread(
                target=crowd,
                args=(address, upload(IDENTIFY, photo, key=other_key)),
                kwargs={"clients": 1, "until": until, "seen": few},
            ),
        ]
        for thread in threads:
            thread.start()
        crowd(
            address, upload(IDENTIFY, photo, key=site.key), clients=clients, until=until, seen=many
        )
        for thread in threads:
            thread.join()
    parts = [
        part(many, memory, start + seconds * i / _PARTS, start + seconds * (i + 1) / _PARTS)
        for i in range(_PARTS)
    ]
    return {
        "clients": clients,
        "seconds": seconds,
        "parts": parts,
        # The first part holds what a start costs.
        "rate_last_to_second": parts[-1]["per_second"] / parts[1]["per_second"],
        "memory_last_to_second": parts[-1]["memory_mb"] / parts[1]["memory_mb"],
        "refused_ms": latencies([each for _, each in many.refused]),
        "other_key": {
            "per_second": len(few.taken) / seconds,
            **latencies([each for _, each in few.taken]),
            "refused": len(few.refused),
        },
        "lost": len(many.lost) + len(few.lost),
        "lost_because": sorted({*many.lost, *few.lost})[:5],
    }


def part(
    seen: Seen, memory: Sequence[tuple[float, int]], start: float, end: float
) -> dict[str, Any]:
    """What was between two moments."""
    taken = [each for moment, each in seen.taken if start <= moment < end]
    weights = [size for moment, size in memory if start <= moment < end]
    return {
        "per_second": len(taken) / (end - start),
        **latencies(taken),
        "refused": sum(start <= moment < end for moment, _ in seen.refused),
        "memory_mb": statistics.median(weights) / 2**20,
    }


def latencies(seconds: Sequence[float]) -> dict[str, float]:
    """Median and 99th percentile, in milliseconds; nothing where there are too few."""
    if len(seconds) < 2:
        return {}
    cuts = statistics.quantiles(seconds, n=100, method="inclusive")
    return {"p50_ms": cuts[49] * 1000, "p99_ms": cuts[98] * 1000}


def holds(held: dict[str, Any]) -> bool:
    """Whether nothing was lost, and rate and memory stayed as they were, noise allowed for."""
    return (
        not held["lost"]
        and held["rate_last_to_second"] >= _LEAST_RATE
        and held["memory_last_to_second"] <= _MOST_MEMORY
        and not held["other_key"]["refused"]
    )


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--quick", action="store_true", help="short, and few combinations")
    parser.add_argument("--seconds", type=float, default=8.0, help="of each combination")
    parser.add_argument("--hold", type=float, default=300.0, help="seconds of too much")
    parser.add_argument("--photo", type=Path, help="instead of a sample photo")
    parser.add_argument("--json", action="store_true")
    given = parser.parse_args()
    seconds, held = (2.0, 20.0) if given.quick else (given.seconds, given.hold)
    photo = given.photo.read_bytes() if given.photo else sample_photo()
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder:
        site = make_site(Path(folder), photo)
        found: dict[str, Any] = {
            "few_and_many": few_and_many(site, photo, seconds=seconds),
            "too_many": hold(site, photo, seconds=held),
        }
    if given.json:
        print(json.dumps(found, indent=2))
    else:
        show(found)
    sys.exit(0 if holds(found["too_many"]) else 1)


def show(found: dict[str, Any]) -> None:
    """Both tables, in Markdown."""
    print("| processes | clients | a second | p50 ms | p99 ms | refused | lost |")
    print("|---|---|---|---|---|---|---|")
    for row in found["few_and_many"]:
        print(
            f"| {row['workers']} | {row['clients']} | {row['per_second']:.1f} | {row['p50_ms']:.0f} "
            f"| {row['p99_ms']:.0f} | {row['refused']} | {row['lost']} |"
        )
    held = found["too_many"]
    print(f"\n{held['clients']} clients for {held['seconds']:g} s, in fifths:\n")
    print("| taken a second | p50 ms | p99 ms | refused | memory MB |")
    print("|---|---|---|---|---|")
    for row in held["parts"]:
        print(
            f"| {row['per_second']:.1f} | {row['p50_ms']:.0f} | {row['p99_ms']:.0f} "
            f"| {row['refused']} | {row['memory_mb']:.0f} |"
        )
    other, refused = held["other_key"], held["refused_ms"]
    print(
        f"\nRefusals: p50 {refused['p50_ms']:.0f} ms, p99 {refused['p99_ms']:.0f} ms. The other key: "
        f"{other['per_second']:.1f} a second, p50 {other['p50_ms']:.0f} ms, p99 {other['p99_ms']:.0f} ms, "
        f"{other['refused']} refused. Rate at the end {held['rate_last_to_second']:.2f} and memory "
        f"{held['memory_last_to_second']:.2f} of the second fifth. Lost: {held['lost']}."
    )
    for why in held["lost_because"]:
        print(f"\nLost: {why}")


if __name__ == "__main__":
    main()
