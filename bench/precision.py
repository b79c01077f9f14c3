"""How near embeddings in bf16 are to those in f32, through the whole engine, landmarks included.

python bench/precision.py [--pack PACK] [--every N]
"""

import argparse
import json
import sys
from collections.abc import Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

_ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(_ROOT))

from bench.packs import chosen_pack  # noqa: E402  # run as a script, the root is not on the path
from bench.packs import pack_options  # noqa: E402

from mien.evaluation.acquire import acquire  # noqa: E402
from mien.evaluation.photos import people_folder  # noqa: E402
from mien.evaluation.photos import photos_of_people  # noqa: E402
from mien.options import Precision  # noqa: E402
from mien.vision.pack_engine import PackEngine  # noqa: E402
from mien.vision.reader import ImageReader  # noqa: E402


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    pack_options(parser)
    parser.add_argument("--every", type=int, default=25, help="photo that is looked at")
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args(arguments)
    installed = chosen_pack(options)
    folder = people_folder(options.data)
    shelves = photos_of_people(folder)
    name_of = {photo: person for person, photos in shelves.items() for photo in photos}
    some = {photo: name_of[photo] for photo in sorted(name_of)[:: options.every]}
    reader = ImageReader(max_bytes=10**8, max_pixels=10**8)

    def embedded(precision: Precision) -> dict[str, NDArray[np.float32]]:
        engine = PackEngine(installed, runtime="openvino", precision=precision)
        known = acquire(engine, reader, folder, some, face="nearest-centre")
        engine.close()
        return {photo: sample.embedding for photo, sample in known.samples.items()}

    whole, half = embedded("f32"), embedded("bf16")
    both = sorted(whole.keys() & half.keys())
    one, other = (np.stack([each[photo] for photo in both]) for each in (whole, half))
    cosines = (one * other).sum(axis=1)
    moved = np.abs(one @ one.T - other @ other.T)[np.triu_indices(len(both), 1)]
    report = {
        "pack": installed.manifest.name,
        "photos": len(both),
        "cosine_mean": float(cosines.mean()),
        "cosine_least": float(cosines.min()),
        "similarity_moves_p99": float(np.percentile(moved, 99)),
        "similarity_moves_most": float(moved.max()),
    }
    print(json.dumps(report, indent=None if options.json else 2))
    return 0


if __name__ == "__main__":
    sys.exit(main())
