"""The content of a report, independent of its format."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from mien.evaluation.words import Row

Array = NDArray[np.float64]
Ink = Literal["ink", "soft", "accent", "genuine", "impostor"]
"""What a line or mark stands for; every output format has its colours for them."""


@dataclass(frozen=True, slots=True, eq=False)
class Line:
    """A curve, drawn in steps if it is a count.

    Attributes:
        x: float64, shape (n,).
        y: float64, shape (n,).
        label: in the legend; empty leaves it out.
    """

    x: Array
    y: Array
    label: str
    ink: Ink = "accent"
    dashed: bool = False


@dataclass(frozen=True, slots=True)
class ChartPoint:
    """A point to highlight."""

    x: float
    y: float
    label: str


@dataclass(frozen=True, slots=True)
class Level:
    """A similarity to mark in a histogram."""

    x: float
    label: str
    dashed: bool = False


@dataclass(frozen=True, slots=True, eq=False)
class Bars:
    """A histogram's scores; drawn as shares."""

    scores: Array
    label: str
    ink: Ink


@dataclass(frozen=True, slots=True, eq=False)
class Chart:
    """One picture of figures.

    Attributes:
        title: what it is.
        caption: how to read it.
        x_label: with the unit.
        y_label: with the unit.
        x_range: from, to; on logarithmic axes above 0.
        y_range: likewise.
        similarities: whether the horizontal axis is one, and no share.
    """

    title: str
    caption: str
    x_label: str
    y_label: str
    x_range: tuple[float, float]
    y_range: tuple[float, float] | None
    x_log: bool = False
    y_log: bool = False
    lines: Sequence[Line] = ()
    points: Sequence[ChartPoint] = ()
    bars: Sequence[Bars] = ()
    levels: Sequence[Level] = ()
    similarities: bool = False


@dataclass(frozen=True, slots=True)
class Seen:
    """A photo of an error: its name, and where the face is.

    Attributes:
        photo: path below the folder of people.
        landmarks: five (x, y), in pixels of the upright photo.
    """

    photo: str
    landmarks: tuple[tuple[float, float], ...]


@dataclass(frozen=True, slots=True)
class Couple:
    """Two photos that were judged wrongly, or nearly so.

    Attributes:
        wrong: whether it is an error at the threshold in use.
        what: what happened, in a few words.
    """

    one: Seen
    other: Seen
    similarity: float
    wrong: bool
    what: str


@dataclass(frozen=True, slots=True)
class Errors:
    """The worst couples of one kind.

    Attributes:
        title: of the kind.
        note: what to look at first.
        empty: what is said when there are none.
        couples: the worst first.
    """

    title: str
    note: str
    empty: str
    couples: Sequence[Couple]


@dataclass(frozen=True, slots=True)
class Band:
    """A row of the table by quality; columns are the report's."""

    by: str
    range: str
    cells: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Report:
    """Everything on the page.

    Attributes:
        title: what was measured.
        lead: the answer, in a sentence or two.
        rows: the table of figures.
        charts: in their order.
        band_columns: headings of the last columns of the table by quality.
        bands: its rows.
        band_note: at which threshold.
        errors: the worst, a group a kind.
        refused: photos not acquired, with the code of the reason.
    """

    title: str
    lead: str
    rows: Sequence[Row]
    charts: Sequence[Chart]
    band_columns: tuple[str, ...]
    bands: Sequence[Band]
    band_note: str
    errors: Sequence[Errors]
    refused: Sequence[tuple[str, str]]
