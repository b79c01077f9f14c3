"""What the gate before storing is worth: errors with and without it, on photos made worse.

Of people with two photos, one is enrolled and the other searched. Half of those to be enrolled are
made worse in one way, at strengths from harmless to hopeless. The people are split by a hash of
their name: limits were chosen on one half, `--half report` is the other. A photo that a gate
refuses is replaced by the person's good one, as the gate asks for.

    python bench/gate.py --pack compact --data ../shared/data/lfw-dev
"""

import argparse
import hashlib
import json
import sys
from collections.abc import Mapping
from collections.abc import Sequence
from dataclasses import dataclass
from dataclasses import field
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from mien.decision.gate import judge
from mien.decision.operating_point import operating_point
from mien.decision.similarity import verification_threshold
from mien.options import Gate
from mien.vision.engine import Engine
from mien.vision.images import encode_jpeg
from mien.vision.pack_engine import PackEngine
from mien.vision.quality_limits import LEAST_CONFIDENCE
from mien.vision.quality_limits import is_legible
from mien.vision.reader import ImageReader
from mien.vision.types import EngineSummary
from mien.vision.types import Face
from mien.vision.types import FloatArray
from mien.vision.types import ImageRGB

_ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(_ROOT))

from bench.degrading import DEGRADATIONS  # noqa: E402  # run as a script, the root is not on the path
from bench.degrading import Degradation  # noqa: E402  # as above
from bench.degrading import degrade  # noqa: E402  # as above
from bench.packs import chosen_pack  # noqa: E402  # as above
from bench.packs import pack_options  # noqa: E402  # as above

_GATES: tuple[Gate, ...] = ("off", "standard", "strict")
_DRAWS = 40
_FMR = 1e-3
_FPIR = 1e-2


@dataclass(frozen=True, slots=True)
class Sample:
    """One face of one photo as it was, or as it was made worse.

    Attributes:
        how: None for the photo as it is.
        refused: by which gates.
        doubted: whether the standard gate refuses it for being perhaps no face.
        legible: whether an answer about it may be firm.
        quality: score in [0, 1].
    """

    person: str
    how: Degradation | None
    refused: tuple[Gate, ...]
    doubted: bool
    legible: bool
    quality: float
    embedding: FloatArray = field(repr=False)


@dataclass(slots=True)
class Set:
    """What is enrolled and searched.

    Attributes:
        good: by person, the photo to be enrolled.
        poor: by person, the same made worse in every way in which a face is still found.
        probes: by person, another photo.
        strangers: people whom nobody has enrolled.
        poor_strangers: they, made worse in one way each.
        tried: how many photos were made worse in each way.
    """

    good: dict[str, Sample] = field(default_factory=dict)
    poor: dict[str, list[Sample]] = field(default_factory=dict)
    probes: dict[str, Sample] = field(default_factory=dict)
    strangers: list[Sample] = field(default_factory=list)
    poor_strangers: list[Sample] = field(default_factory=list)
    tried: dict[Degradation, int] = field(default_factory=dict)


class Camera:
    """Takes photos of the set, and makes them worse.

    Args:
        engine: finds the faces.
        images: folder of one folder a person.
    """

    def __init__(self, engine: Engine, images: Path) -> None:
        self._engine = engine
        self._images = images
        self._reader = ImageReader(max_bytes=10**8, max_pixels=10**8)

    def photos(self, person: str) -> list[Path]:
        """The photos of a person, in order."""
        return sorted((self._images / person).glob("*.jpg"))

    def take(self, photo: Path) -> tuple[ImageRGB, Face | None]:
        """A photo and the face that it is about: the one nearest its middle."""
        image_rgb = self._reader.decode(photo.read_bytes()).image_rgb
        middle = np.array(image_rgb.shape[1::-1]) / 2
        return image_rgb, _nearest(self._engine.analyze(image_rgb), middle)

    def sample(self, person: str, image_rgb: ImageRGB, face: Face) -> Sample:
        """The photo as it is."""
        return _sample(person, None, image_rgb, face)

    def worsen(
        self, person: str, image_rgb: ImageRGB, face: Face, how: Degradation
    ) -> Sample | None:
        """The photo made worse; None when its face is no longer found."""
        worse = degrade(image_rgb, face, how)
        if min(worse.shape[:2]) < _LEAST_SIDE:
            return None
        worse = self._reader.decode(encode_jpeg(worse)).image_rgb
        faces = self._engine.analyze(worse)
        if "cut" in how.kind:
            found = max(faces, key=lambda each: each.quality.size_px, default=None)
        else:
            found = _nearest(faces, np.array(worse.shape[1::-1]) / 2)
        return None if found is None else _sample(person, how, worse, found)


_LEAST_SIDE = 16


