"""How soon a server answers its first search where a million faces are, and what it takes in memory.

A home gets a SQLite database with so many faces of people who look like nobody else, and the file of
its index is made from them once. Then `mien serve` with one worker is started again and again, until
`/readyz` is 200 and until a photo is identified over the API: with the file, with the file and the
database dropped from the system's cache, and without the file. Each time its worker is killed, until
the one that takes its place has identified the photo. Everything else (Python, libraries, networks)
is in the system's cache. Ends with 1 when the median of these workers, or an answer, is not as it
should be.

    python bench/cold_start.py [--faces N] [--rounds N] [--quick] [--json]
"""

import argparse
import http.client
import json
import os
import re
import shutil
import signal
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable
from collections.abc import Iterator
from contextlib import closing
from contextlib import contextmanager
from dataclasses import dataclass
from dataclasses import field
from pathlib import Path
from typing import Any
from typing import Final

_ROOT = Path(__file__).resolve().parents[1]
if sys.path[0] == str(Path(__file__).resolve().parent):
    sys.path[:1] = [str(_ROOT), str(_ROOT / "tests" / "support")]

from bench.gallery_rows import fill_gallery  # noqa: E402
from bench.samples import sample_photo  # noqa: E402
from bench.servers import Site  # noqa: E402
from bench.servers import make_site  # noqa: E402
from bench.telling import tell  # noqa: E402

from load import Request  # noqa: E402
from load import ask  # noqa: E402
from load import upload  # noqa: E402
from mien.options import INDEX_FOLDER  # noqa: E402
from mien.runtime import open_runtime  # noqa: E402
from servers import Server  # noqa: E402
from servers import free_port  # noqa: E402
from servers import started  # noqa: E402

IDENTIFY: Final = "/api/v1/galleries/default/identify"
MOST_SECONDS: Final = 2.0
"""Within which a worker that starts at a million faces is to have answered its first search."""

_WAIT_SECONDS: Final = 300
_PAUSE_SECONDS: Final = 0.01
_WORKERS: Final = (1, 2, 4)
_PAGE: Final = 4096


@dataclass(frozen=True, slots=True)
class Start:
    """One start of a server.

    Attributes:
        ready: seconds until `/readyz` was 200.
        searched: until a photo was identified.
        computed: seconds of the processor that this took, by all its processes.
    """

    ready: float
    searched: float
    computed: float


@dataclass(slots=True)
class Seen:
    """What was measured.

    Attributes:
        starts: of whole servers, by what was there before.
        restarts: seconds from the end of a worker until the next one had searched, and seconds of
            the processor that this took it.
        memory: of servers with so many workers.
    """

    starts: dict[str, list[Start]] = field(default_factory=dict)
    restarts: list[tuple[float, float]] = field(default_factory=list)
    memory: list[dict[str, float]] = field(default_factory=list)


class Home:
    """A home with so many faces, and the server over it.

    Args:
        site: of it.
        photo: of somebody in it.
    """

    def __init__(self, site: Site, photo: bytes) -> None:
        self.site = site
        self._identify = upload(IDENTIFY, photo, key=site.key)
        self.index = site.settings.home / INDEX_FOLDER

    def mien(self, *arguments: str) -> float:
        """Run a command; gives its seconds."""
        start = time.monotonic()
        command = [sys.executable, "-m", "mien", *arguments]
        subprocess.run(command, env=self.site.environment, check=True, capture_output=True)
        return time.monotonic() - start

    @contextmanager
    def serving(self, workers: int) -> Iterator[tuple[Server, str]]:
        """`mien serve`, from the moment of its start; gives its address."""
        bind = f"127.0.0.1:{free_port()}"
        command = [sys.executable, "-m", "mien", "serve", "--bind", bind]
        environment = self.site.environment | {"MIEN_WORKERS": str(workers)}
        with started(command, self.site.folder, environment) as server:
            yield server, f"http://{bind}"

    def has_searched(self, address: str) -> bool:
        """Whether the server finds who is on the photo."""
        status, body = ask(address, self._identify, timeout=_WAIT_SECONDS)
        if status != 200:
            return False
        decisions = [face["decision"] for face in json.loads(body)["faces"]]
        if decisions != ["match"]:
            raise RuntimeError(f"the photo was answered with {decisions}")
        return True

    def snapshot(self) -> Path:
        """The file of the index."""
        [path] = self.index.glob("*/*.snapshot")
        return path


def make_home(folder: Path, photo: bytes, *, faces: int) -> Home:
    """A home with so many faces, one of which is on the photo."""
    site = make_site(folder, photo)
    with closing(open_runtime(site.settings)) as runtime:
        dimension = runtime.engine.summary.dimension
        fill_gallery(runtime.database, gallery="default", count=faces - 1, dimension=dimension)
    return Home(site, photo)


@contextmanager
def started_once(home: Home) -> Iterator[tuple[Server, str, Start]]:
    """Start a server with one worker, and measure; it is ended afterwards."""
    start = time.monotonic()
    with home.serving(1) as (server, address):
        ready: list[float] = []

        def watch() -> None:
            wait_until(lambda: ask(address, Request("GET", "/readyz"))[0] == 200)
            ready.append(time.monotonic() - start)

        watching = threading.Thread(target=watch)
        watching.start()
        wait_until(lambda: home.has_searched(address))
        searched = time.monotonic() - start
        spent = computed(server.process.pid) + sum(map(computed, server.workers()))
        watching.join()
        yield server, address, Start(ready[0], searched, spent)


