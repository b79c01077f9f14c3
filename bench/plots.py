"""Plots for the documentation: quiet, and the same bytes for the same figures."""

from collections.abc import Mapping
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import matplotlib as mpl
import numpy as np
from matplotlib.figure import Figure
from numpy.typing import NDArray

Line = tuple[NDArray[Any], NDArray[Any]]

INK, _PAPER, _QUIET = "#2b2622", "#fbf9f5", "#8a8178"
COLOURS = {"match": "#1f7a4d", "ambiguous": "#b07400", "unknown": "#5a6b8c"}
_SIZE = (7.2, 4.2)


def tail_plot(path: Path, *, pack: str, measured: Line, fitted: Line, start: float) -> None:
    """Share of pairs of different people that reach a similarity, measured and fitted."""
    figure, axes = axes_of()
    axes.plot(*measured, ".", color=COLOURS["unknown"], markersize=3)
    axes.plot(*fitted, color=INK, linewidth=1.4)
    axes.axvline(start, color=_QUIET, linewidth=0.8, linestyle=":")
    axes.annotate(
        "the tail starts",
        (start, 0.25),
        color=_QUIET,
        ha="left",
        xytext=(4, 0),
        textcoords="offset points",
    )
    axes.set_yscale("log")
    axes.set_ylim(2e-7, 1)
    axes.set_xlabel(f"similarity ({pack})")
    axes.set_ylabel("share of pairs of different people")
    axes.set_xlim(left=float(fitted[0][0]) - 0.05)
    _legend(axes, ["impostors of one half of the people", "fitted on the other half"], "lower left")
    save(figure, path)


def thresholds_plot(
    path: Path, *, pack: str, people: Sequence[int], lines: Mapping[str, Line]
) -> None:
    """The threshold, and the share of the right people that it misses, against the gallery."""
    with mpl.rc_context(_STYLE):
        figure = Figure(figsize=(7.2, 4.2), layout="constrained")
        left, right = figure.subplots(1, 2)
    styles = ("-", "--", ":")
    for (name, (thresholds, missed)), style in zip(lines.items(), styles, strict=True):
        left.plot(people, thresholds, style, color=INK, label=name, linewidth=1.4)
        right.plot(people, 100 * missed, style, color=INK, label=name, linewidth=1.4)
    for axes in (left, right):
        _quiet(axes)
        axes.set_xscale("log")
        axes.xaxis.set_major_formatter("{x:,.0f}")
        axes.set_xlabel("people in the gallery")
    left.set_ylabel(f"similarity needed ({pack})")
    right.set_ylabel("right people missed, % (one photo each)")
    right.set_ylim(bottom=0)
    left.legend(title="accepted", frameon=False, fontsize=8, title_fontsize=8)
    save(figure, path)


def answers_plot(
    path: Path,
    *,
    pack: str,
    people: int,
    threshold: float,
    runner_up: float,
    margin: float,
    enrolled: Line,
    strangers: Line,
) -> None:
    """Where best and runner-up lie for people who are enrolled and for strangers."""
    figure, axes = axes_of()
    low, high = -0.05, 1.0
    best = np.linspace(low, high, 400)
    limit = np.minimum(best, np.minimum(runner_up, best - margin))
    inside = best >= threshold
    axes.fill_between(best, low, best, where=~inside, color=COLOURS["unknown"], alpha=0.10, lw=0)
    axes.fill_between(best, low, limit, where=inside, color=COLOURS["match"], alpha=0.12, lw=0)
    axes.fill_between(best, limit, best, where=inside, color=COLOURS["ambiguous"], alpha=0.22, lw=0)
    axes.plot(*strangers, "x", color=COLOURS["unknown"], markersize=3.5, markeredgewidth=0.7)
    axes.plot(*enrolled, "o", color=COLOURS["match"], markersize=2.6, markeredgewidth=0)
    axes.axvline(threshold, color=INK, linewidth=1)
    axes.text(0.08, 0.75, "unknown", color=COLOURS["unknown"], fontsize=13)
    axes.text(0.83, 0.06, "match", color=COLOURS["match"], fontsize=13)
    axes.text(0.76, 0.66, "ambiguous", color=COLOURS["ambiguous"], fontsize=13)
    axes.set_xlim(low, high)
    axes.set_ylim(low, high)
    axes.set_xlabel(f"similarity of the best person ({pack}, {people:,} enrolled)")
    axes.set_ylabel("similarity of the runner-up")
    _legend(axes, ["strangers", "people who are enrolled"])
    save(figure, path)


_STYLE: dict[Any, Any] = {
    "font.size": 9,
    "text.color": INK,
    "axes.labelcolor": INK,
    "axes.edgecolor": _QUIET,
    "xtick.color": INK,
    "ytick.color": INK,
    "figure.facecolor": _PAPER,
    "axes.facecolor": _PAPER,
    "svg.hashsalt": "mien",
}


def axes_of() -> tuple[Figure, Any]:
    """An empty figure with one pair of axes."""
    with mpl.rc_context(_STYLE):
        figure = Figure(figsize=_SIZE, layout="constrained")
        axes = figure.subplots()
    _quiet(axes)
    return figure, axes


def _quiet(axes: Any) -> None:
    axes.spines[["top", "right"]].set_visible(False)  # matplotlib's own
    axes.grid(color=_QUIET, alpha=0.25, linewidth=0.5)


def _legend(axes: Any, labels: Sequence[str], place: str = "upper left") -> None:
    axes.legend(axes.get_lines()[: len(labels)], labels, frameon=False, loc=place, fontsize=8)


def save(figure: Figure, path: Path) -> None:
    """Write a figure as SVG."""
    with mpl.rc_context(_STYLE):
        figure.savefig(path, metadata={"Date": None})