def collect(camera: Camera, people: Sequence[str], strangers: Sequence[str]) -> Set:
    """Take all photos.

    Args:
        camera: takes them.
        people: who have two photos at least; they are enrolled.
        strangers: who are not.
    """
    taken = Set()
    for number, person in enumerate(people):
        first, second = camera.photos(person)[:2]
        image_rgb, face = camera.take(first)
        other_rgb, probe = camera.take(second)
        if face is None or probe is None:
            continue
        taken.good[person] = camera.sample(person, image_rgb, face)
        taken.probes[person] = camera.sample(person, other_rgb, probe)
        found = [camera.worsen(person, image_rgb, face, how) for how in DEGRADATIONS]
        taken.poor[person] = [each for each in found if each is not None]
        for how in DEGRADATIONS:
            taken.tried[how] = taken.tried.get(how, 0) + 1
        if number % 20 == 0:
            print(f"{number} of {len(people)} people", file=sys.stderr)
    for number, person in enumerate(strangers):
        image_rgb, face = camera.take(camera.photos(person)[0])
        if face is None:
            continue
        taken.strangers.append(camera.sample(person, image_rgb, face))
        how = DEGRADATIONS[number % len(DEGRADATIONS)]
        if (poor := camera.worsen(person, image_rgb, face, how)) is not None:
            taken.poor_strangers.append(poor)
    return taken


def by_kind(taken: Set, summary: EngineSummary) -> list[dict[str, object]]:
    """What each way of making photos worse does, and who refuses it."""
    threshold = verification_threshold(summary, accepted=_FMR)
    ways: list[Degradation | None] = [None, *DEGRADATIONS]
    rows: list[dict[str, object]] = []
    for how in ways:
        some = [each for each in _of(taken, how) if each.person in taken.probes]
        if not some:
            continue
        own = [float(each.embedding @ taken.probes[each.person].embedding) for each in some]
        vectors = np.stack([each.embedding for each in some])
        alike = (vectors @ vectors.T)[np.triu_indices(len(some), 1)]
        rows.append(
            {
                "photos": str(how) if how else "as they are",
                "tried": taken.tried.get(how, len(taken.good)) if how else len(taken.good),
                "found": len(some),
                "fnmr": _share([value < threshold for value in own]),
                "fmr_times": _share(alike >= threshold) / _FMR,
                **{
                    f"refused_{gate}": _share([gate in each.refused for each in some])
                    for gate in _GATES[1:]
                },
                "not_a_face": _share([each.doubted for each in some]),
                "illegible": _share([not each.legible for each in some]),
            }
        )
    return rows


def by_gate(taken: Set, summary: EngineSummary) -> list[dict[str, object]]:
    """Errors of a gallery under each gate, half of whose photos are made worse; mean of draws."""
    return [
        {"gate": gate, **_mean([_draw(taken, gate, summary, draw) for draw in range(_DRAWS)])}
        for gate in _GATES
    ]


def _draw(taken: Set, gate: Gate, summary: EngineSummary, draw: int) -> dict[str, float]:
    random = np.random.default_rng(draw)
    sent = {}
    for person, good in taken.good.items():
        poor = taken.poor[person]
        worse = bool(random.random() < 0.5) and bool(poor)
        sent[person] = poor[int(random.integers(len(poor)))] if worse else good
    kept = {person: each for person, each in sent.items() if gate not in each.refused}
    # Whoever is refused sends the good photo; it is stored unless it is refused, too.
    again = {
        person: taken.good[person]
        for person in sent.keys() - kept.keys()
        if gate not in taken.good[person].refused
    }
    enrolled = {**kept, **again}
    point = operating_point(
        calibration=summary.calibration,
        accepted_fpir=_FPIR,
        threshold=None,
        otherwise=summary.identify_threshold,
        people=len(enrolled),
        faces=len(enrolled),
    )
    bad = [each for each in sent.values() if each.how is not None]
    fine = [each for each in sent.values() if each.how is None]
    return {
        "refused_good": _share([gate in each.refused for each in fine]),
        "refused_worse": _share([gate in each.refused for each in bad]),
        "fnir": _missed(enrolled, taken, _threshold(enrolled, taken.strangers)),
        "fnir_left_out": _missed(kept, taken, _threshold(kept, taken.strangers)),
        "fpir": _named(enrolled, taken.strangers, point.threshold),
        "fpir_poor": _named(enrolled, taken.poor_strangers, point.threshold),
        "fpir_poor_firm": _named(
            enrolled, [each for each in taken.poor_strangers if each.legible], point.threshold
        )
        * _share([each.legible for each in taken.poor_strangers]),
    }


