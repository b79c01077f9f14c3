"""The report on labelled pairs."""

from collections.abc import Sequence

import numpy as np

from mien.evaluation import curves
from mien.evaluation.figures import PairBand
from mien.evaluation.figures import PairsFigures
from mien.evaluation.pairs import RATES
from mien.evaluation.pairs import Scored
from mien.evaluation.report.content import Band
from mien.evaluation.report.content import Bars
from mien.evaluation.report.content import Chart
from mien.evaluation.report.content import ChartPoint
from mien.evaluation.report.content import Couple
from mien.evaluation.report.content import Errors
from mien.evaluation.report.content import Level
from mien.evaluation.report.content import Line
from mien.evaluation.report.content import Report
from mien.evaluation.report.content import Seen
from mien.evaluation.report.thresholds import by_threshold
from mien.evaluation.words import band_range
from mien.evaluation.words import counted
from mien.evaluation.words import one_in
from mien.evaluation.words import pairs_rows
from mien.evaluation.words import percent
from mien.evaluation.words import share_text

_SHOWN = 6
# Good recognisers differ only near the top.
_LEAST_TAR = 0.9


def report_pairs(figures: PairsFigures, scored: Scored) -> Report:
    """Put the figures of pairs, their curves and the worst errors together."""
    accuracy = figures.accuracy
    return Report(
        title="Pairs of photos: same person or not",
        lead=(
            f"{percent(accuracy.mean)} of {figures.pairs:,} pairs are judged correctly (± "
            f"{percent(accuracy.standard_error)}, standard error over "
            f"{counted(figures.folds, 'fold')}).{_telling(figures)}"
        ),
        rows=pairs_rows(figures),
        charts=_charts(figures, scored),
        band_columns=("different people accepted", "same person rejected"),
        bands=[_band(band) for band in figures.by_quality],
        band_note=(
            "The pairs in thirds, by the poorer of their two photos. All are judged at the "
            "threshold that 1 in 1,000 pairs of different people reaches."
        ),
        errors=_errors(figures, scored),
        refused=sorted(figures.not_acquired_reasons.items()),
    )


def _telling(figures: PairsFigures) -> str:
    """How many are recognised at the strictest rate the pairs can show; empty without any."""
    told = [rate for rate in figures.tar_at_far if rate not in figures.only_bounds]
    if not told:
        return ""
    share = percent(figures.tar_at_far[told[-1]])
    return (
        f" If {one_in(float(told[-1]))} pairs of different people is accepted, {share} of the "
        "pairs of the same person are recognised."
    )


def _charts(figures: PairsFigures, scored: Scored) -> list[Chart]:
    genuine, impostor = scored.genuine, scored.impostor
    both = curves.curve(genuine, impostor)
    # On a logarithmic axis there is no nothing; it stands at the edge.
    least, low = 1 / len(impostor), 0.5 / len(genuine)
    at = figures.at_gallery_settings
    x_range = (least / 2, 1.0)
    passing = [
        ChartPoint(float(rate), figures.tar_at_far[rate], f"TAR at FAR {one_in(float(rate))}")
        for rate in RATES
        if rate not in figures.only_bounds
    ]
    fmr, fnmr = at.fmr.rate or 0.0, at.fnmr.rate or 0.0
    in_use = ChartPoint(max(fmr, least / 2), max(fnmr, low), "at the threshold in use")
    return [
        Chart(
            title="Receiver operating characteristic",
            caption="Share of same-person pairs accepted (higher is better) for each share of "
            "different-people pairs accepted. The top left corner would be no errors at "
            "all.",
            x_label="pairs of different people accepted (FAR)",
            y_label="pairs of the same person accepted (TAR)",
            x_range=x_range,
            y_range=(_LEAST_TAR if figures.tar_at_far[RATES[0]] > _LEAST_TAR else 0.0, 1.0),
            x_log=True,
            lines=[Line(both.fmr, 1 - both.fnmr, "")],
            points=passing,
        ),
        Chart(
            title="Detection error trade-off",
            caption="The two errors against each other, on logarithmic scales: closer to the "
            "bottom left is better. On the dashed line they are equal.",
            x_label="false match rate (FMR)",
            y_label="false non-match rate (FNMR)",
            x_range=x_range,
            y_range=(low, 1.0),
            x_log=True,
            y_log=True,
            lines=[
                Line(both.fmr, np.maximum(both.fnmr, low), ""),
                Line(np.array([1e-9, 1.0]), np.array([1e-9, 1.0]), "", "soft", dashed=True),
            ],
            points=[in_use],
        ),
        Chart(
            title="Similarities",
            caption="Pairs of the same person and of different people, by similarity. Pairs on "
            "the wrong side of a threshold are errors.",
            x_label="similarity",
            y_label="share of the pairs",
            x_range=(-0.6, 1.0),
            y_range=None,
            similarities=True,
            bars=[
                Bars(impostor, "different people", "impostor"),
                Bars(genuine, "same person", "genuine"),
            ],
            levels=[
                Level(at.threshold, "threshold in use"),
                Level(figures.threshold, "threshold with the fewest errors", dashed=True),
            ],
        ),
        by_threshold(
            both.thresholds,
            Line(both.thresholds, both.fmr, "different people accepted (FMR)", "impostor"),
            Line(both.thresholds, both.fnmr, "same person rejected (FNMR)", "genuine"),
            threshold=at.threshold,
            least=min(low, least / 2),
        ),
    ]


def _errors(figures: PairsFigures, scored: Scored) -> list[Errors]:
    threshold = figures.at_gallery_settings.threshold
    known = [
        place
        for place, pair in enumerate(scored.pairs)
        if all(scored.photos[name] in scored.samples for name in (pair.one, pair.other))
    ]
    different = sorted(
        (place for place in known if not scored.same[place]),
        key=lambda place: -scored.scores[place],
    )
    same = sorted(
        (place for place in known if scored.same[place]), key=lambda place: scored.scores[place]
    )
    return [
        Errors(
            "Different people who look most similar",
            "First check that they really are different people: many data sets list a person "
            "under two names.",
            "No pair of different people has a face in both photos.",
            _couples(scored, different, threshold),
        ),
        Errors(
            "Same person, least similar photos",
            "First check that it really is the same person, and the right face.",
            "No pair of the same person has a face in both photos.",
            _couples(scored, same, threshold),
        ),
    ]


def _couples(scored: Scored, places: Sequence[int], threshold: float) -> list[Couple]:
    couples = []
    for place in places[:_SHOWN]:
        pair, similarity = scored.pairs[place], float(scored.scores[place])
        passes = similarity >= threshold
        couples.append(
            Couple(
                one=_seen(scored, scored.photos[pair.one]),
                other=_seen(scored, scored.photos[pair.other]),
                similarity=similarity,
                wrong=passes != pair.same,
                what="accepted as the same person" if passes else "judged to be different people",
            )
        )
    return couples


def _seen(scored: Scored, photo: str) -> Seen:
    points = scored.samples[photo].landmarks.tolist()
    return Seen(photo, tuple((float(x), float(y)) for x, y in points))


def _band(band: PairBand) -> Band:
    return Band(
        band.by, band_range(band.low, band.high), (share_text(band.fmr), share_text(band.fnmr))
    )
