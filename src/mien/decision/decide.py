"""From similarities to an answer. Pure: no database, no clock, no settings."""

from collections.abc import Sequence
from dataclasses import dataclass

from mien.decision.operating_point import OperatingPoint
from mien.decision.rank import Ranked
from mien.options import Decision
from mien.options import Doubt


@dataclass(frozen=True, slots=True)
class Verdict:
    """What a face's candidates add up to.

    Attributes:
        decision: whether the best candidate is that person, nobody is, or it cannot be told.
        doubts: why it is ambiguous, else empty: `close_runner_up` when another person is nearly
            as similar or would be a match too; `look_alike` when that is only because the two are
            alike; `low_quality` when the face shows too little.
        expected_false_match_rate: share of strangers' searches in this gallery in which somebody
            is as similar as the best candidate is; None without candidates or calibration.
        margin: similarity by which the best is ahead of the next person; None without one.
    """

    decision: Decision
    doubts: tuple[Doubt, ...]
    expected_false_match_rate: float | None
    margin: float | None


def decide(candidates: Sequence[Ranked], *, point: OperatingPoint, legible: bool = True) -> Verdict:
    """Say who a face shows: the best candidate, nobody, or that it cannot be told.

    A candidate matches from the threshold on. It stays ambiguous when the next person would match
    if the best one were not enrolled: so enrolling a stranger may turn a match into a doubt, never
    into another person's match. It stays ambiguous, too, when the next person is within the
    margin; and when the face is too poor to tell.

    Args:
        candidates: best first, each person once; may be empty.
        point: where the gallery's answers are cut.
        legible: whether the face shows enough to be told from others.
    """
    if not candidates:
        return Verdict("unknown", (), None, None)
    best = candidates[0]
    margin = best.similarity - candidates[1].similarity if len(candidates) > 1 else None
    rate = point.expected_rate(best.similarity)
    decision: Decision = "unknown"
    doubts: tuple[Doubt, ...] = ()
    if best.similarity >= point.threshold:
        doubts = _doubts(best, candidates[1:], point)
        if not legible:
            doubts = (*doubts, "low_quality")
        decision = "ambiguous" if doubts else "match"
    return Verdict(decision, doubts, rate, margin)


def deciding_rival(candidates: Sequence[Ranked], *, point: OperatingPoint) -> Ranked | None:
    """The other person on whom it rests whether the best one stands alone.

    The runner-up; but if only people further down cast doubt, because they look like the best one,
    the one of them whom the best is least ahead of.

    Args:
        candidates: best first, each person once; may be empty.
        point: where the gallery's answers are cut.
    """
    if len(candidates) < 2:  # noqa: PLR2004 - the best one and another
        return None
    best, *others = candidates
    if _doubts(best, others[:1], point) or not _doubts(best, others, point):
        return others[0]
    return min(others, key=lambda other: _to_spare(best, other, point))


def _doubts(best: Ranked, others: Sequence[Ranked], point: OperatingPoint) -> tuple[Doubt, ...]:
    if not others:
        return ()
    runner_up = others[0]
    if runner_up.similarity >= point.threshold_without(
        best.examples
    ) or best.similarity - runner_up.similarity < point.margin(None):
        return ("close_runner_up",)
    if any(_to_spare(best, other, point) < 0 for other in others):
        return ("look_alike",)
    return ()


def _to_spare(best: Ranked, other: Ranked, point: OperatingPoint) -> float:
    return best.similarity - other.similarity - point.margin(other.similarity_to_best)
