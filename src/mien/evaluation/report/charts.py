"""Draws a chart with Matplotlib, without its windows and global state."""

import io
from collections.abc import Mapping

import matplotlib as mpl
import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import FuncFormatter
from matplotlib.ticker import NullFormatter

from mien.evaluation.report.content import Chart
from mien.evaluation.report.content import Ink

Palette = Mapping[Ink, str]
PAPER: Palette = {
    "ink": "#2a2521",
    "soft": "#6b635b",
    "accent": "#1f4f87",
    "genuine": "#1f6a48",
    "impostor": "#7e4470",
}
# No colour of the page: each is replaced by the page's own, light or dark, once it is drawn.
_PLACES: Palette = {
    "ink": "#010203",
    "soft": "#010204",
    "accent": "#010205",
    "genuine": "#010206",
    "impostor": "#010207",
}
_SIZE_INCHES = (6.0, 4.2)
_BINS = np.linspace(-1, 1, 101)


def draw_svg(chart: Chart) -> str:
    """The chart as SVG for a page: colours are the page's custom properties.

    `--chart-ink`, `--chart-soft`, `--chart-accent`, `--chart-genuine` and `--chart-impostor`.
    """
    # Text stays text, and the names of parts differ between the charts of a page.
    with mpl.rc_context({"svg.fonttype": "none", "svg.hashsalt": chart.title}):
        figure = Figure(figsize=_SIZE_INCHES, layout="constrained")
        draw_chart(figure.add_subplot(), chart, _PLACES)
        buffer = io.StringIO()
        nothing = dict.fromkeys(("Creator", "Date", "Format", "Type"))
        figure.savefig(buffer, format="svg", transparent=True, metadata=nothing)
    drawn = buffer.getvalue()
    drawn = drawn[drawn.index("<svg") :]
    for name, colour in _PLACES.items():
        drawn = drawn.replace(colour, f"var(--chart-{name})")
    return drawn


def draw_chart(axes: Axes, chart: Chart, palette: Palette) -> None:
    """Draw the chart into its place.

    Args:
        axes: the place.
        chart: what is drawn.
        palette: colours.
    """
    _frame(axes, chart, palette)
    for bars in chart.bars:
        # Each score weighs so much that the bars of one kind add up to all of it.
        weights = np.full(len(bars.scores), 1 / max(len(bars.scores), 1))
        axes.hist(
            np.clip(bars.scores, -1, 1),
            bins=list(_BINS),
            weights=weights,
            histtype="stepfilled",
            color=palette[bars.ink],
            alpha=0.45,
            label=bars.label,
        )
    for line in chart.lines:
        axes.plot(
            line.x,
            line.y,
            color=palette[line.ink],
            linewidth=1.0 if line.dashed else 1.8,
            linestyle="--" if line.dashed else "-",
            drawstyle="default" if line.dashed else "steps-post",
            label=line.label or None,
        )
    for level in chart.levels:
        axes.axvline(
            level.x,
            color=palette["ink"],
            linewidth=1.0,
            linestyle="--" if level.dashed else "-",
            label=level.label,
        )
    for number, point in enumerate(chart.points):
        axes.plot(
            [point.x],
            [point.y],
            marker="os^D"[number % 4],
            markersize=6,
            linestyle="",
            color=palette["ink"],
            label=point.label,
            clip_on=False,
        )
    if axes.get_legend_handles_labels()[0]:
        # Above the picture, where no curve runs.
        axes.legend(
            labelcolor=palette["ink"],
            loc="lower left",
            bbox_to_anchor=(0, 1),
            ncols=2,
            fontsize=9,
            frameon=False,
        )


def _frame(axes: Axes, chart: Chart, palette: Palette) -> None:
    axes.set_xlabel(chart.x_label, color=palette["ink"])
    axes.set_ylabel(chart.y_label, color=palette["ink"])
    if chart.x_log:
        axes.set_xscale("log")
    if chart.y_log:
        axes.set_yscale("log")
    axes.set_xlim(*chart.x_range)
    if chart.y_range is not None:
        axes.set_ylim(*chart.y_range)
    plain = FuncFormatter(lambda value, _: f"{100 * value:g} %")
    if not chart.similarities:
        axes.xaxis.set_major_formatter(plain)
        axes.xaxis.set_minor_formatter(NullFormatter())
    axes.yaxis.set_major_formatter(plain)
    axes.yaxis.set_minor_formatter(NullFormatter())
    axes.tick_params(colors=palette["soft"], which="both", width=0.8)
    for side, spine in axes.spines.items():
        spine.set_color(palette["soft"])
        spine.set_visible(side in {"left", "bottom"})
    axes.grid(visible=True, which="major", color=palette["soft"], alpha=0.2, linewidth=0.6)
    axes.set_axisbelow(True)
