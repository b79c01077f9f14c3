"""Accuracy of a pack on labelled pairs in the layout of Labeled Faces in the Wild, view 2.

Runs every photo of the pairs through the same engine as the server. When a photo shows several
faces the one nearest its centre is taken, as the set means it; every photo without a face is named,
and its pairs count as "different people".

    python bench/lfw_pairs.py --pack classic --data ../shared/data/lfw-dev
"""

import argparse
import json
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from mien.vision.engine import Engine
from mien.vision.images import ImageReader
from mien.vision.pack_engine import PackEngine
from mien.vision.types import Face
from mien.vision.types import FloatArray
from mien.vision.types import ImageRGB

_ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(_ROOT))

from bench.packs import install_first_pack  # noqa: E402  # run as a script, the root is not on the path
from bench.packs import install_pack  # noqa: E402  # run as a script, the root is not on the path

DEFAULT_DATA = _ROOT.parent / "shared" / "data" / "lfw-dev"
_NOT_ACQUIRED = -1.0


@dataclass(frozen=True, slots=True)
class Pair:
    """Two photos, whether they show one person, and the fold they belong to."""

    one: str
    other: str
    same: bool
    fold: int


def read_pairs(path: Path) -> list[Pair]:
    """Read `pairs.txt`; photos are named by their path below `images`."""
    lines = path.read_text(encoding="utf-8").splitlines()
    folds, of_each_kind = (int(word) for word in lines[0].split())
    pairs = []
    for number, line in enumerate(lines[1 : 1 + 2 * folds * of_each_kind]):
        words = line.split("\t")
        same = len(words) == 3
        name_one, number_one = words[0], words[1]
        name_other, number_other = (words[0], words[2]) if same else (words[2], words[3])
        pairs.append(
            Pair(
                _photo(name_one, number_one),
                _photo(name_other, number_other),
                same,
                number // (2 * of_each_kind),
            )
        )
    return pairs


def nearest_to_centre(faces: Sequence[Face], image_rgb: ImageRGB) -> Face:
    """The face whose box lies nearest the middle of the picture."""
    middle_x, middle_y = image_rgb.shape[1] / 2, image_rgb.shape[0] / 2
    return min(
        faces,
        key=lambda face: (
            abs((face.box.left + face.box.right) / 2 - middle_x)
            + abs((face.box.top + face.box.bottom) / 2 - middle_y)
        ),
    )


def embed_all(engine: Engine, data: Path, photos: Sequence[str]) -> dict[str, FloatArray]:
    """Embeddings of the photos in which a face was found."""
    reader = ImageReader(max_bytes=10**8, max_pixels=10**8)
    found = {}
    for number, photo in enumerate(photos):
        image_rgb = reader.decode((data / "images" / photo).read_bytes()).image_rgb
        if faces := engine.analyze(image_rgb):
            found[photo] = nearest_to_centre(faces, image_rgb).embedding
        if number % 500 == 499:
            print(f"{number + 1} of {len(photos)} photos", file=sys.stderr)
    return found


def similarities(pairs: Sequence[Pair], embeddings: dict[str, FloatArray]) -> NDArray[np.float64]:
    """Cosine of every pair; -1 where a photo has no face."""
    return np.array(
        [
            float(embeddings[pair.one] @ embeddings[pair.other])
            if pair.one in embeddings and pair.other in embeddings
            else _NOT_ACQUIRED
            for pair in pairs
        ]
    )


def accuracy(
    scores: NDArray[np.float64], same: NDArray[np.bool_], fold: NDArray[np.int_]
) -> tuple[float, float]:
    """Mean and standard error over the folds, each judged at the best threshold of the others."""
    results = []
    for number in np.unique(fold):
        train, test = fold != number, fold == number
        threshold = best_threshold(scores[train], same[train])
        results.append(float(((scores[test] >= threshold) == same[test]).mean()))
    spread = float(np.std(results, ddof=1)) if len(results) > 1 else 0.0
    return float(np.mean(results)), spread / len(results) ** 0.5


def best_threshold(scores: NDArray[np.float64], same: NDArray[np.bool_]) -> float:
    """The threshold, halfway between two scores, with the fewest errors."""
    order = np.argsort(scores, kind="stable")
    ranked = scores[order]
    # Cutting before place i calls the first i "different" and the rest "same".
    right = np.concatenate([[0], np.cumsum(~same[order])]) + np.concatenate(
        [np.cumsum(same[order][::-1])[::-1], [0]]
    )
    place = int(right.argmax())
    low = ranked[max(place - 1, 0)]
    high = ranked[min(place, len(ranked) - 1)]
    return float((low + high) / 2)


