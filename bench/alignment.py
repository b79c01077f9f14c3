"""What better landmarks and more views of a face bring, each alone, and what they cost.

Embeds the face nearest the centre of every photo in several ways that differ from the plain one in
one thing each: landmarks as first found, one view, search at 640 pixels. Judged by all pairs of
photos, because the few labelled ones leave the third decimal to single pairs: the share of pairs
of one person that is missed (FNMR) where a share of the pairs of two people is taken for one (FMR),
with the standard error of the difference to the plain way over people drawn again and again.

    python bench/alignment.py --pack compact --data ../shared/data/lfw-dev
"""

import argparse
import json
import sys
import time
from collections.abc import Mapping
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from mien.evaluation.curves import accepted_at
from mien.evaluation.folds import accuracy_of
from mien.evaluation.folds import judge_folds
from mien.evaluation.one_person import read_one_person
from mien.evaluation.pairs_file import read_pairs
from mien.packs.manifest import InstalledPack
from mien.packs.manifest import RecognizerSpec
from mien.vision.detectors.confirm import FacePlace
from mien.vision.detectors.confirm import confirm
from mien.vision.detectors.detector import FAMILIES
from mien.vision.detectors.detector import Detector
from mien.vision.detectors.refine_landmarks import refine_landmarks
from mien.vision.halvings import Halvings
from mien.vision.reader import ImageReader
from mien.vision.recognizers import Recognizer
from mien.vision.sessions import choose_runtime
from mien.vision.sessions import open_session
from mien.vision.types import FloatArray
from mien.vision.types import ImageRGB

_ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(_ROOT))

from bench.open_set import choice  # noqa: E402
from bench.open_set import fnir  # noqa: E402  # run as a script, the root is not on the path
from bench.packs import chosen_pack  # noqa: E402  # run as a script, the root is not on the path
from bench.packs import pack_options  # noqa: E402  # run as a script, the root is not on the path

_THREADS = 2
_SIDE = 640
_RATES = (1e-3, 1e-4)
_DRAWS, _SPLITS, _ENROLLED_SHARE = 60, 20, 0.48
# Of the impostors, as many of the most similar as the highest rate needs in any draw.
_KEPT_SHARE = 0.005


@dataclass(frozen=True, slots=True)
class Way:
    """One way to come from a photo to an embedding.

    Attributes:
        name: as it is printed.
        side: longest side of the search in pixels; smaller photos are enlarged where asked.
        enlarge: see `Detector.find_at`.
        refined: whether the landmarks are looked at again, at two scales and mirrored.
        confirmed: whether the face is looked at again as the engine does it.
        mirror: whether the mirror image is added.
        scales: of the template about its middle; the embeddings are averaged.
    """

    name: str
    side: int = _SIDE
    enlarge: bool = False
    refined: bool = False
    confirmed: bool = False
    mirror: bool = False
    scales: tuple[float, ...] = (1.0,)


def ways(spec: RecognizerSpec) -> list[Way]:
    """The plain way, each change alone, and what the pack does."""
    mirror = spec.averaging == "mirror"
    return [
        Way("plain"),
        Way("landmarks refined", refined=True),
        Way("mirror image added", mirror=True),
        Way("three crops", scales=(0.96, 1.0, 1.04)),
        Way("searched at 160", side=160),
        Way("searched at 500, enlarged", side=500, enlarge=True),
        Way("as the pack does it", confirmed=True, mirror=mirror),
    ]


