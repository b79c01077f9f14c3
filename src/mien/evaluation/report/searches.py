"""The report on searches for enrolled people and strangers."""

import numpy as np

from mien.evaluation import curves
from mien.evaluation.acquire import Sample
from mien.evaluation.figures import SearchBand
from mien.evaluation.figures import SearchFigures
from mien.evaluation.open_set import RATES
from mien.evaluation.open_set import best_of
from mien.evaluation.open_set import found_at
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
from mien.evaluation.searches import Search
from mien.evaluation.searches import SplitSearches
from mien.evaluation.words import band_range
from mien.evaluation.words import one_in
from mien.evaluation.words import searches_rows
from mien.evaluation.words import share_text

_SHOWN = 6


def report_searches(figures: SearchFigures, searched: SplitSearches) -> Report:
    """Put the figures of searches, their curves and the worst errors together."""
    decisions = figures.decisions
    return Report(
        title="Searches: known people and strangers",
        lead=(
            f"{figures.enrolled:,} people were enrolled and searched for with {figures.probes:,} "
            f"other photos; {figures.strangers:,} strangers were searched for as well. With the "
            f"gallery's settings, {decisions.match_right:,} searches gave the right name, "
            f"{decisions.match_wrong:,} a wrong name and {decisions.ambiguous:,} were ambiguous; "
            f"{decisions.unknown_right:,} strangers were unknown, and {decisions.unknown_wrong:,} "
            "enrolled people were not found."
        ),
        rows=searches_rows(figures),
        charts=_charts(figures, searched),
        band_columns=("not found (FNIR)", "strangers who reach it (FPIR)", "first", "ambiguous"),
        bands=[_band(band) for band in figures.by_quality],
        band_note=(
            "The searches in thirds, by their photo. Errors are counted at the threshold that 1 "
            "in 100 strangers reaches; ambiguous answers at the gallery's settings."
        ),
        errors=_errors(searched),
        refused=sorted(figures.not_acquired_reasons.items()),
    )


def _charts(figures: SearchFigures, searched: SplitSearches) -> list[Chart]:
    found, strange = found_at(searched.probes), best_of(searched.strangers)
    both = curves.curve(found[np.isfinite(found)], strange)
    fnir = 1 - curves.share_reaching(found, both.thresholds)
    least = 1 / len(strange)
    at = figures.at_gallery_settings
    # On a logarithmic axis there is no nothing; it stands at the edge.
    low = 0.5 / len(found)
    here = (max(at.measured_fpir.rate or 0.0, least / 2), max(at.fnir.rate or 0.0, low))
    charts = [
        Chart(
            title="Errors of searches",
            caption="Share of enrolled people missed for each share of strangers who reach "
            "someone: closer to the bottom left is better.",
            x_label="strangers' searches that reach someone (FPIR)",
            y_label="enrolled people not found (FNIR)",
            x_range=(least / 2, 1.0),
            y_range=(max(float(fnir.min()) / 2, low), 1.0),
            x_log=True,
            y_log=True,
            lines=[Line(both.fmr, np.maximum(fnir, low), "")],
            points=[
                ChartPoint(*here, "at the threshold in use"),
                *(
                    ChartPoint(
                        float(rate),
                        max(figures.fnir_at_fpir[rate], low),
                        f"FPIR {one_in(float(rate))}",
                    )
                    for rate in RATES
                    if rate not in figures.only_bounds
                ),
            ],
        ),
        Chart(
            title="Similarities",
            caption="Enrolled people who come first, by their similarity to themselves; and "
            "strangers, by their similarity to the most similar person.",
            x_label="similarity",
            y_label="share of the searches",
            x_range=(-0.2, 1.0),
            y_range=None,
            similarities=True,
            bars=[
                Bars(strange, "strangers", "impostor"),
                Bars(found[np.isfinite(found)], "enrolled people", "genuine"),
            ],
            levels=[Level(at.threshold, "threshold in use")],
        ),
        by_threshold(
            both.thresholds,
            Line(both.thresholds, both.fmr, "strangers reach someone (FPIR)", "impostor"),
            Line(both.thresholds, fnir, "enrolled people not found (FNIR)", "genuine"),
            threshold=at.threshold,
            least=min(low, least / 2),
        ),
    ]
    stated = np.sort(_stated(searched))
    if len(stated):
        rising = np.arange(1, len(stated) + 1) / len(stated)
        charts.append(
            Chart(
                title="Stated and measured rates",
                caption="Share of strangers whose best candidate has at most this expected false "
                "match rate. If the stated rates were perfect, the line would follow the "
                "dashed one.",
                x_label="expected_false_match_rate",
                y_label="strangers at or below it",
                x_range=(least / 2, 1.0),
                y_range=(least / 2, 1.0),
                x_log=True,
                y_log=True,
                lines=[
                    Line(np.maximum(stated, least / 4), rising, "measured"),
                    Line(
                        np.array([1e-9, 1.0]), np.array([1e-9, 1.0]), "stated", "soft", dashed=True
                    ),
                ],
            )
        )
    return charts


def _stated(searched: SplitSearches) -> curves.Array:
    rates = [
        search.verdict.expected_false_match_rate
        for search in searched.strangers
        if search.verdict is not None
    ]
    return np.array([rate for rate in rates if rate is not None], dtype=np.float64)


def _errors(searched: SplitSearches) -> list[Errors]:
    strangers = sorted(searched.strangers, key=lambda search: -_similarity(search))
    others = sorted(
        (search for search in searched.probes if not search.right_first),
        key=lambda search: -_similarity(search),
    )
    faint = sorted((search for search in searched.probes if search.right_first), key=_similarity)
    return [
        Errors(
            "Strangers most similar to someone enrolled",
            "First check that they really are different people: many data sets list a person "
            "under two names.",
            "No stranger's photo has a face.",
            _couples(searched, strangers),
        ),
        Errors(
            "Enrolled people ranked below someone else",
            "Left: the person searched for. Right: the person who came first.",
            "Every enrolled person came first.",
            _couples(searched, others),
        ),
        Errors(
            "Enrolled people least similar to themselves",
            "First check that it really is the same person, and the right face.",
            "No enrolled person came first.",
            _couples(searched, faint),
        ),
    ]


def _couples(searched: SplitSearches, searches: list[Search]) -> list[Couple]:
    couples = []
    for search in searches:
        if search.sample is None or search.best is None or search.verdict is None:
            continue
        decision = search.verdict.decision
        named = decision == "match"
        wrong = (named and not search.right_first) or (decision == "unknown" and search.enrolled)
        couples.append(
            Couple(
                one=_seen(search.photo, search.sample),
                other=_seen(search.best.face_id, searched.samples[search.best.face_id]),
                similarity=search.best.similarity,
                wrong=wrong,
                what=f"answered “{decision}”",
            )
        )
    return couples[:_SHOWN]


def _similarity(search: Search) -> float:
    return search.best.similarity if search.best else -1.0


def _seen(photo: str, sample: Sample) -> Seen:
    return Seen(photo, tuple((float(x), float(y)) for x, y in sample.landmarks.tolist()))


def _band(band: SearchBand) -> Band:
    shares = (band.fnir, band.fpir, band.rank_1, band.ambiguous)
    return Band(
        band.by, band_range(band.low, band.high), tuple(share_text(each) for each in shares)
    )
