"""How several examples of a person are best counted together, with and without a wrong one.

Enrols people of a labelled set by some photos each, searches for others of their photos and for
one photo of everybody else, and counts the enrolled people who are missed (FNIR) where a share of
the strangers is named (FPIR): by the nearest example, by the mean of all, and halfway between the
two, which is what Mien takes. Again with one example of each person replaced by somebody else's.
Says, too, how many comparisons with one example the examples count as, for strangers.

    python bench/examples.py --pack compact --data ../shared/data/lfw-dev
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

from bench.labelled import Labelled  # noqa: E402  # run as a script, the root is not on the path
from bench.labelled import labelled  # noqa: E402  # run as a script, the root is not on the path
from bench.packs import chosen_pack  # noqa: E402  # run as a script, the root is not on the path
from bench.packs import pack_options  # noqa: E402  # run as a script, the root is not on the path

Scores = NDArray[np.float32]
_CASES = ((2, 0), (2, 1), (3, 0), (3, 1), (5, 0), (5, 1))
_PEOPLE, _PROBES = 300, 3
_RATES = (0.1, 0.01)
# Where the threshold of a gallery of some hundred people lies, as a rate of one comparison.
_AT_RATE = 1e-4


def together(probes: Scores, examples: Scores) -> dict[str, Scores]:
    """Similarity of every probe to every person, counted in each way.

    Args:
        probes: float32, shape (n, dimension).
        examples: float32, shape (people, each, dimension).
    """
    nearest = np.einsum("pd,ged->pge", probes, examples).max(axis=2)
    mean = examples.mean(axis=1)
    mean /= np.linalg.norm(mean, axis=1, keepdims=True)
    to_mean = probes @ mean.T
    return {
        "nearest": nearest,
        "mean": to_mean,
        "halfway": (nearest + to_mean) / 2,
        "one example": probes @ examples[:, 0].T,
    }


def draw(
    data: Labelled, random: np.random.Generator, *, each: int, wrong: int
) -> tuple[dict[str, Scores], dict[str, Scores], NDArray[np.intp]]:
    """Searches for strangers, searches for enrolled people, and who these are."""
    shelves = [np.flatnonzero(data.people == person) for person in np.unique(data.people)]
    several = [number for number, rows in enumerate(shelves) if len(rows) > each]
    enrolled = random.permutation(several)[:_PEOPLE]
    gallery, probes, right = [], [], []
    for place, number in enumerate(enrolled):
        rows = random.permutation(shelves[number])
        examples = list(rows[:each])
        if wrong:
            examples[-1] = random.choice(np.flatnonzero(data.people != data.people[rows[0]]))
        gallery.append(examples)
        probes += list(rows[each : each + _PROBES])
        right += [place] * len(rows[each : each + _PROBES])
    used = set(data.people[np.array(gallery).ravel()])
    strangers = [random.choice(rows) for rows in shelves if data.people[rows[0]] not in used]
    vectors = data.embeddings[np.array(gallery)]
    return (
        together(data.embeddings[strangers], vectors),
        together(data.embeddings[probes], vectors),
        np.array(right),
    )


def measure(data: Labelled, *, each: int, wrong: int, draws: int) -> list[dict[str, object]]:
    """One row a way of counting."""
    random = np.random.default_rng(each * 10 + wrong)
    missed: dict[tuple[str, float], list[float]] = {}
    counts: dict[str, list[float]] = {}
    for _ in range(draws):
        strangers, probes, right = draw(data, random, each=each, wrong=wrong)
        threshold = float(np.quantile(strangers["one example"], 1 - _AT_RATE))
        alone = float((strangers["one example"] >= threshold).mean())
        for way, scores in strangers.items():
            best = np.sort(scores.max(axis=1))[::-1]
            own = probes[way][np.arange(len(right)), right]
            first = probes[way].argmax(axis=1) == right
            for rate in _RATES:
                found = first & (own > best[int(rate * len(best))])
                missed.setdefault((way, rate), []).append(1 - float(found.mean()))
            counts.setdefault(way, []).append(float((scores >= threshold).mean()) / alone)
    return [
        {
            "examples": each,
            "wrong": wrong,
            "way": way,
            **{f"fnir_at_{rate:g}": float(np.mean(missed[way, rate])) for rate in _RATES},
            "counts_as": float(np.mean(counts[way])),
        }
        for way in counts
    ]


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    pack_options(parser, pack="compact")
    parser.add_argument("--draws", type=int, default=20)
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args(arguments)

    installed = chosen_pack(options)
    data = labelled(installed, options.data)
    rows = [
        row
        for each, wrong in _CASES
        for row in measure(data, each=each, wrong=wrong, draws=options.draws)
    ]
    if options.json:
        print(json.dumps({"pack": options.pack, "ways": rows}, indent=2))
        return 0
    print("examples wrong  way          FNIR at FPIR 10 %    1 %   counts as")
    for row in rows:
        print(
            f"{row['examples']:8} {row['wrong']:5}  {row['way']:12} "
            f"{100 * float(str(row['fnir_at_0.1'])):16.2f} "
            f"{100 * float(str(row['fnir_at_0.01'])):6.2f} {float(str(row['counts_as'])):8.2f}"
        )
    return 0


if __name__ == "__main__":
    sys.exit(main())
