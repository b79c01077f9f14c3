"""Whether the quality of a photo is worth taking as its weight among several of a person.

People of a labelled set are enrolled by three photos, of which one is made worse in one way, at
strengths from harmless to hopeless; others of their photos are searched for, and one photo of
everybody else. Each example counts by itself (the nearest) and in the mean of all, as Mien does it;
the mean is taken evenly, or weighted by the quality score or its square, or only over the examples
that are legible. Once with every worse photo, once only with those that the standard gate lets
through, and once with none made worse.

    python bench/weights.py --pack standard [--draws 20] [--json]
"""

import argparse
import json
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Final

import numpy as np
from numpy.typing import NDArray

_ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(_ROOT))

from bench.degrading import DEGRADATIONS  # noqa: E402  # run as a script, the root is not on the path
from bench.gate import Camera  # noqa: E402
from bench.gate import Sample  # noqa: E402
from bench.labelled import labelled  # noqa: E402
from bench.open_set import missed  # noqa: E402
from bench.packs import chosen_pack  # noqa: E402
from bench.packs import pack_options  # noqa: E402

from mien.vision.pack_engine import PackEngine  # noqa: E402

Matrix = NDArray[np.float32]
_EXAMPLES: Final = 3
_PROBES: Final = 3
_SETS: Final = ("none worse", "worse ones let through", "all worse ones")


def halfway(probes: Matrix, examples: Matrix, weights: NDArray[np.float64]) -> NDArray[np.float32]:
    """Half by the nearest example and half by the weighted mean, shape (probes, people).

    Args:
        probes: float32, shape (n, dimension).
        examples: float32, shape (people, each, dimension).
        weights: shape (people, each).
    """
    nearest = np.einsum("pd,ged->pge", probes, examples).max(axis=2)
    mean = np.einsum("ged,ge->gd", examples, weights)
    mean /= np.linalg.norm(mean, axis=1, keepdims=True)
    halves: NDArray[np.float32] = ((nearest + probes @ mean.T) / 2).astype(np.float32)
    return halves


def ways_of(
    quality: NDArray[np.float64], legible: NDArray[np.bool_]
) -> dict[str, NDArray[np.float64]]:
    """Weights of examples, shape (people, each), in each way."""
    any_legible = legible.any(axis=1, keepdims=True)
    return {
        "even": np.ones_like(quality),
        "quality": quality + 1e-3,
        "its square": quality**2 + 1e-3,
        "legible ones": np.where(any_legible, legible, 1.0),
    }


def worsened(camera: Camera, people: Sequence[str]) -> dict[str, list[tuple[Sample, list[Sample]]]]:
    """Of each person some photos as they are, with what becomes of them in some ways."""
    taken = {}
    for number, person in enumerate(people):
        mine = []
        for place, photo in enumerate(camera.photos(person)[:_EXAMPLES]):
            image_rgb, face = camera.take(photo)
            if face is None:
                continue
            # Each photo in a few ways: all of them together, over all people.
            hows = DEGRADATIONS[(number + place) % 6 :: 6]
            poor = [camera.worsen(person, image_rgb, face, how) for how in hows]
            mine.append((camera.sample(person, image_rgb, face), [each for each in poor if each]))
        if len(mine) == _EXAMPLES:
            taken[person] = mine
        if number % 20 == 0:
            print(f"{number} of {len(people)} people", file=sys.stderr)
    return taken


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    pack_options(parser)
    parser.add_argument("--people", type=int, default=200)
    parser.add_argument("--draws", type=int, default=20)
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args(arguments)
    installed = chosen_pack(options)
    data = labelled(installed, options.data)
    person_of = np.array([photo.split("/")[0] for photo in data.photos])
    names, counts = np.unique(person_of, return_counts=True)
    people = [str(name) for name in names[counts > _EXAMPLES][: options.people]]
    engine = PackEngine(installed)
    taken = worsened(Camera(engine, options.data / "images"), people)
    engine.close()
    people = list(taken)
    rows = {person: np.flatnonzero(person_of == person)[_EXAMPLES:][:_PROBES] for person in people}
    probes = data.embeddings[np.concatenate([rows[person] for person in people])]
    owner = np.repeat(np.arange(len(people)), [len(rows[person]) for person in people])
    others = [name for name in names if name not in taken]
    first = [int(np.flatnonzero(person_of == name)[0]) for name in others]
    strangers = data.embeddings[first]
    found: dict[tuple[str, str], list[float]] = {}
    for draw in range(options.draws):
        for which in _SETS:
            random = np.random.default_rng(draw)
            sent = [_sent(taken[person], which, random) for person in people]
            examples = np.stack([[each.embedding for each in some] for some in sent])
            quality = np.array([[each.quality for each in some] for some in sent])
            legible = np.array([[each.legible for each in some] for some in sent])
            for way, weights in ways_of(quality, legible).items():
                mine = halfway(probes, examples, weights)
                theirs = halfway(strangers, examples, weights)
                found.setdefault((which, way), []).append(missed(mine, theirs, owner))
    told = [
        {
            "photos": which,
            "way": way,
            "fnir": float(np.mean(each)),
            "difference": float(np.mean(np.subtract(each, found[which, "even"]))),
            "standard_error": float(
                np.std(np.subtract(each, found[which, "even"]), ddof=1) / np.sqrt(len(each))
            ),
        }
        for (which, way), each in found.items()
    ]
    report = {
        "pack": installed.manifest.name,
        "people": len(people),
        "probes": len(probes),
        "strangers": len(strangers),
        "ways": told,
    }
    if options.json:
        print(json.dumps(report, indent=2))
        return 0
    print(f"{report['pack']}: {len(people)} people, {len(probes)} searches, FNIR at FPIR 1 %")
    for row in told:
        print(
            f"{row['photos']!s:24} {row['way']!s:13} {row['fnir']:7.2%}  {row['difference']:+7.2%} "
            f"± {row['standard_error']:.2%}"
        )
    return 0


def _sent(
    photos: Sequence[tuple[Sample, list[Sample]]], which: str, random: np.random.Generator
) -> list[Sample]:
    sent = [good for good, _poor in photos]
    place = int(random.integers(len(photos)))
    poor = photos[place][1]
    if which == "worse ones let through":
        poor = [each for each in poor if "standard" not in each.refused]
    if which != "none worse" and poor:
        sent[place] = poor[int(random.integers(len(poor)))]
    return sent


if __name__ == "__main__":
    sys.exit(main())
