"""Draws the two plots of docs/concepts/decisions.md.

One shows how the threshold moves with the gallery, by the pack's calibration. The other fits a
calibration on half of the people of a labelled set and shows where the others lie when they are
searched for.

    python bench/decision_plots.py --pack compact --output docs/images
"""

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from mien.decision.operating_point import OperatingPoint
from mien.decision.operating_point import operating_point
from mien.decision.rank import rank
from mien.decision.rates import false_non_match_rate
from mien.index.exact import ExactIndex
from mien.packs.calibration import Calibration

_ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(_ROOT))

from bench.calibration import fit  # noqa: E402  # run as a script, the root is not on the path
from bench.calibration import halves  # noqa: E402  # run as a script, the root is not on the path
from bench.labelled import Labelled  # noqa: E402  # run as a script, the root is not on the path
from bench.labelled import labelled  # noqa: E402  # run as a script, the root is not on the path
from bench.packs import chosen_pack  # noqa: E402  # run as a script, the root is not on the path
from bench.packs import pack_options  # noqa: E402  # run as a script, the root is not on the path
from bench.plots import answers_plot  # noqa: E402  # run as a script, the root is not on the path
from bench.plots import thresholds_plot  # noqa: E402  # run as a script, the root is not on the path

_SIZES = [1, 2, 5, 10, 20, 50, 100, 200, 500, 1000, 2000, 5000, 10_000]
_ACCEPTED = {"1 of 100": 0.01, "1 of 1,000": 0.001, "1 of 10,000": 0.0001}
_PEOPLE = 300


def draw_thresholds(calibration: Calibration, *, pack: str, folder: Path) -> None:
    """Draw the threshold, and what it misses, against the number of people."""
    lines = {}
    for name, accepted in _ACCEPTED.items():
        thresholds = [
            _point(calibration, people=people, accepted=accepted).threshold for people in _SIZES
        ]
        missed = [false_non_match_rate(calibration, at) for at in thresholds]
        lines[name] = (np.array(thresholds), np.array(missed))
    thresholds_plot(folder / "thresholds.svg", pack=pack, people=_SIZES, lines=lines)


def draw_answers(data: Labelled, *, contract_id: str, pack: str, folder: Path, seed: int) -> None:
    """Draw best against runner-up, for people who are enrolled and for strangers."""
    one, other = next(halves(data, 1, seed))
    calibration = fit(one, contract_id, "")
    random = np.random.default_rng(seed)
    shelves = {person: np.flatnonzero(other.people == person) for person in np.unique(other.people)}
    several = [person for person, rows in shelves.items() if len(rows) > 1]
    enrolled = [str(person) for person in random.permutation(several)[:_PEOPLE]]
    first = np.array([shelves[person][0] for person in enrolled])
    index = ExactIndex.of(enrolled, enrolled, other.embeddings[first])
    known = np.array([shelves[person][1] for person in enrolled])
    unknown = np.array([rows[0] for person, rows in shelves.items() if person not in set(enrolled)])
    point = _point(calibration, people=index.groups, accepted=0.001)

    def places(rows: NDArray[np.intp]) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        found = rank(index, other.embeddings[rows], limit=2)
        pairs = np.array([(each[0].similarity, each[1].similarity) for each in found])
        return pairs[:, 0], pairs[:, 1]

    answers_plot(
        folder / "answers.svg",
        pack=pack,
        people=index.groups,
        threshold=point.threshold,
        runner_up=point.threshold_without(1),
        margin=point.margin(None),
        enrolled=places(known),
        strangers=places(unknown),
    )


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    pack_options(parser, pack="compact")
    parser.add_argument("--output", type=Path, default=_ROOT / "docs" / "images")
    parser.add_argument("--seed", type=int, default=0)
    options = parser.parse_args(arguments)

    installed = chosen_pack(options)
    if installed.calibration is None:
        parser.error(f"The pack {options.pack} has no calibration.")
    draw_thresholds(installed.calibration, pack=options.pack, folder=options.output)
    draw_answers(
        labelled(installed, options.data),
        contract_id=installed.manifest.contract_id,
        pack=options.pack,
        folder=options.output,
        seed=options.seed,
    )
    return 0


def _point(calibration: Calibration, *, people: int, accepted: float) -> OperatingPoint:
    return operating_point(
        calibration=calibration,
        accepted_fpir=accepted,
        threshold=None,
        otherwise=0.0,
        people=people,
        faces=people,
    )


if __name__ == "__main__":
    sys.exit(main())
