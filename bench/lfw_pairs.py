"""Accuracy of a pack on labelled pairs in the layout of Labeled Faces in the Wild, view 2.

What `mien evaluate pairs` measures, with a choice of runtime and detection side, the time a photo
takes, and the similarities that pairs of two people reach over all photos.

    python bench/lfw_pairs.py --pack classic --data ../shared/data/lfw-dev
"""

import argparse
import json
import sys
import time
from collections.abc import Mapping
from collections.abc import Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from mien.evaluation.acquire import acquire
from mien.evaluation.curves import accepted_at
from mien.evaluation.folds import accuracy_of
from mien.evaluation.folds import judge_folds
from mien.evaluation.pairs import score_pairs
from mien.evaluation.pairs_file import read_pairs
from mien.evaluation.photos import find_named
from mien.evaluation.photos import people_folder
from mien.vision.pack_engine import PackEngine
from mien.vision.reader import ImageReader
from mien.vision.types import FloatArray

_ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(_ROOT))

from bench.packs import chosen_pack  # noqa: E402  # run as a script, the root is not on the path
from bench.packs import pack_options  # noqa: E402  # run as a script, the root is not on the path


def rates_at(
    threshold: float, scores: NDArray[np.float64], same: NDArray[np.bool_]
) -> dict[str, float]:
    """Share of pairs judged wrongly at a threshold, of either kind."""
    return {
        "threshold": threshold,
        "false_match_rate": float((scores[~same] >= threshold).mean()),
        "false_non_match_rate": float((scores[same] < threshold).mean()),
    }


def impostor_tail(embeddings: Mapping[str, FloatArray]) -> dict[str, float]:
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
    pack_options(parser)
    parser.add_argument("--runtime", default="auto", choices=["auto", "onnxruntime", "openvino"])
    parser.add_argument("--detection-side", type=int, default=640)
    parser.add_argument("--quick", action="store_true", help="a tenth of the pairs")
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args(arguments)

    pairs = read_pairs(options.data / "pairs.txt")
    if options.quick:
        pairs = pairs[::10]
    folder = people_folder(options.data)
    photos = find_named(folder, (name for pair in pairs for name in (pair.one, pair.other)))
    installed = chosen_pack(options)
    engine = PackEngine(installed, runtime=options.runtime, detection_side=options.detection_side)
    engine.warm_up()
    reader = ImageReader(max_bytes=10**8, max_pixels=10**8)
    started = time.perf_counter()
    acquired = acquire(engine, reader, folder, photos.values(), face="nearest-centre")
    seconds = time.perf_counter() - started
    scored = score_pairs(pairs, photos, acquired.samples)
    scores, same = scored.scores, scored.same
    accuracy = accuracy_of(judge_folds(scores, same, np.array([pair.fold for pair in pairs])))
    embeddings = {photo: sample.embedding for photo, sample in acquired.samples.items()}
    thresholds = installed.manifest.thresholds
    report = {
        "pack": installed.manifest.name,
        "contract_id": engine.summary.contract_id,
        "detector": engine.summary.detector,
        "recognizer": engine.summary.recognizer,
        "pairs": len(pairs),
        "photos": len(photos),
        "accuracy": {"mean": accuracy.mean, "standard_error": accuracy.standard_error},
        "tar_at_far": {
            rate: accepted_at(scored.genuine, scored.impostor, float(rate))
            for rate in ("1e-2", "1e-3")
        },
        "at_verify_threshold": rates_at(thresholds.verify, scores, same),
        "at_identify_threshold": rates_at(thresholds.identify, scores, same),
        "impostor_similarity_at": impostor_tail(embeddings),
        "not_acquired": sorted(acquired.refused),
        "milliseconds_per_photo": 1000 * seconds / len(photos),
    }
    engine.close()
    print(json.dumps(report, indent=2) if options.json else _as_text(report))
    return 0


def _as_text(report: dict[str, object]) -> str:
    return "\n".join(f"{key}: {value}" for key, value in report.items())


if __name__ == "__main__":
    sys.exit(main())
