"""Whether strangers err as often as a calibration states, on people that it was not fitted on.

The people of a labelled set are split in halves at random, again and again. One half is
calibrated on; of the other, some people are enrolled and everybody else is a stranger who is
searched for once. Stated is the expected false match rate of the best candidate; measured, the
share of strangers to whom a rate at or below it was stated. Given a folder, draws the fitted tail
against the other half's impostors. Given a file, writes the calibration of all people.

    python bench/calibration.py --pack compact --data ../shared/data/lfw-dev
"""

import argparse
import json
import sys
from collections.abc import Iterator
from collections.abc import Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from mien.decision.fit_calibration import fit_calibration
from mien.decision.rank import rank
from mien.decision.rates import comparisons
from mien.decision.rates import expected_rate
from mien.decision.rates import false_match_rate
from mien.index.exact import ExactIndex
from mien.packs.calibration import Calibration
from mien.packs.calibration import write_calibration

_ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(_ROOT))

from bench.labelled import Labelled  # noqa: E402  # run as a script, the root is not on the path
from bench.labelled import labelled  # noqa: E402  # run as a script, the root is not on the path
from bench.packs import chosen_pack  # noqa: E402  # run as a script, the root is not on the path
from bench.packs import pack_options  # noqa: E402  # run as a script, the root is not on the path

STATED = (0.1, 0.01, 0.001)
_GALLERIES = ((10, 1), (100, 1), (500, 1), (100, 3))
_REPEATS = 3
_CENTRAL = (2.5, 97.5)


def halves(data: Labelled, splits: int, seed: int) -> Iterator[tuple[Labelled, Labelled]]:
    """The set in two, by people, again and again."""
    random = np.random.default_rng(seed)
    people = np.unique(data.people)
    for _ in range(splits):
        chosen = random.permutation(people)[: len(people) // 2]
        one = np.isin(data.people, chosen)
        yield _part(data, one), _part(data, ~one)


def fit(data: Labelled, contract_id: str, name: str) -> Calibration:
    """A calibration of a part of a set."""
    return fit_calibration(
        data.embeddings,
        list(data.people),
        contract_id=contract_id,
        data=name,
        protocol="all pairs of photos, every person weighing the same; the face nearest the "
        "centre of each photo; people who are there under two names are one",
    )


def stated_rates(
    calibration: Calibration,
    data: Labelled,
    random: np.random.Generator,
    *,
    people: int,
    examples: int,
) -> NDArray[np.float64]:
    """What is stated of the best candidate of every stranger."""
    shelves = {person: np.flatnonzero(data.people == person) for person in np.unique(data.people)}
    fitting = [person for person, rows in shelves.items() if len(rows) >= examples]
    enrolled = set(random.permutation(fitting)[:people])
    rows = np.concatenate([random.permutation(shelves[person])[:examples] for person in enrolled])
    owners = data.people[rows]
    index = ExactIndex.of(
        [f"{person}/{row}" for person, row in zip(owners, rows, strict=True)],
        [str(person) for person in owners],
        data.embeddings[rows],
    )
    strangers = [random.choice(rows) for person, rows in shelves.items() if person not in enrolled]
    count = comparisons(calibration, people=index.groups, faces=len(index))
    return np.array(
        [
            expected_rate(calibration, found[0].similarity, count)
            for found in rank(index, data.embeddings[strangers], limit=1)
        ]
    )


def agreement(
    data: Labelled, *, contract_id: str, name: str, splits: int, seed: int
) -> list[dict[str, object]]:
    """Stated and measured, for galleries of several sizes."""
    random = np.random.default_rng(seed)
    measured: dict[tuple[int, int, float], list[float]] = {}
    for one, other in halves(data, splits, seed):
        calibration = fit(one, contract_id, name)
        for people, examples in _GALLERIES:
            for _ in range(_REPEATS):
                rates = stated_rates(calibration, other, random, people=people, examples=examples)
                for stated in STATED:
                    of = measured.setdefault((people, examples, stated), [])
                    of.append(float((rates <= stated).mean()))
    return [
        {
            "people": people,
            "examples": examples,
            "stated": stated,
            "measured": float(np.mean(shares)),
            "ratio": float(np.mean(shares)) / stated,
            "low": float(np.percentile(shares, _CENTRAL[0])),
            "high": float(np.percentile(shares, _CENTRAL[1])),
        }
        for (people, examples, stated), shares in measured.items()
    ]


def draw_tail(data: Labelled, *, pack: str, contract_id: str, folder: Path, seed: int) -> None:
    """Draw the tail fitted on one half against the impostors of the other."""
    from bench.plots import tail_plot

    one, other = next(halves(data, 1, seed))
    calibration = fit(one, contract_id, "")
    _, who, counts = np.unique(other.people, return_inverse=True, return_counts=True)
    rows, columns = np.triu_indices(len(who), k=1)
    different = who[rows] != who[columns]
    rows, columns = rows[different], columns[different]
    similarities = np.einsum("ij,ij->i", other.embeddings[rows], other.embeddings[columns])
    weights = 1.0 / (counts[who[rows]] * counts[who[columns]])
    order = np.argsort(similarities)[::-1]
    shares = np.cumsum(weights[order]) / weights.sum()
    kept = np.unique(np.geomspace(1, len(order), 600).astype(int)) - 1
    grid = np.linspace(calibration.impostor_mean, float(similarities.max()) * 1.1, 300)
    tail_plot(
        folder / f"tail-{pack}.svg",
        pack=pack,
        measured=(similarities[order][kept], shares[kept]),
        fitted=(grid, np.array([false_match_rate(calibration, float(at)) for at in grid])),
        start=calibration.tail.start,
    )


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    pack_options(parser, pack="compact")
    parser.add_argument("--name", default="Labeled Faces in the Wild, view 2, folds 1 to 5")
    parser.add_argument("--splits", type=int, default=20)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--plots", type=Path, help="folder for the drawn tail")
    parser.add_argument("--write", type=Path, help="file for the calibration of all people")
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args(arguments)

    installed = chosen_pack(options)
    data = labelled(installed, options.data)
    contract_id = installed.manifest.contract_id
    if options.write:
        options.write.write_text(write_calibration(fit(data, contract_id, options.name)))
    if options.plots:
        draw_tail(
            data,
            pack=options.pack,
            contract_id=contract_id,
            folder=options.plots,
            seed=options.seed,
        )
    found = agreement(
        data,
        contract_id=contract_id,
        name=options.name,
        splits=options.splits,
        seed=options.seed,
    )
    if options.json:
        print(json.dumps({"pack": options.pack, "agreement": found}, indent=2))
        return 0
    print(f"{options.pack}: {len(np.unique(data.people)):,} people, {len(data.photos):,} photos")
    print("people examples   stated measured  ratio   central 95 %")
    for row in found:
        print(
            f"{row['people']:6} {row['examples']:8} {row['stated']:8} {row['measured']:8.4f} "
            f"{row['ratio']:6.2f}   {row['low']:.4f}-{row['high']:.4f}"
        )
    return 0


def _part(data: Labelled, rows: NDArray[np.bool_]) -> Labelled:
    return Labelled(data.embeddings[rows], data.people[rows], data.photos[rows])


if __name__ == "__main__":
    sys.exit(main())
