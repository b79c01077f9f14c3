"""The page of benchmarks: what each script found, ratios first."""

from collections.abc import Mapping
from collections.abc import Sequence
from pathlib import Path
from typing import Any
from typing import Final

from bench.page.plots import draw_plots
from bench.page.section import Section
from bench.page.sections import SECTIONS
from bench.page.tables import table

_HEAD: Final = """\
<!-- Made by `make bench` from bench/results; changes here are lost. -->

# Benchmarks

Every figure comes from a script in `bench/`, run as the line above its table says; run them again \
where you are. Machines are shared and noisy: the ratios, taken in one run, are what counts.
"""


def write_page(path: Path, kept: Mapping[str, Mapping[str, Any]]) -> None:
    """Write the page from all that is kept; sections without results are named at its end."""
    here = [(section, kept[section.name]) for section in SECTIONS if section.name in kept]
    lines = [_HEAD, *_machines(here)]
    ratios = [row for section, each in here for row in section.ratios(each["found"])]
    lines += ["", *table(("ratio", ""), ratios)]
    for section, each in here:
        lines += ["", f"## {section.title}", "", f"`{each['command']}`: {section.intro}", ""]
        lines += section.show(each["found"])
        for file, said in section.plots:
            lines += ["", f"![{said}](images/{file})"]
    missing = [section.title for section in SECTIONS if section.name not in kept]
    if missing:
        lines += ["", f"Not measured yet: {', '.join(missing)}."]
    path.write_text("\n".join([*lines, ""]), encoding="utf-8")
    draw_plots(path.parent / "images", {name: each["found"] for name, each in kept.items()})


def _machines(here: Sequence[tuple[Section, Mapping[str, Any]]]) -> list[str]:
    told: dict[str, list[str]] = {}
    for section, each in here:
        told.setdefault(f"{each['machine']}, {each['date']}", []).append(section.title)
    if len(told) == 1:
        return [f"Machine: {next(iter(told))}."]
    return [f"- {machine}: {', '.join(titles)}" for machine, titles in told.items()]