def _best(enrolled: Mapping[str, Sample], searched: Sequence[Sample]) -> NDArray[np.float32]:
    gallery = np.stack([each.embedding for each in enrolled.values()])
    scores: NDArray[np.float32] = np.stack([each.embedding for each in searched]) @ gallery.T
    return scores


def _threshold(enrolled: Mapping[str, Sample], strangers: Sequence[Sample]) -> float:
    """The similarity that 1 % of strangers reach."""
    return float(np.quantile(_best(enrolled, strangers).max(axis=1), 1 - _FPIR))


def _missed(enrolled: Mapping[str, Sample], taken: Set, threshold: float) -> float:
    people = list(enrolled)
    scores = _best(enrolled, [taken.probes[person] for person in people])
    own = np.diag(scores)
    return _share((own < threshold) | (scores.argmax(axis=1) != np.arange(len(people))))


def _named(enrolled: Mapping[str, Sample], searched: Sequence[Sample], threshold: float) -> float:
    if not searched:
        return 0.0
    return _share(_best(enrolled, searched).max(axis=1) >= threshold)


def _of(taken: Set, how: Degradation | None) -> list[Sample]:
    if how is None:
        return list(taken.good.values())
    return [each for some in taken.poor.values() for each in some if each.how == how]


def _sample(person: str, how: Degradation | None, image_rgb: ImageRGB, face: Face) -> Sample:
    size_wh = (image_rgb.shape[1], image_rgb.shape[0])
    refused = tuple(gate for gate in _GATES if judge(face, (), size_wh=size_wh, gate=gate).refusals)
    doubted = face.quality.confidence < LEAST_CONFIDENCE
    return Sample(
        person,
        how,
        refused,
        doubted,
        is_legible(face.quality),
        face.quality.score,
        face.embedding,
    )


def _nearest(faces: Sequence[Face], middle: NDArray[np.float64]) -> Face | None:
    def distance(face: Face) -> float:
        box = face.box
        centre = np.array([box.left + box.right, box.top + box.bottom]) / 2
        return float(np.abs(centre - middle).sum())

    return min(faces, key=distance, default=None)


def _share(values: Sequence[bool] | NDArray[np.bool_]) -> float:
    return float(np.mean(values)) if len(values) else 0.0


def _mean(rows: Sequence[Mapping[str, float]]) -> dict[str, float]:
    return {key: float(np.mean([row[key] for row in rows])) for key in rows[0]}


def split(images: Path, *, half: str, most: int, strangers: int) -> tuple[list[str], list[str]]:
    """The people to enrol, and strangers, of one half.

    Args:
        images: folder of one folder a person.
        half: `choose` or `report`; which people are in it follows from their names.
        most: how many to enrol.
        strangers: how many are not enrolled.
    """
    photos = {each.name: sum(1 for _ in each.glob("*.jpg")) for each in images.iterdir()}
    digests = {name: hashlib.sha256(name.encode()).digest() for name in photos}
    mine = [
        name
        for name in sorted(photos, key=digests.__getitem__)
        if (digests[name][0] % 2 == 0) == (half == "choose")
    ]
    several = [name for name in mine if photos[name] > 1]
    return several[:most], [name for name in mine if photos[name] == 1][:strangers]


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    pack_options(parser)
    parser.add_argument("--half", choices=["choose", "report"], default="report")
    parser.add_argument("--people", type=int, default=150)
    parser.add_argument("--strangers", type=int, default=400)
    parser.add_argument("--quick", action="store_true", help="a tenth of the people")
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args(arguments)

    shrink = 10 if options.quick else 1
    people, strangers = split(
        options.data / "images",
        half=options.half,
        most=options.people // shrink,
        strangers=options.strangers // shrink,
    )
    installed = chosen_pack(options)
    engine = PackEngine(installed)
    engine.warm_up()
    taken = collect(Camera(engine, options.data / "images"), people, strangers)
    report = {
        "pack": installed.manifest.name,
        "contract_id": engine.summary.contract_id,
        "half": options.half,
        "people": len(taken.good),
        "strangers": len(taken.strangers),
        "by_kind": by_kind(taken, engine.summary),
        "by_gate": by_gate(taken, engine.summary),
    }
    engine.close()
    print(json.dumps(report, indent=2) if options.json else _as_text(report))
    return 0


def _as_text(report: Mapping[str, object]) -> str:
    lines = [f"{key}: {value}" for key, value in report.items() if not isinstance(value, list)]
    for table in (value for value in report.values() if isinstance(value, list)):
        lines += ["", " | ".join(table[0])]
        lines += [
            " | ".join(
                f"{cell:.3f}" if isinstance(cell, float) else str(cell) for cell in row.values()
            )
            for row in table
        ]
    return "\n".join(lines)


if __name__ == "__main__":
    sys.exit(main())