class Bench:
    """The networks of a pack, to be used in any way, with the seconds that each stage took."""

    def __init__(self, installed: InstalledPack) -> None:
        manifest = installed.manifest
        spec = manifest.recognizers[0]
        paths = installed.paths
        self.detector = Detector(
            open_session(
                paths[manifest.detector.file],
                runtime=choose_runtime("auto", needs_openvino=False),
                input_shape=(1, 3, None, None),
                threads=_THREADS,
            ),
            FAMILIES[manifest.detector.family],
            score_threshold=manifest.detector.score_threshold,
            nms_iou=manifest.detector.nms_iou,
        )
        session = open_session(
            paths[spec.file],
            weights=paths[spec.weights_file] if spec.weights_file else None,
            runtime=choose_runtime("auto", needs_openvino=spec.format == "openvino"),
            input_shape=(None, 3, spec.input_size, spec.input_size),
            threads=_THREADS,
        )
        self._recognizers = {
            (scale, mirror): Recognizer(session, _scaled(spec, scale, mirror=mirror))
            for way in ways(spec)
            for scale in way.scales
            for mirror in (False, True)
        }

    def embed(self, image_rgb: ImageRGB, way: Way) -> FloatArray | None:
        """The embedding of the face nearest the centre; None where none is found."""
        found = self.detector.find_at(image_rgb, way.side, enlarge=way.enlarge)
        if not len(found.scores):
            return None
        middles = found.boxes_xyxy.reshape(-1, 2, 2).mean(axis=1)
        centre = np.array([image_rgb.shape[1], image_rgb.shape[0]]) / 2
        nearest = int(np.abs(middles - centre).sum(axis=1).argmin())
        landmarks = found.landmarks[nearest]
        if way.confirmed:
            place = FacePlace(found.boxes_xyxy[nearest], landmarks, float(found.scores[nearest]))
            (face,) = confirm(self.detector, Halvings(image_rgb), [place])
            landmarks = face.landmarks if face is not None else landmarks
        if way.refined:
            landmarks = refine_landmarks(self.detector, Halvings(image_rgb), landmarks).landmarks
        total = np.zeros(0, dtype=np.float32)
        for scale in way.scales:
            recognizer = self._recognizers[scale, way.mirror]
            (embedding,) = recognizer.embed([recognizer.crop(image_rgb, landmarks)])
            total = total + embedding if total.size else embedding
        unit: FloatArray = total / np.linalg.norm(total)
        return unit


def _scaled(spec: RecognizerSpec, scale: float, *, mirror: bool) -> RecognizerSpec:
    middle = spec.input_size / 2
    template = tuple(
        (middle + scale * (x - middle), middle + scale * (y - middle)) for x, y in spec.template
    )
    averaging = "mirror" if mirror else "none"
    return spec.model_copy(update={"template": template, "averaging": averaging})


class Judged:
    """All pairs of photos by one way, ready to be weighed by people."""

    def __init__(self, embeddings: NDArray[np.float32], people: NDArray[np.intp]) -> None:
        one, other = np.triu_indices(len(people), 1)
        scores = (embeddings @ embeddings.T)[one, other]
        same = people[one] == people[other]
        self.genuine, self._owner = scores[same], people[one[same]]
        impostors = np.flatnonzero(~same)
        keep = max(int(_KEPT_SHARE * len(impostors)), 1)
        best = impostors[np.argsort(-scores[impostors])[:keep]]
        self._scores, self._one, self._other = scores[best], people[one[best]], people[other[best]]
        self._photos = np.bincount(people).astype(float)

    def missed(self, weights: NDArray[np.float64], rate: float) -> float:
        """FNMR at an FMR, every person counting as often as its weight says."""
        shares = weights * self._photos
        pairs = (shares.sum() ** 2 - (shares**2).sum()) / 2
        reached = np.cumsum(weights[self._one] * weights[self._other]) / pairs
        place = min(int(np.searchsorted(reached, rate, side="right")), len(reached) - 1)
        genuine = weights[self._owner]
        return float(genuine[self.genuine <= self._scores[place]].sum() / genuine.sum())


def not_identified(
    embeddings: NDArray[np.float32], people: NDArray[np.intp], seed: int = 0
) -> float:
    """FNIR at an FPIR of 1 %: people enrolled by one photo each, one photo a stranger."""
    random = np.random.default_rng(seed)
    shelves = [np.flatnonzero(people == person) for person in np.unique(people)]
    results = []
    for _ in range(_SPLITS):
        order = [random.permutation(shelves[place]) for place in random.permutation(len(shelves))]
        known, strangers = np.split(np.arange(len(order)), [int(_ENROLLED_SHARE * len(order))])
        results.append(fnir(embeddings, choice(order, known.tolist(), strangers.tolist())))
    return float(np.mean(results))


