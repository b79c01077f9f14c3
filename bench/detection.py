"""How many faces are found, where, and at what price: pictures with faces at known places.

Each set changes one thing: size, turn, tilt, cut, cover, light, shape of the picture. A face counts
as found when a box has its middle in the middle of the known one and is not of another size, and
as level when its roll is within 45 degrees of the truth. Everything else that is found is false,
except in photos that may show other people. What the engine itself doubts to be a face is counted
beside either.

    python bench/detection.py --pack compact --data ../shared/data [--quick] [--peer yunet]

Animals, drawings, paintings, statues and toys are measured with `--pictures`, a folder of folders of
such pictures: `bench/gather_pictures.py` makes one.
"""

import argparse
import json
import os
import sys
import time
from collections.abc import Callable
from collections.abc import Iterator
from collections.abc import Sequence
from dataclasses import asdict
from dataclasses import dataclass
from pathlib import Path

_ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(_ROOT))
# One thread on either side; this must be said before the libraries are loaded.
for _name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"):
    os.environ.setdefault(_name, "1")

import cv2  # noqa: E402  # the line above has to come first
import numpy as np  # noqa: E402  # the line above has to come first
from bench.detection_list import absent_sets  # noqa: E402  # the line above has to come first
from bench.detection_list import list_sets  # noqa: E402  # the line above has to come first
from bench.detection_list import set_options  # noqa: E402  # the line above has to come first
from bench.detection_sets import Example  # noqa: E402  # the line above has to come first
from bench.detection_sets import open_source  # noqa: E402  # the line above has to come first
from bench.packs import chosen_pack  # noqa: E402  # the line above has to come first
from bench.packs import pack_options  # noqa: E402  # the line above has to come first
from numpy.typing import NDArray  # noqa: E402  # the line above has to come first

from mien.packs.manifest import InstalledPack  # noqa: E402  # the line above has to come first
from mien.vision.pack_engine import PackEngine  # noqa: E402  # the line above has to come first
from mien.vision.types import ImageRGB  # noqa: E402  # the line above has to come first

_ALL_DATA = _ROOT.parent / "shared" / "data"
_NO_ROWS = np.empty((0, 15))
_MOST_OFF = 0.4
_SIZE_RATIO = 2.6
_LEVEL_DEGREES = 45.0


@dataclass(frozen=True, slots=True, eq=False)
class Findings:
    """What something that looks for faces found in one picture.

    Attributes:
        boxes: float64, shape (n, 4).
        rolls: degrees, shape (n,); None when it does not say.
        doubted: bool, shape (n,): whether it is said to be perhaps no face; None when it does not
            say.
    """

    boxes: NDArray[np.float64]
    rolls: NDArray[np.float64] | None = None
    doubted: NDArray[np.bool_] | None = None


Pass = Callable[[ImageRGB], Findings]


@dataclass(frozen=True, slots=True)
class Tally:
    """What was counted in a set.

    Attributes:
        pictures: how many there were.
        faces: to be found.
        found: of them.
        level: of those found whose turn is known, the share that was told it.
        false: findings where no face was, in pictures that show no others.
        doubted_found: faces found that are said to be perhaps none.
        doubted_false: of `false`, those.
        duplicates: pairs of findings on one place.
        milliseconds: of processor time a picture; other work on the machine hardly changes it.
    """

    pictures: int
    faces: int
    found: int
    level: float | None
    false: int
    doubted_found: int
    doubted_false: int
    duplicates: int
    milliseconds: float


def is_on(box: NDArray[np.float64], other: NDArray[np.float64]) -> bool:
    """Whether two boxes are about one face: middles near, sizes alike."""
    size, other_size = (((b[2] - b[0]) * (b[3] - b[1])) ** 0.5 for b in (box, other))
    middle, other_middle = ((b[:2] + b[2:]) / 2 for b in (box, other))
    near = float(np.abs(middle - other_middle).max()) <= _MOST_OFF * max(size, other_size)
    return near and bool(max(size, other_size) <= _SIZE_RATIO * min(size, other_size))


def measure(examples: Iterator[Example], look: Pass) -> Tally:
    """Search every picture of a set and compare with what is known."""
    pictures = faces = hits = level = levels_known = false = duplicates = 0
    doubted_found = doubted_false = 0
    seconds = 0.0
    for example in examples:
        start = time.process_time()
        found = look(example.image_rgb)
        seconds += time.process_time() - start
        pictures += 1
        faces += len(example.boxes)
        pairs = [
            [number for number, box in enumerate(found.boxes) if is_on(box, known)]
            for known in example.boxes
        ]
        hits += sum(bool(numbers) for numbers in pairs)
        doubted = np.zeros(len(found.boxes), bool) if found.doubted is None else found.doubted
        doubted_found += sum(bool(numbers) and bool(doubted[numbers].all()) for numbers in pairs)
        if found.rolls is not None and example.roll_degrees is not None:
            for numbers in filter(None, pairs):
                off = min(abs(_half_turn(found.rolls[n] - example.roll_degrees)) for n in numbers)
                levels_known += 1
                level += off <= _LEVEL_DEGREES
        if not example.others:
            known = {number for numbers in pairs for number in numbers}
            false += len(found.boxes) - len(known)
            doubted_false += sum(bool(doubted[n]) for n in range(len(doubted)) if n not in known)
        duplicates += sum(
            is_on(one, other)
            for place, one in enumerate(found.boxes)
            for other in found.boxes[place + 1 :]
        )
    return Tally(
        pictures,
        faces,
        hits,
        float(level / levels_known) if levels_known else None,
        int(false),
        int(doubted_found),
        int(doubted_false),
        int(duplicates),
        1000 * seconds / max(pictures, 1),
    )


