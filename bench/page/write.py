"""The pages of benchmarks: what each script found, ratios first."""

from collections.abc import Mapping
from collections.abc import Sequence
from pathlib import Path
from typing import Any
from typing import Final

from bench.page.plots import draw_plots
from bench.page.section import Page
from bench.page.section import Section
from bench.page.sections import SECTIONS
from bench.page.tables import table

_MADE: Final = "<!-- Made by `make bench` from bench/results; changes here are lost. -->"
_HEADS: Final[dict[Page, str]] = {
    "benchmarks": """\
# Benchmarks

Every figure comes from a script in `bench/`, run as the line above its table says; run them again \
where you are. Machines are shared and noisy: the ratios, taken in one run, are what counts. What \
happens when a process, a node or a database goes away, or more is asked than can be answered, is in \
[Reliability](reliability.md).
""",
    "reliability": """\
# Reliability

What happens to acknowledged work when processes and nodes are killed or stand still, and to \
everybody when more is asked than can be answered. Every figure comes from a script in `bench/`, run \
as the line above its table says. What a deleted person leaves behind is checked by tests and told \
with every deletion ([what it proves](decisions/0015-what-erasure-proves.md)).
""",
}


def write_pages(folder: Path, kept: Mapping[str, Mapping[str, Any]]) -> None:
    """Write the pages from all that is kept; sections without results are named at their ends."""
    for page, head in _HEADS.items():
        sections = [section for section in SECTIONS if section.page == page]
        text = "\n".join([_MADE, "", head, *_told(sections, kept), ""])
        (folder / f"{page}.md").write_text(text, encoding="utf-8")
    draw_plots(folder / "images", {name: each["found"] for name, each in kept.items()})


def _told(sections: Sequence[Section], kept: Mapping[str, Mapping[str, Any]]) -> list[str]:
    here = [(section, kept[section.name]) for section in sections if section.name in kept]
    lines = _machines(here)
    ratios = [row for section, each in here for row in section.ratios(each["found"])]
    lines += ["", *table(("ratio", ""), ratios)] if ratios else []
    for section, each in here:
        lines += ["", f"## {section.title}", "", f"`{each['command']}`: {section.intro}", ""]
        lines += section.show(each["found"])
        for file, said in section.plots:
            lines += ["", f"![{said}](images/{file})"]
    missing = [section.title for section in sections if section.name not in kept]
    if missing:
        lines += ["", f"Not measured yet: {', '.join(missing)}."]
    return lines


def _machines(here: Sequence[tuple[Section, Mapping[str, Any]]]) -> list[str]:
    told: dict[str, list[str]] = {}
    for section, each in here:
        told.setdefault(f"{each['machine']}, {each['date']}", []).append(section.title)
    if len(told) == 1:
        return [f"Machine: {next(iter(told))}."]
    return [f"- {machine}: {', '.join(titles)}" for machine, titles in told.items()]
