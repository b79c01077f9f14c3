"""Which faces of nobody known belong together, as they come one after the other. Pure.

Average linkage (Sokal and Michener, "A statistical method for evaluating systematic relationships",
1958), one face at a time: how alike two clusters are is the mean of the similarities of every face
of the one to every face of the other, which is the product of their mean embeddings. A face joins
the cluster that it is most alike, and clusters merge, only where that mean is enough. So a face that
is like one member alone joins nobody, and a chain of faces each like the next makes no cluster.
"""

from collections.abc import Callable
from collections.abc import Iterable
from collections.abc import Sequence
from dataclasses import dataclass
from dataclasses import field
from typing import Final
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from mien.decision.rates import threshold_for
from mien.vision.types import EngineSummary

ACCEPTED: Final = 0.0005
"""Share of strangers never seen before who may be put to somebody else's cluster. One who is draws
others in, and nobody looks at every face of a cluster; see `docs/accuracy.md`."""

_LEAST_CLUSTERS: Final = 100
"""As so many clusters count fewer, so that two people pass as one in no more than 1 in 200,000 pairs
of faces: what begins with two people attracts both ever after, and strangers who come to one place
may be kin."""

Similarity: TypeAlias = Callable[[int], float]
"""The similarity from which a face joins a cluster, by how many there are to be mistaken for."""


def joining_similarity(summary: EngineSummary, *, accepted: float = ACCEPTED) -> Similarity:
    """From which mean similarity a face joins a cluster; rises with the number of clusters.

    Each cluster is one more to be mistaken for, as each person of a gallery is. That of a cluster
    of several faces is a mean, which strangers reach less often than the similarity of one pair,
    so that the stated share is a bound.

    Args:
        summary: of the engine that made the embeddings.
        accepted: share of strangers that may join somebody else's cluster, in (0, 1).
    """
    calibration = summary.calibration
    if calibration is None:
        # Nothing was measured: what is recommended for naming somebody.
        return lambda _clusters: summary.identify_threshold
    return lambda clusters: threshold_for(
        calibration, accepted=accepted, comparisons=float(max(clusters, _LEAST_CLUSTERS))
    )


@dataclass(frozen=True, slots=True, eq=False)
class Cluster:
    """Faces that belong together.

    Attributes:
        id: tells it from others.
        mean: of its faces' embeddings, float32, shape (dimension,); not of unit length.
        faces: how many, one at least.
        kind: clusters of two kinds never merge; faces join those of any.
    """

    id: str
    mean: NDArray[np.float32] = field(repr=False)
    faces: int
    kind: str = ""


