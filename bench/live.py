"""A live camera: how many pictures a second `mien serve` answers, and where their time goes.

One client does what the live page does: it sends the next picture of one face, 640 by 480 pixels,
when the last is answered, with the faces that it follows, and the server embeds only those that are
new or uncertain, or were last decided a second ago. The same without saying what is known, with two
pictures on their way at a time, and with nobody in view. Client and server share this machine's
cores; the page sends no more than 15 a second.

    python bench/live.py [--quick] [--seconds N] [--json]
"""

import argparse
import http.client
import json
import statistics
import sys
import tempfile
import threading
import time
from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass
from dataclasses import field
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import numpy as np

_ROOT = Path(__file__).resolve().parents[1]
if sys.path[0] == str(Path(__file__).resolve().parent):
    sys.path[:1] = [str(_ROOT), str(_ROOT / "tests" / "support")]

from bench.samples import sample_photo  # noqa: E402
from bench.servers import Site  # noqa: E402
from bench.servers import make_site  # noqa: E402
from bench.servers import serving  # noqa: E402

from building import acting  # noqa: E402
from filming import SIZE_WH  # noqa: E402
from filming import portrait_film  # noqa: E402
from mien.gallery.recognition.live import KnownFace  # noqa: E402
from mien.gallery.recognition.live import identify_frame  # noqa: E402
from mien.observing import Stage  # noqa: E402
from mien.runtime import open_runtime  # noqa: E402
from mien.serving.pool import with_plan  # noqa: E402
from mien.vision.images import encode_jpeg  # noqa: E402
from mien.vision.reader import ImageReader  # noqa: E402
from mien.vision.tracking import Sighting  # noqa: E402
from mien.vision.tracking import Tracker  # noqa: E402
from mien.vision.tracking import Vote  # noqa: E402
from mien.vision.types import Box  # noqa: E402

_ADDRESS = "/api/v1/galleries/default/live"
_BOUNDARY = "a-boundary-that-no-picture-holds"
_WARMING = 10
_MOST_PIXELS = 50_000_000
_LEAST_PER_SECOND = 10.0


@dataclass(slots=True)
class Camera:
    """What the page does with its pictures.

    Attributes:
        pictures: files that are shown over and over.
        follows: whether it says what it knows already.
        tracker: what it follows.
        asked: how many faces the server decided about.
        seconds: how long each answer took.
    """

    pictures: list[bytes]
    follows: bool = True
    tracker: Tracker = field(default_factory=Tracker)
    asked: int = 0
    seconds: list[float] = field(default_factory=list)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def known(self) -> list[dict[str, Any]]:
        """What is sent with a picture."""
        if not self.follows:
            return []
        at = time.monotonic()
        with self._lock:
            return [
                {"box": _box_out(track.box_at(at)), "fresh": not self.tracker.asks(track, at)}
                for track in self.tracker.tracks
                if not track.is_lost
            ]

    def take(self, answer: dict[str, Any], spent: float) -> None:
        """What is done with an answer."""
        with self._lock:
            self.seconds.append(spent)
            self.asked += sum(face["decision"] is not None for face in answer["faces"])
            self.tracker.see([_sighting(face) for face in answer["faces"]], time.monotonic())


def _box_out(box: Box) -> dict[str, float]:
    return {"x": box.left, "y": box.top, "width": box.width, "height": box.height}


def _sighting(face: dict[str, Any]) -> Sighting:
    x, y, width, height = (face["box"][name] for name in ("x", "y", "width", "height"))
    vote = None
    if face["decision"] is not None:
        is_match = face["decision"] == "match"
        vote = Vote(face["decision"], face["person"]["id"] if is_match else "")
    return Sighting(Box(x, y, x + width, y + height), vote=vote)


def film(address: str, site: Site, camera: Camera, *, until: float, step: int) -> None:
    """Send pictures over one connection, each when the last is answered."""
    connection = http.client.HTTPConnection(urlsplit(address).netloc, timeout=30)
    headers = {
        "X-API-Key": site.key,
        "Content-Type": f"multipart/form-data; boundary={_BOUNDARY}",
    }
    number = step
    while (start := time.monotonic()) < until:
        body = _form(camera.pictures[number % len(camera.pictures)], camera.known())
        connection.request("POST", _ADDRESS, body=body, headers=headers)
        response = connection.getresponse()
        answer = json.loads(response.read())
        if response.status != http.client.OK:
            raise RuntimeError(answer)
        camera.take(answer, time.monotonic() - start)
        number += 1
    connection.close()


def _form(picture: bytes, known: list[dict[str, Any]]) -> bytes:
    def part(name: str, content: bytes, more: str = "") -> bytes:
        head = f'--{_BOUNDARY}\r\nContent-Disposition: form-data; name="{name}"{more}\r\n\r\n'
        return head.encode() + content + b"\r\n"

    return (
        part("known", json.dumps(known).encode())
        + part("photo", picture, '; filename="frame.jpg"')
        + f"--{_BOUNDARY}--\r\n".encode()
    )


