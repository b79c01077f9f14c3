"""What a server costs: identify on one photo through every path, in one run.

The engine's own loop in this process is the measure: bytes to faces and embeddings, on as many
threads as all workers together have for inference. Then the same photo through Flask's test
client, through `mien serve`, uWSGI, and Nginx before either, all with the same processes and
threads. Rounds alternate, so that what else the machine does falls on all. The load comes from
this machine too, and takes its part of the cores.

    python bench/serving.py [--quick] [--seconds N] [--rounds N] [--photo FILE] [--json]
"""

import argparse
import io
import json
import statistics
import sys
import tempfile
import threading
import time
from collections.abc import Callable
from collections.abc import Iterator
from contextlib import AbstractContextManager
from contextlib import ExitStack
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import Any

_ROOT = Path(__file__).resolve().parents[1]
if sys.path[0] == str(Path(__file__).resolve().parent):
    # Run as a program: in this folder `samples` would be photos to measure with, not the tests' pages.
    sys.path[:1] = [str(_ROOT), str(_ROOT / "tests" / "support")]

from bench.samples import sample_photo  # noqa: E402
from bench.servers import Missing  # noqa: E402
from bench.servers import Site  # noqa: E402
from bench.servers import behind_nginx  # noqa: E402
from bench.servers import make_site  # noqa: E402
from bench.servers import serving  # noqa: E402
from bench.servers import uwsgi_router  # noqa: E402

from load import Outcome  # noqa: E402
from load import running  # noqa: E402
from load import upload  # noqa: E402
from mien.app import create_app  # noqa: E402
from mien.runtime import open_runtime  # noqa: E402
from mien.serving.pool import with_plan  # noqa: E402

Round = Callable[[float], Outcome]
IDENTIFY = "/api/v1/galleries/default/identify"
ENGINE = "engine loop, in process"


@contextmanager
def in_process(site: Site, photo: bytes) -> Iterator[dict[str, Round]]:
    """The engine's own loop, and Flask's test client over the same engine."""
    cores = site.plan.workers * site.plan.inference_concurrency
    settings = with_plan(site.settings, site.plan).model_copy(
        update={"inference_concurrency": cores}
    )
    runtime = open_runtime(settings)
    client = create_app(runtime).test_client
    headers = {"X-API-Key": site.key}

    def look() -> bool:
        runtime.engine.analyze(runtime.services.reader.decode(photo).image_rgb)
        return True

    def ask() -> bool:
        form = {"photo": (io.BytesIO(photo), "photo.jpg")}
        return client().post(IDENTIFY, data=form, headers=headers).status_code == 200

    look()
    try:
        yield {
            ENGINE: partial(looped, look, cores),
            "Flask's test client": partial(looped, ask, 2 * cores),
        }
    finally:
        runtime.close()


def looped(call: Callable[[], bool], threads: int, seconds: float) -> Outcome:
    """Call a function from several threads for a while."""
    outcome = Outcome()
    end = time.monotonic() + seconds

    def work() -> None:
        while (start := time.monotonic()) < end:
            if call():
                outcome.seconds.append(time.monotonic() - start)
            else:
                outcome.failures.append("refused")

    workers = [threading.Thread(target=work) for _ in range(threads)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    return outcome


def loaded(address: str, photo: bytes, site: Site, seconds: float) -> Outcome:
    """Ask a server for a while, with twice as many clients as inferences at a time."""
    clients = 2 * site.plan.workers * site.plan.inference_concurrency
    request = upload(IDENTIFY, photo, key=site.key)
    with running(address, request, threads=clients, pause_seconds=0) as outcome:
        time.sleep(seconds)
    return outcome


def measure(
    photo: bytes, *, seconds: float, rounds: int
) -> tuple[Site, dict[str, list[Outcome]], dict[str, str]]:
    """All paths, round by round; and those that cannot be taken here, with the reason."""
    with ExitStack() as opened:
        folder = opened.enter_context(tempfile.TemporaryDirectory(ignore_cleanup_errors=True))
        # Nginx may run under another account and has to find its way in.
        Path(folder).chmod(0o755)
        site = make_site(Path(folder), photo)
        servers: dict[str, AbstractContextManager[str]] = {
            "Gunicorn (mien serve)": serving(site),
            "uWSGI alone": uwsgi_router(site),
            "Nginx + Gunicorn": behind_nginx(site, uwsgi=False),
            "Nginx + uWSGI": behind_nginx(site, uwsgi=True),
        }
        every = dict(opened.enter_context(in_process(site, photo)))
        missing = {}
        for name, server in servers.items():
            try:
                address = opened.enter_context(server)
            except Missing as error:
                missing[name] = str(error)
                continue
            every[name] = partial(loaded, address, photo, site)
        for one in every.values():
            one(1.0)
        results: dict[str, list[Outcome]] = {name: [] for name in every}
        for _ in range(rounds):
            for name, one in every.items():
                results[name].append(one(seconds))
        return site, results, missing


def figures(outcomes: list[Outcome], seconds: float) -> dict[str, Any]:
    """What is told of a path: the median round's rate, and latencies over all rounds."""
    times = sorted(spent for outcome in outcomes for spent in outcome.seconds)
    cuts = statistics.quantiles(times, n=100, method="inclusive")
    return {
        "per_second": statistics.median(len(each.seconds) / seconds for each in outcomes),
        "p50_ms": cuts[49] * 1000,
        "p95_ms": cuts[94] * 1000,
        "p99_ms": cuts[98] * 1000,
        "lost": sum(len(each.failures) + each.refused for each in outcomes),
        "lost_because": sorted({why for each in outcomes for why in each.failures}),
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--quick", action="store_true", help="one short round")
    parser.add_argument("--seconds", type=float, default=10.0, help="of a path in a round")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--photo", type=Path, help="instead of a sample photo")
    parser.add_argument("--json", action="store_true")
    given = parser.parse_args()
    seconds, rounds = (3.0, 1) if given.quick else (given.seconds, given.rounds)
    photo = given.photo.read_bytes() if given.photo else sample_photo()
    site, results, missing = measure(photo, seconds=seconds, rounds=rounds)
    told = {name: figures(outcomes, seconds) for name, outcomes in results.items()}
    for each in told.values():
        each["of_engine"] = each["per_second"] / told[ENGINE]["per_second"]
    if given.json:
        print(json.dumps({"paths": told, "missing": missing}, indent=2))
        return
    chosen = site.plan
    print(
        f"{chosen.workers} workers, {chosen.threads} threads each, inference on "
        f"{chosen.inference_threads} x {chosen.inference_concurrency}; {rounds} x {seconds:g} s a path\n"
    )
    print("| path | per second | of the engine | p50 | p95 | p99 | lost |")
    print("|---|---|---|---|---|---|---|")
    for name, each in told.items():
        print(
            f"| {name} | {each['per_second']:.1f} | {each['of_engine']:.0%} | {each['p50_ms']:.0f} ms "
            f"| {each['p95_ms']:.0f} ms | {each['p99_ms']:.0f} ms | {each['lost']} |"
        )
    for name, why in missing.items():
        print(f"| {name} | missing: {why} | | | | | |")
    for name, each in told.items():
        for why in each["lost_because"]:
            print(f"\n{name} lost a request: {why}")


if __name__ == "__main__":
    main()
