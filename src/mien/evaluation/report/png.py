"""A report as one picture: figures, curves and the worst errors."""

import io
from pathlib import Path

import matplotlib as mpl
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.figure import SubFigure
from matplotlib.layout_engine import ConstrainedLayoutEngine

from mien.evaluation.report.charts import PAPER
from mien.evaluation.report.charts import draw_chart
from mien.evaluation.report.content import Errors
from mien.evaluation.report.content import Report
from mien.evaluation.report.pictures import Portraits
from mien.vision.reader import ImageReader

_COLUMNS = 2
_WIDTH = 13.0
_CHART_HEIGHT = 4.6
_ROW_HEIGHT = 0.24
_COUPLES_HEIGHT = 2.2
_PAPER_COLOUR = "#faf8f4"


def draw_png(report: Report, *, photos: Path | None, reader: ImageReader) -> bytes:
    """The bytes of the picture.

    Args:
        report: what it shows.
        photos: the folder that the photos' names are paths below; None leaves the pictures out.
        reader: decodes them.
    """
    shown = [errors for errors in report.errors if errors.couples] if photos else []
    rows = -(-len(report.charts) // _COLUMNS)
    heights = [_ROW_HEIGHT * (len(report.rows) + 4), _CHART_HEIGHT * rows]
    heights += [_COUPLES_HEIGHT] * len(shown)
    with mpl.rc_context({"text.parse_math": False}):
        figure = Figure(
            figsize=(_WIDTH, sum(heights)), layout=ConstrainedLayoutEngine(w_pad=0.1, h_pad=0.08)
        )
        figure.set_facecolor(_PAPER_COLOUR)
        parts = figure.subfigures(len(heights), 1, height_ratios=heights, squeeze=False)[:, 0]
        _write_figures(parts[0], report)
        grid = parts[1].subplots(rows, _COLUMNS, squeeze=False).flat
        for place, axes in enumerate(grid):
            axes.set_facecolor(_PAPER_COLOUR)
            if place < len(report.charts):
                axes.set_title(report.charts[place].title, color=PAPER["ink"], loc="left", pad=36)
                draw_chart(axes, report.charts[place], PAPER)
            else:
                axes.set_axis_off()
        portraits = Portraits(photos, reader)
        for part, errors in zip(parts[2:], shown, strict=True):
            _show_couples(part, errors, portraits)
        buffer = io.BytesIO()
        figure.savefig(buffer, format="png", metadata={"Software": None})
    return buffer.getvalue()


def _write_figures(part: SubFigure, report: Report) -> None:
    part.set_facecolor(_PAPER_COLOUR)
    axes: Axes = part.subplots()
    axes.set_axis_off()
    axes.set_title(report.title, loc="left", fontsize=18, family="serif", color=PAPER["ink"])
    count = len(report.rows)
    for place, row in enumerate(report.rows):
        y = 1 - (place + 0.5) / count
        cells = ((0.0, row.figure), (0.32, row.value), (0.5, row.interval), (0.7, row.of))
        for x, text in cells:
            axes.text(x, y, text, va="center", fontsize=10, color=PAPER["ink"])


def _show_couples(part: SubFigure, errors: Errors, portraits: Portraits) -> None:
    part.set_facecolor(_PAPER_COLOUR)
    part.suptitle(errors.title, x=0.01, ha="left", color=PAPER["ink"])
    places = part.subplots(1, 2 * len(errors.couples), squeeze=False)[0]
    for number, couple in enumerate(errors.couples):
        for side, seen in enumerate((couple.one, couple.other)):
            axes = places[2 * number + side]
            axes.set_axis_off()
            cut = portraits(seen)
            if cut is not None:
                axes.imshow(cut)
            if side == 0:
                mark = "wrong" if couple.wrong else "right"
                label = f"{couple.similarity:.2f}, {mark}"
                axes.set_title(label, loc="left", fontsize=8, color=PAPER["ink"])
