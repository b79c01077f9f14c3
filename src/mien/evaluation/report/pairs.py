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
        title="Pairs of photos: one person or two",
        lead=(
            f"{percent(accuracy.mean)} of {figures.pairs:,} pairs are judged rightly "
            f"(± {percent(accuracy.standard_error)}, standard error over {counted(figures.folds, 'fold')})."
            f"{_telling(figures)}"
        ),
        rows=pairs_rows(figures),
        charts=_charts(figures, scored),
        band_columns=("two people pass as one", "one person is not recognised"),
        bands=[_band(band) for band in figures.by_quality],
        band_note=(
            "Thirds of the pairs by the poorer of their two photos, judged at the one threshold "
            "that 1 of 1,000 pairs of two people reaches."
        ),
        errors=_errors(figures, scored),
        refused=sorted(figures.not_acquired_reasons.items()),
    )


def _telling(figures: PairsFigures) -> str:
    """What is recognised at the strictest rate that the pairs can show; empty without any."""
    told = [rate for rate in figures.tar_at_far if rate not in figures.only_bounds]
    if not told:
        return ""
    share = percent(figures.tar_at_far[told[-1]])
    return (
        f" Where {one_in(float(told[-1]))} pairs of two people passes as one, {share} of the pairs "
        "of one person are recognised."
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
            caption="How many pairs of one person pass (up is better) where so many pairs of two "
            "people do. The corner at the top left would be no error at all.",
            x_label="pairs of two people that pass (FAR)",
            y_label="pairs of one person that pass (TAR)",
            x_range=x_range,
            y_range=(_LEAST_TAR if figures.tar_at_far[RATES[0]] > _LEAST_TAR else 0.0, 1.0),
            x_log=True,
            lines=[Line(both.fmr, 1 - both.fnmr, "")],
            points=passing,
        ),
        Chart(
            title="Detection error trade-off",
            caption="Both errors against each other, on logarithmic scales: down and left is "
            "better. The dashed line is where they are equal.",
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
            caption="Pairs of one person and pairs of two people by their similarity. What lies "
            "on the wrong side of a threshold is an error.",
            x_label="similarity",
            y_label="share of the pairs",
            x_range=(-0.6, 1.0),
            y_range=None,
            similarities=True,
            bars=[
                Bars(impostor, "two people", "impostor"),
                Bars(genuine, "one person", "genuine"),
            ],
            levels=[
                Level(at.threshold, "threshold in use"),
                Level(figures.threshold, "threshold with the fewest errors", dashed=True),
            ],
        ),
        by_threshold(
            both.thresholds,
            Line(both.thresholds, both.fmr, "two people pass as one (FMR)", "impostor"),
            Line(both.thresholds, both.fnmr, "one person is not recognised (FNMR)", "genuine"),
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
            "Two people who look most alike",
            "Look first whether they are two people: many sets hold a person under two names.",
            "There is no pair of two people with a face in both photos.",
            _couples(scored, different, threshold),
        ),
        Errors(
            "One person who looks least alike",
            "Look first whether it is one person, and the face that is meant.",
            "There is no pair of one person with a face in both photos.",
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
                what="passes as one person" if passes else "is told to be two people",
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