def ours(engine: PackEngine, detail: str) -> Pass:
    """The engine."""

    def look(image_rgb: ImageRGB) -> Findings:
        found = engine.detect(image_rgb, detail=detail)  # type: ignore[arg-type]  # one of two words
        boxes = [(f.box.left, f.box.top, f.box.right, f.box.bottom) for f in found]
        return Findings(
            np.array(boxes, dtype=np.float64).reshape(-1, 4),
            np.array([f.pose.roll_degrees for f in found]),
            np.array(["not_a_face" in f.quality.reasons for f in found], dtype=bool),
        )

    return look


def yunet_peer(installed: InstalledPack) -> Pass:
    """OpenCV's own detector with the same file, at the same longest side, in one look."""
    path = installed.paths["face_detection_yunet_2023mar.onnx"]
    detector = cv2.FaceDetectorYN.create(str(path), "", (640, 640), 0.7, 0.3)

    def look(image_rgb: ImageRGB) -> Findings:
        scale = min(640 / max(image_rgb.shape[:2]), 1.0)
        size_wh = tuple(max(round(side * scale), 1) for side in image_rgb.shape[1::-1])
        small = cv2.resize(image_rgb[..., ::-1], size_wh, interpolation=cv2.INTER_AREA)
        detector.setInputSize(size_wh)
        _, rows = detector.detect(small)
        rows = np.asarray(rows, dtype=np.float64).reshape(-1, 15) if np.size(rows) > 1 else _NO_ROWS
        boxes = np.concatenate([rows[:, :2], rows[:, :2] + rows[:, 2:4]], axis=1) / scale
        return Findings(boxes.astype(np.float64))

    return look


def dlib_peer(_: InstalledPack) -> Pass:
    """What face_recognition does: dlib's HOG detector on the picture enlarged once."""
    import dlib

    detector = dlib.get_frontal_face_detector()

    def look(image_rgb: ImageRGB) -> Findings:
        rows = [(b.left(), b.top(), b.right(), b.bottom()) for b in detector(image_rgb, 1)]
        return Findings(np.array(rows, dtype=np.float64).reshape(-1, 4))

    return look


PEERS: dict[str, Callable[[InstalledPack], Pass]] = {"yunet": yunet_peer, "dlib": dlib_peer}


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    pack_options(parser, data=_ALL_DATA)
    parser.add_argument("--detail", choices=["normal", "high"], action="append")
    parser.add_argument("--peer", choices=sorted(PEERS), action="append", default=[])
    set_options(parser)
    parser.add_argument("--quick", action="store_true", help="a fifth of the pictures")
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args(arguments)

    cv2.setNumThreads(1)
    installed = chosen_pack(options)
    engine = PackEngine(installed, threads=1, concurrency=1)
    engine.warm_up()
    looks = {detail: ours(engine, detail) for detail in options.detail or ("normal", "high")}
    looks |= {name: PEERS[name](installed) for name in options.peer}
    source = open_source(options.data / "lfw-dev", half=options.half, seed=options.seed)
    count = options.count // 5 if options.quick else options.count
    report: dict[str, dict[str, Tally]] = {}
    sets = list_sets(
        source, options.data, count=count, pictures=options.pictures, half=options.half
    )
    for name in absent_sets(options.pictures):
        print(f"absent: {name}, see bench/gather_pictures.py", file=sys.stderr)
    for name, examples in sets.items():
        if options.sets in name:
            report[name] = {who: measure(examples(), look) for who, look in looks.items()}
            if not options.json:
                print(_as_text(name, report[name]), flush=True)
    if options.json:
        print(
            json.dumps(
                {
                    "pack": installed.manifest.name,
                    "half": options.half,
                    "seed": options.seed,
                    "sets": {
                        name: {who: asdict(tally) for who, tally in tallies.items()}
                        for name, tallies in report.items()
                    },
                },
                indent=2,
            )
        )
    engine.close()
    return 0


def _half_turn(degrees: float) -> float:
    return (degrees + 180.0) % 360.0 - 180.0


def _as_text(name: str, tallies: dict[str, Tally]) -> str:
    parts = [f"{name:36}"]
    for who, tally in tallies.items():
        recall = f"{100 * tally.found / tally.faces:5.1f} %" if tally.faces else "      -"
        level = "   -" if tally.level is None else f"{100 * tally.level:4.0f}"
        parts.append(
            f"{who}: {recall} found, {level} % level, "
            f"{tally.doubted_found} of them doubted, {tally.false / max(tally.pictures, 1):.2f} "
            f"false, {tally.doubted_false} of {tally.false} doubted, {tally.duplicates} twice, "
            f"{tally.milliseconds:.0f} ms"
        )
    return " | ".join(parts)


if __name__ == "__main__":
    sys.exit(main())