def measured(
    address: str, site: Site, camera: Camera, *, seconds: float, at_once: int = 1
) -> dict[str, Any]:
    """What one camera gets from the server in so many seconds."""
    film(address, site, Camera(camera.pictures), until=time.monotonic() + 1.0, step=0)
    start = time.monotonic()
    workers = [
        threading.Thread(
            target=film,
            args=(address, site, camera),
            kwargs={"until": start + seconds, "step": step},
        )
        for step in range(at_once)
    ]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    spent = time.monotonic() - start
    cuts = statistics.quantiles(camera.seconds, n=20, method="inclusive")
    return {
        "per_second": len(camera.seconds) / spent,
        "p50_ms": 1000 * cuts[9],
        "p95_ms": 1000 * cuts[18],
        "decided": camera.asked / len(camera.seconds),
    }


def where_time_goes(site: Site, picture: bytes, *, times: int) -> dict[str, dict[str, float]]:
    """Milliseconds of a picture in this process, by what they are spent on."""
    runtime = open_runtime(with_plan(site.settings, site.plan))
    stages: dict[str, float] = defaultdict(float)

    def note(stage: Stage, spent: float) -> None:
        stages[stage] += spent

    runtime.services.observer.on_stage = note
    call = acting(runtime.services)
    reader: ImageReader = runtime.services.reader
    (face,) = identify_frame(call, gallery="default", frame=picture).faces
    found = {}
    for name, known in (
        ("new face", []),
        ("fresh face", [KnownFace(face.face.box, fresh=True)]),
    ):
        ask: Callable[[], object] = lambda known=known: identify_frame(  # type: ignore[misc]  # noqa: E731
            call, gallery="default", frame=picture, known=known
        )
        _timed(ask, _WARMING)
        stages.clear()
        whole = _timed(ask, times)
        parts = {
            "read": _timed(lambda: reader.decode(picture), times),
            **{stage: 1000 * spent / times for stage, spent in stages.items()},
        }
        found[name] = {**parts, "rest": whole - sum(parts.values()), "whole": whole}
    runtime.close()
    return found


def _timed(work: Callable[[], object], times: int) -> float:
    """Milliseconds that it takes as a mean."""
    start = time.perf_counter()
    for _ in range(times):
        work()
    return 1000 * (time.perf_counter() - start) / times


def measure(*, seconds: float) -> dict[str, Any]:
    """All of it, with one server."""
    photo = sample_photo()
    grey = np.full((SIZE_WH[1], SIZE_WH[0], 3), 128, dtype=np.uint8)
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder:
        site = make_site(Path(folder), photo)
        shown = ImageReader(max_bytes=len(photo), max_pixels=_MOST_PIXELS).decode(photo).image_rgb
        pictures = [encode_jpeg(each) for each in portrait_film(shown)]
        cameras = {
            "followed": (Camera(pictures), 1),
            "followed, two at a time": (Camera(pictures), 2),
            "nothing known": (Camera(pictures, follows=False), 1),
            "nobody in view": (Camera([encode_jpeg(grey)]), 1),
        }
        with serving(site) as address:
            paths = {
                name: measured(address, site, camera, seconds=seconds, at_once=at_once)
                for name, (camera, at_once) in cameras.items()
            }
        times = where_time_goes(site, pictures[0], times=max(round(4 * seconds), 20))
    return {
        "picture_bytes": len(pictures[0]),
        "workers": site.plan.workers,
        "threads": site.plan.inference_threads,
        "paths": paths,
        "milliseconds": times,
    }


def main() -> int:
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--quick", action="store_true", help="two seconds a path")
    parser.add_argument("--seconds", type=float, default=8.0, help="of a path")
    parser.add_argument("--json", action="store_true")
    given = parser.parse_args()
    found = measure(seconds=2.0 if given.quick else given.seconds)
    if given.json:
        print(json.dumps(found, indent=2))
    else:
        print_found(found)
    return int(found["paths"]["followed"]["per_second"] < _LEAST_PER_SECOND)


def print_found(found: dict[str, Any]) -> None:
    """As tables."""
    print(
        f"{found['workers']} workers, {found['threads']} threads for inference; "
        f"pictures of {found['picture_bytes'] / 1000:.0f} kB\n"
    )
    print("| camera | pictures a second | p50 | p95 | faces decided a picture |")
    print("|---|---|---|---|---|")
    for name, each in found["paths"].items():
        print(
            f"| {name} | {each['per_second']:.1f} | {each['p50_ms']:.0f} ms | "
            f"{each['p95_ms']:.0f} ms | {each['decided']:.2f} |"
        )
    names = ["read", "detect", "align", "embed", "rest", "whole"]
    print(f"\n| ms in process | {' | '.join(names)} |")
    print("|---" * (len(names) + 1) + "|")
    for name, parts in found["milliseconds"].items():
        print(f"| {name} | {' | '.join(f'{parts.get(each, 0):.1f}' for each in names)} |")


if __name__ == "__main__":
    raise SystemExit(main())
