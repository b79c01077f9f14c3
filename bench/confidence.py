"""Whether what is found is a face: whom the limit of `Quality.confidence` refuses, and what it stops.

Real faces as they are, partly covered and turned, and pictures in which nothing is a human face: drawn heads,
and every folder of `--pictures`, which is a set of its own (`animals`, `drawings`, `statues`, `toys`).
Only what has no other reason against it counts, for only that would be stored. Faces of people come
from one half of the set and pictures from one half of each folder, both told by a digest of the name:
limits were chosen on one, `--half reporting` is the other.

    python bench/confidence.py --pack compact --data ../shared/data --pictures DIR
"""

import argparse
import json
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np

_ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(_ROOT))

from bench.detection import is_on  # noqa: E402  # run as a script, the root is not on the path
from bench.detection_list import NO_HUMAN_FACE  # noqa: E402  # as above
from bench.detection_list import Set  # noqa: E402  # as above
from bench.detection_list import absent_sets  # noqa: E402  # as above
from bench.detection_list import list_sets  # noqa: E402  # as above
from bench.detection_list import set_options  # noqa: E402  # as above
from bench.detection_sets import open_source  # noqa: E402  # as above
from bench.packs import chosen_pack  # noqa: E402  # as above
from bench.packs import pack_options  # noqa: E402  # as above

from mien.vision.engine import Engine  # noqa: E402  # as above
from mien.vision.pack_engine import PackEngine  # noqa: E402  # as above

_ALL_DATA = _ROOT.parent / "shared" / "data"
LIMITS = (0.3, 0.4, 0.5, 0.6, 0.7)
# Of the sets of `bench/detection.py`, those that show people in whatever state.
_PEOPLE = (
    "as they are",
    "grey",
    "tilted by 35 to 60",
    "eyes hidden",
    "mouth hidden",
    "one side hidden",
    "mask worn",
    "sunglasses worn",
    "most turned",
    "fisheye, near the edge",
    "samples: masks",
    "group photos (dlib)",
    "grey 92 x 112 (ORL)",
)


@dataclass(frozen=True, slots=True)
class Row:
    """What was found in a set.

    Attributes:
        pictures: how many there were.
        found: the faces that the set is about, or what was taken for one.
        storable: of them, with no reason against them but perhaps `not_a_face`.
        refused: of those, the share below each of `LIMITS`.
    """

    pictures: int
    found: int
    storable: int
    refused: tuple[float, ...]


def weigh(engine: Engine, examples: Set) -> Row:
    """Look at every picture of a set."""
    pictures, found = 0, 0
    confidences = []
    for example in examples():
        pictures += 1
        for face in engine.detect(example.image_rgb):
            box = np.array([face.box.left, face.box.top, face.box.right, face.box.bottom])
            # Who stands behind, half hidden, is not who would be stored.
            if len(example.boxes) and not any(is_on(box, known) for known in example.boxes):
                continue
            found += 1
            if set(face.quality.reasons) <= {"not_a_face"}:
                confidences.append(face.quality.confidence)
    values = np.array(confidences)
    return Row(
        pictures,
        found,
        len(values),
        tuple(float((values < limit).mean()) if len(values) else 0.0 for limit in LIMITS),
    )


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    pack_options(parser, data=_ALL_DATA)
    set_options(parser)
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args(arguments)

    cv2.setNumThreads(1)
    installed = chosen_pack(options)
    engine = PackEngine(installed, threads=1, concurrency=1)
    engine.warm_up()
    source = open_source(options.data / "lfw-dev", half=options.half, seed=options.seed)
    listed = list_sets(
        source, options.data, count=options.count, pictures=options.pictures, half=options.half
    )
    for name in absent_sets(options.pictures):
        print(f"absent: {name}, see bench/gather_pictures.py", file=sys.stderr)
    rows = {}
    for name, examples in listed.items():
        wanted = name in _PEOPLE or name.startswith(NO_HUMAN_FACE)
        if wanted and options.sets in name:
            rows[name] = weigh(engine, examples)
            if not options.json:
                print(_as_text(name, rows[name]), flush=True)
    engine.close()
    if options.json:
        report = {
            "pack": installed.manifest.name,
            "half": options.half,
            "limits": LIMITS,
            "sets": {
                name: {
                    "pictures": row.pictures,
                    "found": row.found,
                    "storable": row.storable,
                    "refused": row.refused,
                }
                for name, row in rows.items()
            },
        }
        print(json.dumps(report, indent=2))
    return 0


def _as_text(name: str, row: Row) -> str:
    shares = ", ".join(
        f"{100 * share:.1f} % below {limit:g}"
        for share, limit in zip(row.refused, LIMITS, strict=True)
    )
    return (
        f"{name:34} {row.pictures:4} pictures, {row.found:4} found, "
        f"{row.storable:4} storable: {shares}"
    )


if __name__ == "__main__":
    sys.exit(main())
