"""A script, and how the page tells of it."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any
from typing import Literal
from typing import TypeAlias

Page: TypeAlias = Literal["benchmarks", "reliability"]


@dataclass(frozen=True, slots=True)
class Section:
    """A script, and how the page tells of it.

    Attributes:
        name: of the file of results.
        title: on the page.
        script: in `bench/`.
        arguments: beside `--json`.
        quick: likewise, for a quick look.
        intro: what is measured.
        show: what was found, as lines of Markdown.
        ratios: what belongs into the first table: sentence and figure.
        page: `benchmarks` or `reliability`.
        plots: files in `docs/images`, with what they show.
    """

    name: str
    title: str
    script: str
    arguments: tuple[str, ...]
    quick: tuple[str, ...]
    intro: str
    show: Callable[[Any], list[str]]
    ratios: Callable[[Any], list[tuple[str, str]]] = lambda _found: []
    page: Page = "benchmarks"
    plots: tuple[tuple[str, str], ...] = ()
