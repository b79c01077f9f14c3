"""How well faces of unknown people are put together, one after the other, as a gallery does it.

All photos of a labelled set come in a drawn order, and each face is put to the cluster where it
belongs as `decision/clustering.py` says, at several accepted shares of strangers who may join
somebody else's. Pairwise precision is the share of the pairs of faces in one cluster that are of one
person, recall the share of the pairs of one person that are in one cluster. For comparison, once
the same faces all together: average linkage at the same threshold, which knows the end before it
begins, and clusters of whoever is alike enough to anybody in them (single linkage).

    python bench/unknown.py --pack standard [--draws 5] [--json]
"""

import argparse
import json
import sys
from collections import Counter
from collections.abc import Mapping
from collections.abc import Sequence
from pathlib import Path
from typing import Final

import numpy as np
from numpy.typing import NDArray

_ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(_ROOT))

from bench.labelled import Labelled  # noqa: E402  # run as a script, the root is not on the path
from bench.labelled import labelled  # noqa: E402
from bench.packs import chosen_pack  # noqa: E402
from bench.packs import pack_options  # noqa: E402

from mien.decision.clustering import ACCEPTED  # noqa: E402
from mien.decision.clustering import Clustering  # noqa: E402
from mien.decision.clustering import Similarity  # noqa: E402
from mien.decision.clustering import joining_similarity  # noqa: E402
from mien.vision.pack_summary import summarise  # noqa: E402

RATES: Final = (0.01, 0.001, ACCEPTED, 0.0001)
"""Accepted shares of strangers who join somebody else's cluster."""


def clustered(
    embeddings: NDArray[np.float32], order: Sequence[int], similarity: Similarity
) -> NDArray[np.int64]:
    """The cluster of each face when they come in an order.

    Args:
        embeddings: float32, shape (n, dimension), unit length.
        order: in which they come.
        similarity: from which mean similarity faces join.

    Returns:
        Numbers of clusters, shape (n,).
    """
    clustering = Clustering([], similarity=similarity)
    placed = {number: clustering.add(embeddings[number], new_id=str(number)) for number in order}
    return np.array(
        [
            int(clustering.merged.get(placed[number], placed[number]))
            for number in range(len(embeddings))
        ]
    )


def pairwise(clusters: NDArray[np.int64], people: NDArray[np.str_]) -> tuple[float, float]:
    """Precision and recall over pairs of faces."""
    both = _pairs(Counter(zip(clusters.tolist(), people.tolist(), strict=True)))
    together, of_one = _pairs(Counter(clusters.tolist())), _pairs(Counter(people.tolist()))
    return (both / together if together else 1.0), both / of_one


def _pairs(counts: Mapping[object, int]) -> int:
    return sum(count * (count - 1) // 2 for count in counts.values())


def single_linkage(embeddings: NDArray[np.float32], needed: float) -> NDArray[np.int64]:
    """Clusters of whoever is alike enough to anybody in them: a chain is enough."""
    clusters = np.arange(len(embeddings))
    for row in range(len(embeddings)):
        alike = np.flatnonzero(embeddings[row + 1 :] @ embeddings[row] >= needed) + row + 1
        for other in np.unique(clusters[alike]):
            clusters[clusters == other] = clusters[row]
    return clusters


def average_linkage(embeddings: NDArray[np.float32], needed: float) -> NDArray[np.int64]:
    """Agglomerative clustering with average linkage, all faces known from the start.

    Merges the two most alike clusters again and again, while they are alike enough.
    """
    count = len(embeddings)
    means, faces = embeddings.copy(), np.ones(count)
    between = means @ means.T
    np.fill_diagonal(between, -np.inf)
    clusters = np.arange(count)
    nearest = between.argmax(axis=1)
    best = between[np.arange(count), nearest]
    while True:
        one = int(best.argmax())
        if best[one] < needed:
            return clusters
        other = int(nearest[one])
        total = faces[one] + faces[other]
        means[one] = (means[one] * faces[one] + means[other] * faces[other]) / total
        faces[one] = total
        clusters[clusters == other] = one
        row = means @ means[one]
        row[[one, other]] = -np.inf
        row[best == -np.inf] = -np.inf  # those that are gone
        between[one], between[:, one] = row, row
        between[other], between[:, other] = -np.inf, -np.inf
        best[other] = -np.inf
        for place in {one, *np.flatnonzero(np.isin(nearest, (one, other))).tolist()}:
            if place != other and best[place] > -np.inf:
                nearest[place] = between[place].argmax()
                best[place] = between[place, nearest[place]]
        better = row > best
        better[other] = False
        best[better], nearest[better] = row[better], one


def measure(
    data: Labelled, similarity_at: Mapping[float, Similarity], *, draws: int
) -> list[dict[str, object]]:
    """Precision, recall and clusters at each accepted share, over several orders."""
    rows: list[dict[str, object]] = []
    for accepted, similarity in similarity_at.items():
        found = []
        for seed in range(draws):
            order = np.random.default_rng(seed).permutation(len(data.people)).tolist()
            clusters = clustered(data.embeddings, order, similarity)
            found.append((*pairwise(clusters, data.people), len(np.unique(clusters))))
        precision, recall, count = (list(each) for each in zip(*found, strict=True))
        rows.append(
            {
                "accepted": accepted,
                "similarity": similarity(round(float(np.mean(count)))),
                "precision": precision,
                "recall": recall,
                "clusters": count,
            }
        )
    return rows


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    pack_options(parser)
    parser.add_argument("--draws", type=int, default=5)
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args(arguments)
    installed = chosen_pack(options)
    data = labelled(installed, options.data)
    summary = summarise(installed.manifest, calibration=installed.calibration)
    at = {rate: joining_similarity(summary, accepted=rate) for rate in RATES}
    rows = measure(data, at, draws=options.draws)
    kept = next(row for row in rows if row["accepted"] == ACCEPTED)
    needed = float(str(kept["similarity"]))
    others = {
        "average linkage, all at once": average_linkage(data.embeddings, needed),
        "single linkage": single_linkage(data.embeddings, needed),
    }
    report = {
        "pack": installed.manifest.name,
        "photos": len(data.people),
        "people": len(np.unique(data.people)),
        "pairs": _pairs(Counter(data.people.tolist())),
        "draws": options.draws,
        "accepted": ACCEPTED,
        "rates": rows,
        "others": [
            {
                "way": way,
                "precision": pairwise(clusters, data.people)[0],
                "recall": pairwise(clusters, data.people)[1],
                "clusters": len(np.unique(clusters)),
            }
            for way, clusters in others.items()
        ],
    }
    if options.json:
        print(json.dumps(report, indent=2))
        return 0
    print(f"{report['pack']}: {report['photos']} photos of {report['people']} people")
    for row in rows:
        precision, recall = np.array(row["precision"]), np.array(row["recall"])
        print(
            f"accepted {row['accepted']}: similarity {row['similarity']:.3f}, precision "
            f"{precision.mean():.2%} (least {precision.min():.2%}), recall {recall.mean():.2%}"
        )
    for other in report["others"]:
        print(f"{other['way']}: precision {other['precision']:.2%}, recall {other['recall']:.2%}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