def restart_worker(home: Home, server: Server, address: str) -> tuple[float, float]:
    """Kill the one worker; seconds until the next one has searched, and of the processor."""
    [worker] = server.workers()
    os.kill(worker, signal.SIGKILL)
    start = time.monotonic()
    wait_until(lambda: home.has_searched(address))
    seconds = time.monotonic() - start
    [successor] = server.workers()
    return seconds, computed(successor)


def wait_until(holds: Callable[[], bool]) -> None:
    """Ask again and again, also where nobody listens yet."""
    end = time.monotonic() + _WAIT_SECONDS
    while True:
        try:
            if holds():
                return
        except (OSError, http.client.HTTPException):
            pass
        if time.monotonic() > end:
            raise TimeoutError(f"no answer within {_WAIT_SECONDS} seconds")
        time.sleep(_PAUSE_SECONDS)


def computed(pid: int | str) -> float:
    """Seconds of the processor that a process has had, its threads and ended children included."""
    stat = Path(f"/proc/{pid}/stat").read_text(encoding="ascii", errors="replace")
    fields = stat.rpartition(")")[2].split()
    return sum(map(int, fields[11:15])) / os.sysconf("SC_CLK_TCK")


def memory_of(home: Home, workers: int) -> dict[str, float]:
    """What all processes of a server hold after each worker has searched: PSS, in MB."""
    with home.serving(workers) as (server, address):
        wait_until(lambda: home.has_searched(address))
        pids = server.all_workers(workers)
        # Each has opened the index when it is ready to be asked, and some of them have looked at
        # photos; now all have.
        wait_until(lambda: all(_maps(pid, home.snapshot()) for pid in pids))
        askers = [
            threading.Thread(target=home.has_searched, args=(address,)) for _ in range(8 * workers)
        ]
        for asker in askers:
            asker.start()
        for asker in askers:
            asker.join()
        every = [server.process.pid, *pids]
        return {
            "workers": workers,
            "all": round(sum(_pss(pid) for pid in every)),
            "index": round(sum(_pss(pid, of=home.snapshot()) for pid in every)),
        }


def _maps(pid: int, path: Path) -> bool:
    return str(path) in Path(f"/proc/{pid}/maps").read_text(encoding="utf-8")


def _pss(pid: int, *, of: Path | None = None) -> float:
    """The proportional share of a process in MB: of all, or of one file alone."""
    if of is None:
        text = Path(f"/proc/{pid}/smaps_rollup").read_text(encoding="utf-8")
        found = re.findall(r"^Pss:\s+(\d+)", text, re.MULTILINE)
    else:
        text = Path(f"/proc/{pid}/smaps").read_text(encoding="utf-8")
        found = re.findall(rf"{re.escape(str(of))}\n(?:.*\n)*?Pss:\s+(\d+)", text)
    return sum(map(int, found)) / 1024


def drop_from_cache(*paths: Path) -> float:
    """Have the system forget files; gives the share of them that it still has in memory."""
    there = pages = 0
    for path in paths:
        descriptor = os.open(path, os.O_RDONLY)
        try:
            os.fsync(descriptor)
            os.posix_fadvise(descriptor, 0, 0, os.POSIX_FADV_DONTNEED)
            size = os.fstat(descriptor).st_size
            for at in range(0, size, max(size // 1000, _PAGE)):
                pages += 1
                try:
                    os.preadv(descriptor, [bytearray(1)], at, os.RWF_NOWAIT)
                    there += 1
                except BlockingIOError:
                    pass
        finally:
            os.close(descriptor)
    return there / max(pages, 1)


def measure(home: Home, *, rounds: int) -> tuple[Seen, float]:
    """All of it; also the share of the files that was in memory after they were dropped."""
    seen, left = Seen(), 0.0
    for _ in range(rounds):
        for kind in ("file", "file, not cached", "no file"):
            if kind == "file, not cached":
                left = drop_from_cache(home.snapshot(), home.site.settings.home / "mien.db")
            elif kind == "no file":
                shutil.rmtree(home.index)
            with started_once(home) as (server, address, start):
                seen.starts.setdefault(kind, []).append(start)
                if kind == "file":
                    seen.restarts.append(restart_worker(home, server, address))
    seen.memory = [memory_of(home, workers) for workers in _WORKERS]
    return seen, left


def figures(seen: Seen) -> dict[str, Any]:
    """What was seen, and whether it is good."""
    restart = statistics.median(seconds for seconds, _ in seen.restarts)
    return {
        "starts": {
            kind: {
                "ready": _median(start.ready for start in starts),
                "searched": _median(start.searched for start in starts),
                "longest": round(max(start.searched for start in starts), 2),
                "computed": _median(start.computed for start in starts),
            }
            for kind, starts in seen.starts.items()
        },
        "worker": {
            "searched": round(restart, 2),
            "longest": round(max(seconds for seconds, _ in seen.restarts), 2),
            "computed": _median(spent for _, spent in seen.restarts),
        },
        "memory": seen.memory,
        "good": restart < MOST_SECONDS,
    }


def _median(values: Iterator[float]) -> float:
    return round(statistics.median(values), 2)


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--faces", type=int, default=1_000_000)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--quick", action="store_true", help="60,000 faces, one round")
    parser.add_argument("--json", action="store_true")
    given = parser.parse_args()
    faces, rounds = (60_000, 1) if given.quick else (given.faces, given.rounds)
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder:
        home = make_home(Path(folder), sample_photo(), faces=faces)
        made = home.mien("index", "rebuild")
        size = home.snapshot().stat().st_size / 2**20
        seen, left = measure(home, rounds=rounds)
        found = {
            "faces": faces,
            "rounds": rounds,
            "made_seconds": round(made, 1),
            "file_mb": round(size),
            "left_in_cache": round(left, 3),
            **figures(seen),
        }
    tell(found, as_json=given.json)


if __name__ == "__main__":
    main()