def measure(bench: Bench, spec: RecognizerSpec, data: Path, tenth: int) -> list[dict[str, object]]:
    """Run every way over the photos of every `tenth` person."""
    folders = sorted(path for path in (data / "images").iterdir() if path.is_dir())[::tenth]
    photos = [path for folder in folders for path in sorted(folder.glob("*.jpg"))]
    reader = ImageReader(max_bytes=10**8, max_pixels=10**8)
    found: dict[Way, dict[str, FloatArray]] = {way: {} for way in ways(spec)}
    seconds = dict.fromkeys(found, 0.0)
    for number, path in enumerate(photos):
        image_rgb = reader.decode(path.read_bytes()).image_rgb
        # Every photo by all ways in turn, so that a busy machine slows all alike.
        for way, embeddings in found.items():
            started = time.perf_counter()
            embedding = bench.embed(image_rgb, way)
            seconds[way] += time.perf_counter() - started
            if embedding is not None:
                embeddings[f"{path.parent.name}/{path.name}"] = embedding
        if number % 500 == 499:
            print(f"{number + 1} of {len(photos)} photos", file=sys.stderr)
    return report(found, seconds, data, len(photos))


def report(
    found: Mapping[Way, Mapping[str, FloatArray]],
    seconds: Mapping[Way, float],
    data: Path,
    count: int,
) -> list[dict[str, object]]:
    """One row a way; the first is what the others are compared with."""
    shared = sorted(set.intersection(*(set(embeddings) for embeddings in found.values())))
    twice = read_one_person(Path(__file__).with_name("lfw_one_person.txt"))
    aliases = {name: names[0] for names in twice for name in names}
    names = [photo.split("/")[0] for photo in shared]
    people = np.unique([aliases.get(name, name) for name in names], return_inverse=True)[1]
    total = int(people.max()) + 1
    draws = np.random.default_rng(7).multinomial(total, np.full(total, 1 / total), size=_DRAWS)
    listed = read_pairs(data / "pairs.txt")
    pairs = [pair for pair in listed if {f"{pair.one}.jpg", f"{pair.other}.jpg"} <= set(shared)]
    same, fold = np.array([pair.same for pair in pairs]), np.array([pair.fold for pair in pairs])
    plain: dict[float, NDArray[np.float64]] = {}
    rows = []
    for way, embeddings in found.items():
        matrix = np.stack([embeddings[photo] for photo in shared])
        judged = Judged(matrix, people)
        row: dict[str, object] = {"way": way.name, "missed_photos": count - len(embeddings)}
        for rate in _RATES:
            drawn = np.array([judged.missed(draw.astype(float), rate) for draw in draws])
            row[f"fnmr_at_{rate:g}"] = judged.missed(np.ones(total), rate)
            row[f"difference_error_at_{rate:g}"] = float(
                (drawn - plain.setdefault(rate, drawn)).std()
            )
        row["fnir_at_fpir_0.01"] = not_identified(matrix, people)
        scores = np.array(
            [
                float(embeddings[f"{pair.one}.jpg"] @ embeddings[f"{pair.other}.jpg"])
                for pair in pairs
            ]
        )
        row["accuracy"] = accuracy_of(judge_folds(scores, same, fold)).mean
        row["tar_at_far_1e-3"] = accepted_at(scores[same], scores[~same], 1e-3)
        row["milliseconds"] = 1000 * seconds[way] / count
        row["ratio"] = seconds[way] / next(iter(seconds.values()))
        rows.append(row)
    return rows


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    pack_options(parser, pack="compact")
    parser.add_argument("--quick", action="store_true", help="a tenth of the people")
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args(arguments)

    installed = chosen_pack(options)
    spec = installed.manifest.recognizers[0]
    rows = measure(Bench(installed), spec, options.data, 10 if options.quick else 1)
    print(json.dumps(rows, indent=2) if options.json else _as_table(rows))
    return 0


def _as_table(rows: Sequence[Mapping[str, object]]) -> str:
    heads = list(rows[0])
    lines = [
        [f"{value:.4f}" if isinstance(value, float) else str(value) for value in row.values()]
        for row in rows
    ]
    return "\n".join(
        "| " + " | ".join(line) + " |" for line in (heads, ["---"] * len(heads), *lines)
    )


if __name__ == "__main__":
    sys.exit(main())