class Clustering:
    """Clusters that grow by one face at a time.

    Args:
        clusters: those that are there.
        similarity: from which mean similarity faces join and clusters merge.
        apart: pairs of ids of clusters that never merge, because somebody has parted them.
        kind: of clusters that begin.
    """

    def __init__(
        self,
        clusters: Sequence[Cluster],
        *,
        similarity: Similarity,
        apart: Iterable[tuple[str, str]] = (),
        kind: str = "",
    ) -> None:
        self._clusters = list(clusters)
        self._means = np.array([each.mean for each in clusters], dtype=np.float32)
        self._similarity = similarity
        self._kind = kind
        self._apart = {frozenset(pair) for pair in apart}
        self.merged: dict[str, str] = {}
        """Into which cluster each has gone that is no more, by their ids."""

    @property
    def clusters(self) -> tuple[Cluster, ...]:
        """Those that there are now."""
        return tuple(self._clusters)

    def add(self, embedding: NDArray[np.float32], *, new_id: str) -> str:
        """Put a face where it belongs, and merge what it shows to be one.

        Args:
            embedding: float32, shape (dimension,), unit length.
            new_id: of the cluster that it begins if it joins none.

        Returns:
            The id of its cluster, which may be new.
        """
        alike = self._alike(embedding)
        if not alike:
            self._begin(Cluster(new_id, np.asarray(embedding, np.float32), 1, self._kind))
            return new_id
        at = alike[0][0]
        joined = self._clusters[at]
        self._put(at, _together(joined, Cluster(joined.id, embedding, 1, joined.kind)))
        return self._merge_from(at)

    def _merge_from(self, at: int) -> str:
        """Merge a cluster that has changed with those it is alike now; gives the id of what is left."""
        while True:
            own = self._clusters[at]
            among = [
                place
                for place, similarity in self._alike(own.mean)
                if place != at and self._may_merge(own, self._clusters[place], similarity)
            ]
            if not among:
                return own.id
            other_at = among[0]
            other = self._clusters[other_at]
            # The larger one keeps its id: it is the one that somebody may have looked at.
            stays, goes = (own, other) if own.faces >= other.faces else (other, own)
            self._put(at, _together(stays, goes))
            self._note_merged(goes.id, stays.id)
            at = self._drop(other_at, looked_at=at)

    def _may_merge(self, one: Cluster, other: Cluster, similarity: float) -> bool:
        """Whether two clusters are one person's.

        A wrong merger spoils every face of the smaller one. So it is to happen as much more rarely
        than that one face is put wrong.
        """
        count = len(self._clusters) * min(one.faces, other.faces)
        return (
            one.kind == other.kind
            and similarity >= self._similarity(count)
            and frozenset((one.id, other.id)) not in self._apart
        )

    def _note_merged(self, goes: str, stays: str) -> None:
        self.merged = {one: stays if into == goes else into for one, into in self.merged.items()}
        self.merged[goes] = stays
        # Whoever was parted from one of the two is parted from both.
        self._apart = {
            frozenset(stays if each == goes else each for each in pair) for pair in self._apart
        }

    def _alike(self, mean: NDArray[np.float32]) -> list[tuple[int, float]]:
        """Places of the clusters that are alike enough for a face to join, the likest first."""
        if not self._clusters:
            return []
        similarities = self._means[: len(self._clusters)] @ mean
        found = np.flatnonzero(similarities >= self._similarity(len(self._clusters)))
        order = found[np.argsort(-similarities[found], kind="stable")]
        return [(int(place), float(similarities[place])) for place in order]

    def _begin(self, cluster: Cluster) -> None:
        count, dimension = len(self._clusters), len(cluster.mean)
        if count == len(self._means):
            # Twice as much room each time: copied for each face, they would take most of the time.
            room = np.empty((max(2 * count, 64), dimension), dtype=np.float32)
            room[:count] = self._means.reshape(count, dimension)
            self._means = room
        self._clusters.append(cluster)
        self._means[count] = cluster.mean

    def _put(self, at: int, cluster: Cluster) -> None:
        self._clusters[at] = cluster
        self._means[at] = cluster.mean

    def _drop(self, at: int, *, looked_at: int) -> int:
        """Take a cluster out, whose place the last one gets; gives the new place of another."""
        last = len(self._clusters) - 1
        self._put(at, self._clusters[last])
        del self._clusters[last]
        return at if looked_at == last else looked_at


def _together(stays: Cluster, goes: Cluster) -> Cluster:
    """Both in one, by the name of the first."""
    faces = stays.faces + goes.faces
    mean = (stays.mean * stays.faces + goes.mean * goes.faces) / faces
    return Cluster(stays.id, mean.astype(np.float32), faces, stays.kind)


def diverse(
    embeddings: Sequence[NDArray[np.float32]], quality: Sequence[float], *, most: int
) -> list[int]:
    """Some good faces of a cluster that are not all the same picture, the best first.

    The best by quality, then again and again the one that is least like those taken, among the
    better half: one moment seen ten times teaches no more than once.

    Args:
        embeddings: of its faces, float32, shape (dimension,), unit length.
        quality: of each, the more the better.
        most: how many to take at most.

    Returns:
        Their places.
    """
    order = sorted(range(len(embeddings)), key=lambda place: (-quality[place], place))
    # The better half, but enough to choose from.
    left = order[: max(most, (len(order) + 1) // 2)]
    taken = left[:1]
    left = left[1:]
    while left and len(taken) < most:
        known = np.stack([embeddings[place] for place in taken])
        nearest = [float((known @ embeddings[place]).max()) for place in left]
        least = int(np.argmin(nearest))
        if nearest[least] > SAME_PICTURE:
            break
        taken.append(left.pop(least))
    return taken


SAME_PICTURE: Final = 0.98
"""Two faces that are more alike than this are one picture, or two of the same moment."""