def acceptance(
    scores: NDArray[np.float64], same: NDArray[np.bool_], false_match_rate: float
) -> float:
    """Share of the same-person pairs accepted where this share of the others is, too (TAR at FAR)."""
    impostors = np.sort(scores[~same])[::-1]
    allowed = int(false_match_rate * len(impostors))
    return float((scores[same] > impostors[allowed]).mean())


def rates_at(
    threshold: float, scores: NDArray[np.float64], same: NDArray[np.bool_]
) -> dict[str, float]:
    """Share of pairs judged wrongly at a threshold, of either kind."""
    return {
        "threshold": threshold,
        "false_match_rate": float((scores[~same] >= threshold).mean()),
        "false_non_match_rate": float((scores[same] < threshold).mean()),
    }


def impostor_tail(embeddings: dict[str, FloatArray]) -> dict[str, float]:
    """Similarity that a pair of different people reaches this often, over all pairs of photos."""
    photos = sorted(embeddings)
    people = np.array([photo.split("/")[0] for photo in photos])
    matrix = np.stack([embeddings[photo] for photo in photos])
    scores = np.concatenate(
        [
            (matrix[index + 1 :] @ matrix[index])[people[index + 1 :] != people[index]]
            for index in range(len(photos) - 1)
        ]
    )
    rates = ("1e-2", "1e-3", "1e-4", "1e-5", "1e-6")
    return {"pairs": float(len(scores))} | {
        rate: float(np.quantile(scores, 1 - float(rate))) for rate in rates
    }


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--pack", help="the first whose files can be had, when none is named")
    parser.add_argument("--data", type=Path, default=DEFAULT_DATA)
    parser.add_argument("--models-dir", type=Path)
    parser.add_argument("--files", type=Path, action="append", default=[], help="folder of files")
    parser.add_argument("--runtime", default="auto", choices=["auto", "onnxruntime", "openvino"])
    parser.add_argument("--detection-side", type=int, default=640)
    parser.add_argument("--quick", action="store_true", help="a tenth of the pairs")
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args(arguments)

    pairs = read_pairs(options.data / "pairs.txt")
    if options.quick:
        pairs = pairs[::10]
    photos = sorted({photo for pair in pairs for photo in (pair.one, pair.other)})
    where = {"models_dir": options.models_dir, "folders": options.files}
    installed = install_pack(options.pack, **where) if options.pack else install_first_pack(**where)
    engine = PackEngine(installed, runtime=options.runtime, detection_side=options.detection_side)
    engine.warm_up()
    started = time.perf_counter()
    embeddings = embed_all(engine, options.data, photos)
    seconds = time.perf_counter() - started
    scores = similarities(pairs, embeddings)
    same = np.array([pair.same for pair in pairs])
    fold = np.array([pair.fold for pair in pairs])
    mean, error = accuracy(scores, same, fold)
    thresholds = installed.manifest.thresholds
    report = {
        "pack": installed.manifest.name,
        "contract_id": engine.summary.contract_id,
        "detector": engine.summary.detector,
        "recognizer": engine.summary.recognizer,
        "pairs": len(pairs),
        "photos": len(photos),
        "accuracy": {"mean": mean, "standard_error": error},
        "tar_at_far": {rate: acceptance(scores, same, float(rate)) for rate in ("1e-2", "1e-3")},
        "at_verify_threshold": rates_at(thresholds.verify, scores, same),
        "at_identify_threshold": rates_at(thresholds.identify, scores, same),
        "impostor_similarity_at": impostor_tail(embeddings),
        "not_acquired": sorted(set(photos) - set(embeddings)),
        "milliseconds_per_photo": 1000 * seconds / len(photos),
    }
    engine.close()
    print(json.dumps(report, indent=2) if options.json else _as_text(report))
    return 0


def _photo(name: str, number: str) -> str:
    return f"{name}/{name}_{int(number):04d}.jpg"


def _as_text(report: dict[str, object]) -> str:
    return "\n".join(f"{key}: {value}" for key, value in report.items())


if __name__ == "__main__":
    sys.exit(main())
