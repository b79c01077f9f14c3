"""Whether other scores than the plain similarity miss fewer people in searches with strangers.

On the same choices of who is enrolled and with which photo as `bench/draws.py`:

- `mirror`: a probe is the mean of the photo and its mirror image, the gallery as it is;
- `z`: the similarity to a person, less the mean similarity of other enrolled people to that person,
  over its spread (Auckenthaler and others, 2000, Score Normalization for Text-Independent Speaker
  Verification Systems); who is compared is left out of it;
- `t`: the same over the gallery from the probe's side, without the person compared;
- `s`: the mean of both; `z-near`, `t-near`, `s-near`: only over the nearest others (adaptive score
  normalisation, Sturim and Reynolds, 2005), which one such gallery has.

    python bench/scores.py --pack standard [--draws 20] [--json]
"""

import argparse
import json
import sys
from collections.abc import Mapping
from collections.abc import Sequence
from pathlib import Path
from typing import Final

import numpy as np
from numpy.typing import NDArray

_ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(_ROOT))

from bench.draws import changed  # noqa: E402  # run as a script, the root is not on the path
from bench.draws import choices  # noqa: E402
from bench.labelled import labelled  # noqa: E402
from bench.open_set import missed  # noqa: E402
from bench.packs import chosen_pack  # noqa: E402
from bench.packs import pack_options  # noqa: E402

Matrix = NDArray[np.float32]
_NEAREST: Final = 50
"""So many others are the nearest."""


def spread_without_self(between: Matrix, nearest: int | None) -> tuple[Matrix, Matrix]:
    """Mean and spread of each row's similarities to others, shape (n,) each.

    Args:
        between: float32, shape (n, n), of enrolled people to one another.
        nearest: over so many of the most similar; None takes all.
    """
    others = between.copy()
    np.fill_diagonal(others, -np.inf)
    ordered = -np.sort(-others, axis=1)[:, : nearest or len(others) - 1]
    return ordered.mean(axis=1), ordered.std(axis=1)


def spread_without_each(scores: Matrix, nearest: int | None) -> tuple[Matrix, Matrix]:
    """Mean and spread of a probe's similarities to all but one person, for each person.

    Args:
        scores: float32, shape (probes, people).
        nearest: over so many of the most similar; None takes all.

    Returns:
        Two arrays of the shape of `scores`.
    """
    count = scores.shape[1] - 1
    if nearest is None:
        total, squares = scores.sum(axis=1), (scores**2).sum(axis=1)
        mean = (total[:, None] - scores) / count
        square = (squares[:, None] - scores**2) / count
    else:
        # One more than is wanted: whoever is among them is left out, and the last one otherwise.
        top = -np.partition(-scores, nearest, axis=1)[:, : nearest + 1]
        last = top.min(axis=1)[:, None]
        among = scores >= last
        left = np.where(among, scores, last)
        mean = (top.sum(axis=1)[:, None] - left) / nearest
        square = ((top**2).sum(axis=1)[:, None] - left**2) / nearest
    return mean, np.sqrt(np.maximum(square - mean**2, 1e-8))


def scored(gallery: Matrix, probes: Matrix) -> Mapping[str, Matrix]:
    """Scores of every probe and person, shape (probes, people), in each way."""
    plain = probes @ gallery.T
    between = gallery @ gallery.T
    ways = {"plain": plain}
    for name, nearest in (("", None), ("-near", _NEAREST)):
        mean, spread = spread_without_self(between, nearest)
        z = (plain - mean) / spread
        mean, spread = spread_without_each(plain, nearest)
        t = (plain - mean) / spread
        ways |= {f"z{name}": z, f"t{name}": t, f"s{name}": (z + t) / 2}
    return ways


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    pack_options(parser)
    parser.add_argument("--enrolled", type=int, default=1000)
    parser.add_argument("--draws", type=int, default=20)
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args(arguments)
    installed = chosen_pack(options)
    data = labelled(installed, options.data)
    mirrored = labelled(changed(installed, landmarks="pack", views="mirror"), options.data)
    found: dict[str, list[float]] = {}
    for choice in choices(data, enrolled=options.enrolled, draws=options.draws):
        ways = scored(data.embeddings[choice.enrolled], data.embeddings[choice.probes])
        strange = scored(data.embeddings[choice.enrolled], data.embeddings[choice.strangers])
        seen = {way: (ways[way], strange[way]) for way in ways}
        seen["mirror"] = (
            mirrored.embeddings[choice.probes] @ data.embeddings[choice.enrolled].T,
            mirrored.embeddings[choice.strangers] @ data.embeddings[choice.enrolled].T,
        )
        for way, (mine, theirs) in seen.items():
            found.setdefault(way, []).append(missed(mine, theirs, choice.owner))
    plain = np.array(found["plain"])
    rows = [
        {
            "way": way,
            "fnir": float(np.mean(each)),
            "difference": float(np.mean(each - plain)),
            "standard_error": float(np.std(each - plain, ddof=1) / np.sqrt(len(plain))),
        }
        for way, each in found.items()
    ]
    if options.json:
        print(json.dumps({"pack": installed.manifest.name, "ways": rows}, indent=2))
        return 0
    print(f"{installed.manifest.name}: FNIR at an FPIR of 1 %, {options.draws} choices of photos")
    for row in rows:
        print(
            f"{row['way']!s:8} {row['fnir']:7.2%}  {row['difference']:+7.2%} "
            f"± {row['standard_error']:.2%}"
        )
    return 0


if __name__ == "__main__":
    sys.exit(main())
