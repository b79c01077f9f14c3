"""Ten minutes of mixed traffic: memory flat, latency flat, no error.

Several clients identify, add and forget people, send batches, list and scrape, all at the same
time, while the memory of the server's processes is watched. The first tenth warms up; after it
the first third is compared with the last. Ends with 1 when something has grown or gone wrong.

    python bench/soak.py [--minutes N] [--photo FILE] [--json]
"""

import argparse
import json
import statistics
import sys
import tempfile
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from dataclasses import field
from pathlib import Path
from typing import Any

_ROOT = Path(__file__).resolve().parents[1]
if sys.path[0] == str(Path(__file__).resolve().parent):
    # Run as a program: in this folder `samples` would be photos to measure with, not the tests' pages.
    sys.path[:1] = [str(_ROOT), str(_ROOT / "tests" / "support")]

from bench.samples import sample_photo  # noqa: E402
from bench.servers import Site  # noqa: E402
from bench.servers import make_site  # noqa: E402
from bench.servers import serving_process  # noqa: E402

from load import Request  # noqa: E402
from load import ask  # noqa: E402
from load import upload  # noqa: E402

GALLERY = "/api/v1/galleries/default"
_SAMPLE_SECONDS = 2.0
_MOST_GROWTH = 1.10
_MOST_SLOWER = 1.5


@dataclass(slots=True)
class Watched:
    """What was seen, each with its moment in seconds since the start.

    Attributes:
        identified: how long an identification took.
        memory: bytes of all processes of the server together.
        errors: what went wrong.
        done: calls by kind.
    """

    identified: list[tuple[float, float]] = field(default_factory=list)
    memory: list[tuple[float, int]] = field(default_factory=list)
    errors: list[str] = field(default_factory=list)
    done: dict[str, int] = field(default_factory=dict)


class Traffic:
    """Clients of all kinds, until they are stopped.

    Args:
        address: of the server.
        site: for the key.
        photo: that is sent.
    """

    def __init__(self, address: str, site: Site, photo: bytes) -> None:
        self._address = address
        self._key = site.key
        self._photo = photo
        self._start = time.monotonic()
        self._stop = threading.Event()
        self.watched = Watched()

    def run(self, seconds: float, pid: int) -> Watched:
        """Let everybody work for so long."""
        kinds: list[tuple[Callable[[int], None], float]] = [
            (self._identify, 0.0),
            (self._identify, 0.0),
            (self._live, 0.5),
            (self._batch, 2.0),
            (self._look, 0.5),
        ]
        clients = [threading.Thread(target=self._again, args=kind) for kind in kinds]
        for client in clients:
            client.start()
        while self._now() < seconds:
            self.watched.memory.append((self._now(), memory_of(pid)))
            time.sleep(_SAMPLE_SECONDS)
        self._stop.set()
        for client in clients:
            client.join()
        return self.watched

    def _again(self, work: Callable[[int], None], pause_seconds: float) -> None:
        kind, number = work.__name__.removeprefix("_"), 0
        while not self._stop.wait(pause_seconds):
            number += 1
            try:
                work(number)
            except (AssertionError, OSError, ValueError) as error:
                self.watched.errors.append(f"{kind}: {error!r}"[:300])
            self.watched.done[kind] = number

    def _identify(self, _number: int) -> None:
        start = time.monotonic()
        found = json.loads(self._send(upload(f"{GALLERY}/identify", self._photo, key=self._key)))
        self.watched.identified.append((self._now(), time.monotonic() - start))
        assert found["faces"], "nobody was found"

    def _live(self, number: int) -> None:
        """Somebody comes, has a face, is found and forgotten."""
        person = json.loads(self._call("POST", f"{GALLERY}/people", name=f"Soak {number}"))["id"]
        path = f"{GALLERY}/people/{person}"
        self._send(upload(f"{path}/faces", self._photo, key=self._key), good=201)
        erased = json.loads(self._call("DELETE", path))
        assert erased["rows_left"] == erased["files_left"] == 0, erased

    def _batch(self, _number: int) -> None:
        request = upload(f"{GALLERY}/identify/batch", *[self._photo] * 3, key=self._key)
        lines = [json.loads(line) for line in self._send(request).splitlines()]
        assert [line["problem"] for line in lines] == [None] * 3, "a line has a problem"

    def _look(self, _number: int) -> None:
        self._call("GET", f"{GALLERY}/people")
        self._call("GET", "/metrics")
        self._call("GET", "/healthz")

    def _call(self, method: str, path: str, **fields: Any) -> bytes:
        headers = {"X-API-Key": self._key, "Content-Type": "application/json"}
        body = json.dumps(fields).encode() if fields else b""
        return self._send(Request(method, path, body, headers), good=201 if fields else 200)

    def _send(self, request: Request, *, good: int = 200) -> bytes:
        status, body = ask(self._address, request, timeout=60)
        assert status == good, f"{status} {body[:200]!r}"
        return body

    def _now(self) -> float:
        return time.monotonic() - self._start


def memory_of(pid: int) -> int:
    """Bytes in memory of a process's children, each counted with its share of what is common."""
    children = Path(f"/proc/{pid}/task/{pid}/children").read_text(encoding="ascii").split()
    total = 0
    for child in children:
        try:
            text = Path(f"/proc/{child}/smaps_rollup").read_text(encoding="ascii")
        except OSError:
            continue  # it has just been replaced
        line = next(line for line in text.splitlines() if line.startswith("Pss:"))
        total += int(line.split()[1]) * 1024
    return total


def judge(watched: Watched, seconds: float) -> dict[str, Any]:
    """What has grown, comparing the first third after the warm-up with the last."""
    warm = seconds / 10
    third = (seconds - warm) / 3

    def growth(seen: list[tuple[float, float]]) -> tuple[float, float]:
        early = [value for moment, value in seen if warm <= moment < warm + third]
        late = [value for moment, value in seen if moment >= seconds - third]
        return statistics.median(early), statistics.median(late)

    memory = growth([(moment, float(size)) for moment, size in watched.memory])
    latency = growth(watched.identified)
    return {
        "calls": dict(sorted(watched.done.items())),
        "errors": len(watched.errors),
        "first_errors": watched.errors[:5],
        "memory_mb": [round(value / 2**20, 1) for value in memory],
        "median_ms": [round(value * 1000, 1) for value in latency],
        "flat": memory[1] <= memory[0] * _MOST_GROWTH and latency[1] <= latency[0] * _MOST_SLOWER,
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--minutes", type=float, default=10.0)
    parser.add_argument("--photo", type=Path, help="instead of a sample photo")
    parser.add_argument("--json", action="store_true")
    given = parser.parse_args()
    photo = given.photo.read_bytes() if given.photo else sample_photo()
    seconds = given.minutes * 60
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder:
        site = make_site(Path(folder), photo)
        with serving_process(site) as (process, address):
            watched = Traffic(address, site, photo).run(seconds, process.process.pid)
    found = judge(watched, seconds)
    if given.json:
        print(json.dumps(found, indent=2))
    else:
        for name, value in found.items():
            print(f"{name}: {value}")
    sys.exit(0 if found["flat"] and not found["errors"] else 1)


if __name__ == "__main__":
    main()
