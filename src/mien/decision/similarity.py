"""Whether a face is like a person's examples, and from which similarity two are one person."""

from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

from mien.decision.rank import mean_direction
from mien.decision.rank import person_similarity
from mien.decision.rates import comparisons
from mien.decision.rates import expected_rate
from mien.decision.rates import least_expected_rate
from mien.decision.rates import threshold_for
from mien.vision.types import EngineSummary


def verification_threshold(summary: EngineSummary, *, accepted: float, examples: int = 1) -> float:
    """The similarity from which two faces, or a face and a person, are one.

    Args:
        summary: of the engine that made the embeddings.
        accepted: share of comparisons of two people that may pass as one (FMR), in (0, 1).
        examples: of the person.
    """
    if summary.calibration is None:
        return summary.verify_threshold
    return threshold_for(
        summary.calibration,
        accepted=accepted,
        comparisons=comparisons(summary.calibration, people=1, faces=examples),
    )


def verification_rate(
    summary: EngineSummary, similarity: float, *, examples: int = 1
) -> float | None:
    """Share of comparisons with somebody else that reach a similarity; None when not measured."""
    if summary.calibration is None:
        return None
    count = comparisons(summary.calibration, people=1, faces=examples)
    return expected_rate(summary.calibration, similarity, count)


def least_verification_rate(summary: EngineSummary) -> float:
    """The smallest share of comparisons that has been measured; 0 when nothing has been."""
    if summary.calibration is None:
        return 0.0
    return least_expected_rate(summary.calibration, 1.0)


def similarity_to(
    embedding: NDArray[np.float32], examples: Mapping[str, NDArray[np.float32]]
) -> tuple[float, str]:
    """How similar a face is to a person, as `rank` has it, and the nearest example's id.

    Args:
        embedding: float32, shape (dimension,), unit length.
        examples: the person's, by id; at least one.
    """
    ids = sorted(examples)
    vectors = np.stack([examples[each] for each in ids])
    cosines = np.clip(vectors.astype(np.float64) @ embedding.astype(np.float64), -1.0, 1.0)
    best = int(cosines.argmax())
    nearest = float(cosines[best])
    if len(ids) == 1:
        return nearest, ids[0]
    to_mean = float(np.clip(mean_direction(vectors) @ embedding.astype(np.float64), -1.0, 1.0))
    return person_similarity(nearest, to_mean), ids[best]
