"""What a gallery holds an answer to: its threshold, and what that means for strangers. Pure."""

from dataclasses import dataclass
from dataclasses import field

from mien.decision.rates import comparisons
from mien.decision.rates import expected_rate
from mien.decision.rates import least_expected_rate
from mien.decision.rates import margin_for
from mien.decision.rates import threshold_for
from mien.packs.calibration import Calibration


@dataclass(frozen=True, slots=True)
class OperatingPoint:
    """Where a gallery's answers are cut, at its present size.

    Attributes:
        threshold: similarity from which a candidate is a match, in [-1, 1].
        accepted_fpir: share of strangers' searches that may name somebody, from which the
            threshold follows; None when it was set by hand or nothing has been measured.
        people: who can be found.
        faces: their examples.
        calibration: of the gallery's embeddings; None when nothing has been measured.
    """

    threshold: float
    accepted_fpir: float | None
    people: int
    faces: int
    calibration: Calibration | None = field(repr=False)

    @property
    def expected_fpir(self) -> float | None:
        """Share of strangers' searches that name somebody; None when not measured."""
        return self.expected_rate(self.threshold)

    def expected_rate(self, similarity: float) -> float | None:
        """Share of strangers' searches in which somebody reaches this similarity."""
        if self.calibration is None:
            return None
        if self.people == 0:
            return 0.0
        return expected_rate(
            self.calibration,
            similarity,
            comparisons(self.calibration, people=self.people, faces=self.faces),
        )

    @property
    def least_expected_rate(self) -> float:
        """The smallest expected rate that the data can speak of; 0 when nothing was measured.

        A rate that is no larger means "at most this": what lies below has not been measured.
        """
        if self.calibration is None or self.people == 0:
            return 0.0
        return least_expected_rate(
            self.calibration,
            comparisons(self.calibration, people=self.people, faces=self.faces),
        )

    def threshold_without(self, examples: int) -> float:
        """The threshold if a person with so many examples were not in the gallery."""
        return operating_point(
            calibration=self.calibration,
            accepted_fpir=self.accepted_fpir,
            threshold=self.threshold if self.accepted_fpir is None else None,
            otherwise=self.threshold,
            people=self.people - 1,
            faces=self.faces - examples,
        ).threshold

    def margin(self, between: float | None) -> float:
        """How far the best person has to be ahead of another; 0 when nothing was measured.

        Args:
            between: similarity of the two people's examples, in [-1, 1]; None when not known.
        """
        if self.calibration is None:
            return 0.0
        return margin_for(self.calibration, threshold=self.threshold, between=between)


def operating_point(
    *,
    calibration: Calibration | None,
    accepted_fpir: float | None,
    threshold: float | None,
    otherwise: float,
    people: int,
    faces: int,
) -> OperatingPoint:
    """Cut a gallery's answers where its operator wants it.

    Args:
        calibration: of the gallery's embeddings; None when nothing has been measured.
        accepted_fpir: share of strangers' searches that may name somebody, in (0, 1).
        threshold: set by hand; goes before the accepted rate.
        otherwise: the threshold when neither is there.
        people: who can be found.
        faces: their examples.
    """
    chosen, accepted = threshold, None
    if chosen is None and calibration is not None and accepted_fpir is not None:
        accepted = accepted_fpir
        chosen = threshold_for(
            calibration,
            accepted=accepted_fpir,
            comparisons=comparisons(calibration, people=people, faces=faces),
        )
    return OperatingPoint(
        threshold=otherwise if chosen is None else chosen,
        accepted_fpir=accepted,
        people=people,
        faces=faces,
        calibration=calibration,
    )
