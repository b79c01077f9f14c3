"""Figures as rows of a table: for the terminal and for the report."""

from dataclasses import dataclass

from mien.decision.rates import odds
from mien.evaluation.figures import PairsFigures
from mien.evaluation.figures import SearchFigures
from mien.evaluation.figures import Share
from mien.evaluation.intervals import Interval


@dataclass(frozen=True, slots=True)
class Row:
    """One figure.

    Attributes:
        figure: what it is.
        value: as text.
        interval: 95 %, as text; empty where there is none.
        of: what it rests on.
    """

    figure: str
    value: str
    interval: str = ""
    of: str = ""


def percent(value: float | None, *, places: int | None = None) -> str:
    """A share in percent, with the decimal places that `places_of` says unless given."""
    if value is None:
        return "unknown"
    return f"{100 * value:.{places_of(value) if places is None else places}f} %"


def places_of(value: float) -> int:
    """How many decimal places a share has in percent: more where it is near nothing or all."""
    return 3 if 0 < min(value, 1 - value) < 0.001 else 2  # noqa: PLR2004 - a thousandth


def interval_text(interval: Interval | None) -> str:
    """Both ends of an interval in percent."""
    return "" if interval is None else f"{percent(interval[0])} to {percent(interval[1])}"


def counted(number: int, thing: str) -> str:
    """So many things."""
    return f"{number:,} {thing}{'' if number == 1 else 's'}"


def one_in(rate: float) -> str:
    """A rate as people say it."""
    return f"1 in {odds(rate):,}" if rate > 0 else "never"


def share_row(figure: str, share: Share) -> Row:
    """A share with its interval and its counts."""
    return Row(
        figure,
        percent(share.rate),
        interval_text(share.interval),
        f"{share.count:,} of {share.of:,}",
    )


def share_text(share: Share) -> str:
    """A share with its counts."""
    return f"{percent(share.rate)} ({share.count:,} of {share.of:,})" if share.of else "none"


def band_range(low: float, high: float) -> str:
    """From where to where a band reaches."""
    places = 0 if high >= 10 else 2  # noqa: PLR2004 - pixels and not shares
    return f"{low:.{places}f} to {high:.{places}f}"


def pairs_rows(figures: PairsFigures) -> list[Row]:
    """The figures of pairs, the most telling first."""
    at = figures.at_gallery_settings
    accuracy = figures.accuracy
    return [
        Row(
            "Accuracy",
            f"{percent(accuracy.mean)} ± {percent(accuracy.standard_error)}",
            of=f"{counted(figures.folds, 'fold')}, {figures.pairs:,} pairs",
        ),
        *(
            Row(
                f"TAR at FAR {one_in(float(rate))}",
                f"{'at most ' if rate in figures.only_bounds else ''}{percent(value)}",
                interval_text(figures.tar_at_far_interval[rate]),
                f"{figures.same:,} same, {figures.different:,} different",
            )
            for rate, value in figures.tar_at_far.items()
        ),
        Row("Equal error rate", percent(figures.eer)),
        Row("Area under the curve", f"{figures.auc:.5f}"),
        Row("Best threshold", f"{figures.threshold:.4f}"),
        Row(
            "Threshold in use",
            f"{at.threshold:.4f}",
            of=_why(at.gallery, at.accepted_fmr, "pairs of different people"),
        ),
        share_row("FMR at this threshold", at.fmr),
        share_row("FNMR at this threshold", at.fnmr),
        Row("Photos not used", f"{len(figures.not_acquired):,}", of=f"{figures.photos:,} photos"),
        Row("Model pack", figures.made.pack),
        Row("Contract", figures.made.contract_id),
    ]


def searches_rows(figures: SearchFigures) -> list[Row]:
    """The figures of searches, the most telling first."""
    at = figures.at_gallery_settings
    decisions, split = figures.decisions, figures.decisions_split
    enrolled, strangers = f"{figures.probes:,} enrolled", f"{figures.strangers:,} strangers"
    return [
        *(
            Row(
                f"FNIR at FPIR {one_in(float(rate))}",
                f"{'at least ' if rate in figures.only_bounds else ''}{percent(value)}",
                interval_text(figures.fnir_at_fpir_interval[rate]),
                f"{enrolled}, {strangers}",
            )
            for rate, value in figures.fnir_at_fpir.items()
        ),
        Row(
            "Right person first",
            percent(figures.rank_1),
            interval_text(figures.rank_1_interval),
            enrolled,
        ),
        Row(
            "In the gallery",
            f"{figures.enrolled:,} people",
            of=f"{figures.faces:,} examples, seed {figures.seed}",
        ),
        Row(
            "Threshold in use",
            f"{at.threshold:.4f}",
            of=_why(at.gallery, at.accepted_fpir, "strangers' searches"),
        ),
        Row("Strangers who reach it, stated", percent(at.stated_fpir)),
        share_row("Strangers who reach it, measured", at.measured_fpir),
        share_row("Strangers given a name", at.named_strangers),
        share_row("Enrolled people not found", at.fnir),
        Row("Match, right", f"{decisions.match_right:,}", of=enrolled),
        Row(
            "Match, wrong",
            f"{decisions.match_wrong:,}",
            of=f"{split.match_wrong_enrolled:,} enrolled, {split.match_wrong_stranger:,} strangers",
        ),
        Row(
            "Ambiguous",
            f"{decisions.ambiguous:,}",
            of=f"{split.ambiguous_enrolled:,} enrolled, {split.ambiguous_stranger:,} strangers",
        ),
        Row("Unknown, right", f"{decisions.unknown_right:,}", of=strangers),
        Row("Unknown, wrong", f"{decisions.unknown_wrong:,}", of=enrolled),
        *(
            share_row(f"Stated false match rate of at most {one_in(check.stated)}", check.measured)
            for check in figures.expected_rate_check
        ),
        Row("Photos not used", f"{len(figures.not_acquired):,}"),
        Row("Model pack", figures.made.pack),
        Row("Contract", figures.made.contract_id),
    ]


def _why(gallery: str | None, accepted: float | None, of_what: str) -> str:
    whose = f"gallery “{gallery}”" if gallery else "a new gallery's settings"
    if accepted is None:
        return f"{whose}, fixed"
    return f"{whose}: {one_in(accepted)} {of_what} accepted"
