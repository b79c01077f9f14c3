"""The chart of what each threshold would have done."""

import numpy as np

from mien.evaluation.report.content import Array
from mien.evaluation.report.content import Chart
from mien.evaluation.report.content import Level
from mien.evaluation.report.content import Line


def by_threshold(thresholds: Array, *errors: Line, threshold: float, least: float) -> Chart:
    """Both errors by the threshold.

    Args:
        thresholds: at which they are known.
        errors: a line each, over the thresholds.
        threshold: the one in use.
        least: share below which nothing is drawn.
    """
    known = thresholds[np.isfinite(thresholds)]
    return Chart(
        title="Errors by threshold",
        caption="What other thresholds would have done. Further right: fewer wrong names, but "
        "more people not recognised.",
        x_label="threshold",
        y_label="share of errors",
        x_range=(max(float(known.min()), -0.2), 1.0),
        y_range=(least, 1.0),
        y_log=True,
        lines=errors,
        levels=[Level(threshold, "threshold in use")],
        similarities=True,
    )
