"""What taking a part of the mean embedding off is worth, and on whose photos.

All embeddings of a network may have something in common that says of nobody who it is. Fitted is the
mean embedding of one half of the people of a labelled set, every person weighing the same; searched,
as in `bench/draws.py`, is the other half, with half of them enrolled. The control is a set of another
kind, with the mean of the labelled set: pairs of all its photos. Prints the offset of all people as a
manifest wants it.

    python bench/offset.py --pack standard [--share 0.5] [--control ../shared/data/orl] [--json]
"""

import argparse
import dataclasses
import json
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Final

import cv2
import numpy as np
from numpy.typing import NDArray

_ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(_ROOT))

from bench.draws import choices  # noqa: E402  # run as a script, the root is not on the path
from bench.labelled import Labelled  # noqa: E402
from bench.labelled import labelled  # noqa: E402
from bench.open_set import fnir  # noqa: E402
from bench.packs import chosen_pack  # noqa: E402
from bench.packs import pack_options  # noqa: E402

from mien.packs.manifest import InstalledPack  # noqa: E402
from mien.vision.pack_engine import PackEngine  # noqa: E402

Matrix = NDArray[np.float32]
SHARES: Final = (0.0, 0.25, 0.5, 0.75, 1.0)
_SPLITS: Final = 4
_RATES: Final = (1e-2, 1e-3, 1e-4)


def without_offsets(installed: InstalledPack) -> InstalledPack:
    """The pack as if its manifest had none."""
    manifest = installed.manifest
    specs = tuple(spec.model_copy(update={"offset": ()}) for spec in manifest.recognizers)
    changed = manifest.model_copy(update={"recognizers": specs})
    return dataclasses.replace(installed, manifest=changed)


def mean_embedding(embeddings: Matrix, people: NDArray[np.str_]) -> Matrix:
    """The mean, shape (dimension,), every person weighing the same."""
    names, owner = np.unique(people, return_inverse=True)
    sums = np.zeros((len(names), embeddings.shape[1]), dtype=np.float64)
    np.add.at(sums, owner, embeddings)
    return np.asarray((sums / np.bincount(owner)[:, None]).mean(axis=0), dtype=np.float32)


def taken_off(embeddings: Matrix, mean: Matrix, share: float, parts: Sequence[int]) -> Matrix:
    """Unit embeddings without a share of the mean, network by network.

    Args:
        embeddings: float32, shape (n, dimension), of networks side by side.
        mean: float32, shape (dimension,).
        share: of the mean.
        parts: dimensions of the networks, in their order.
    """
    ends = np.cumsum(parts)
    pieces = []
    for start, end in zip(ends - parts, ends, strict=True):
        mine = embeddings[:, start:end]
        length = np.linalg.norm(mine, axis=1, keepdims=True)
        rest = mine - share * mean[start:end]
        pieces.append(length * rest / np.linalg.norm(rest, axis=1, keepdims=True))
    return np.concatenate(pieces, axis=1).astype(np.float32)


def on_halves(data: Labelled, parts: Sequence[int]) -> dict[float, list[float]]:
    """FNIR at an FPIR of 1 %, by the share that is taken off; fitted on the other people."""
    found: dict[float, list[float]] = {share: [] for share in SHARES}
    people = np.unique(data.people)
    for seed in range(_SPLITS):
        random = np.random.default_rng(seed)
        fitted = np.isin(data.people, random.permutation(people)[: len(people) // 2])
        mean = mean_embedding(data.embeddings[fitted], data.people[fitted])
        rest = Labelled(data.embeddings[~fitted], data.people[~fitted], data.photos[~fitted])
        chosen = list(choices(rest, enrolled=500, draws=10, seed=seed))
        for share, each in found.items():
            moved = taken_off(rest.embeddings, mean, share, parts)
            each += [fnir(moved, choice) for choice in chosen]
    return found


def control_set(installed: InstalledPack, folder: Path) -> tuple[Matrix, NDArray[np.str_]]:
    """Embeddings of the largest face of each photo in folders of people, and whom each shows."""
    engine = PackEngine(installed)
    embeddings, people = [], []
    for path in sorted(folder.rglob("*.pgm")) or sorted(folder.rglob("*.jpg")):
        # PGM, too, which Mien does not take.
        image_bgr = cv2.imread(str(path))
        assert image_bgr is not None, f"{path} cannot be read"
        faces = engine.analyze(np.ascontiguousarray(image_bgr[:, :, ::-1], dtype=np.uint8))
        if faces:
            largest = max(faces, key=lambda face: face.quality.size_px)
            embeddings.append(largest.embedding)
            people.append(path.parent.name)
    engine.close()
    return np.stack(embeddings), np.array(people)


def missed_pairs(embeddings: Matrix, people: NDArray[np.str_]) -> list[float]:
    """FNMR at some rates of false matches, over all pairs of photos."""
    one, other = np.triu_indices(len(people), 1)
    scores = (embeddings @ embeddings.T)[one, other]
    same = people[one] == people[other]
    impostors = np.sort(scores[~same])
    thresholds = [impostors[int((1 - rate) * len(impostors))] for rate in _RATES]
    return [float((scores[same] <= threshold).mean()) for threshold in thresholds]


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    pack_options(parser)
    parser.add_argument("--share", type=float, default=0.5, help="of the offset that is printed")
    parser.add_argument("--control", type=Path, help="folder of folders, one a person")
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args(arguments)
    installed = without_offsets(chosen_pack(options))
    parts = [spec.dimension for spec in installed.manifest.recognizers]
    data = labelled(installed, options.data)
    mean = mean_embedding(data.embeddings, data.people)
    found = on_halves(data, parts)
    report: dict[str, object] = {
        "pack": installed.manifest.name,
        "fnir": {f"{share:g}": float(np.mean(each)) for share, each in found.items()},
        "standard_error_of_difference": {
            f"{share:g}": float(np.std(np.subtract(each, found[0.0]), ddof=1) / np.sqrt(len(each)))
            for share, each in found.items()
        },
    }
    if options.control:
        embeddings, people = control_set(installed, options.control)
        report["control"] = {
            f"{share:g}": missed_pairs(taken_off(embeddings, mean, share, parts), people)
            for share in SHARES
        }
    ends = np.cumsum(parts)
    offsets = {}
    for spec, start, end in zip(installed.manifest.recognizers, ends - parts, ends, strict=True):
        mine = mean[start:end] * np.sqrt(
            sum(each.weight for each in installed.manifest.recognizers)
        )
        offsets[spec.model] = [round(float(v), 4) for v in options.share * mine / spec.weight**0.5]
    report["offsets"] = offsets
    print(json.dumps(report, indent=2 if not options.json else None))
    return 0


if __name__ == "__main__":
    sys.exit(main())
