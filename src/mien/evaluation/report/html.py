"""A report as one page that needs nothing else: no script, no other file, no other host."""

import base64
from dataclasses import dataclass
from pathlib import Path

from jinja2 import Environment
from jinja2 import PackageLoader
from jinja2 import StrictUndefined
from markupsafe import Markup

from mien import __version__
from mien.evaluation.report.charts import draw_svg
from mien.evaluation.report.content import Chart
from mien.evaluation.report.content import Couple
from mien.evaluation.report.content import Report
from mien.evaluation.report.content import Seen
from mien.evaluation.report.pictures import Portraits
from mien.vision.images import encode_jpeg
from mien.vision.reader import ImageReader

_JPEG_QUALITY = 80


@dataclass(frozen=True, slots=True)
class DrawnChart:
    """A chart and its drawing."""

    chart: Chart
    svg: Markup


@dataclass(frozen=True, slots=True)
class DrawnCouple:
    """Two photos and their portraits as addresses that hold them; empty without."""

    couple: Couple
    one: str
    other: str


@dataclass(frozen=True, slots=True)
class DrawnErrors:
    """Errors of one kind, with their pictures."""

    title: str
    note: str
    empty: str
    couples: list[DrawnCouple]


def draw_html(report: Report, *, photos: Path | None, reader: ImageReader) -> str:
    """The text of the page.

    Args:
        report: what it shows.
        photos: the folder that the photos' names are paths below; None leaves the pictures out.
        reader: decodes them.
    """
    environment = Environment(
        loader=PackageLoader("mien.evaluation.report"),
        undefined=StrictUndefined,
        autoescape=True,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    portraits = Portraits(photos, reader)
    return environment.get_template("report.html.jinja").render(
        report=report,
        charts=[
            # Drawn here, from numbers and our own words.
            DrawnChart(chart, Markup(draw_svg(chart)))  # noqa: S704
            for chart in report.charts
        ],
        errors=[
            DrawnErrors(
                errors.title,
                errors.note,
                errors.empty,
                [
                    DrawnCouple(
                        couple, _address(portraits, couple.one), _address(portraits, couple.other)
                    )
                    for couple in errors.couples
                ],
            )
            for errors in report.errors
        ],
        pictures=photos is not None,
        version=__version__,
    )


def _address(portraits: Portraits, seen: Seen) -> str:
    cut = portraits(seen)
    if cut is None:
        return ""
    data = base64.b64encode(encode_jpeg(cut, _JPEG_QUALITY)).decode("ascii")
    return f"data:image/jpeg;base64,{data}"
