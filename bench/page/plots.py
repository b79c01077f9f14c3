"""Plots of the page of benchmarks; each only where its script has been run."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from bench.plots import COLOURS
from bench.plots import INK
from bench.plots import axes_of
from bench.plots import save


def draw_plots(folder: Path, found: Mapping[str, Any]) -> None:
    """Draw what can be drawn of these results."""
    for name, draw in (("engine", _over_floor), ("overload", _clients)):
        if name in found:
            draw(folder, found[name])


def _over_floor(folder: Path, found: Any) -> None:
    figure, axes = axes_of()
    for (pack, by_count), style in zip(
        found["ratios"]["over_floor"].items(), ("-", "--", ":", "-."), strict=False
    ):
        counts = [int(count) for count in by_count]
        axes.plot(counts, list(by_count.values()), style, color=INK, marker="o", label=pack)
    axes.axhline(1, color=COLOURS["match"], linewidth=1)
    axes.set_xscale("log")
    axes.set_ylim(bottom=0)
    axes.xaxis.set_major_formatter("{x:,.0f}")
    axes.set_xlabel("faces in the photo")
    axes.set_ylabel("whole path over its floor")
    axes.legend(frameon=False)
    save(figure, folder / "over-floor.svg")


def _clients(folder: Path, found: Any) -> None:
    figure, axes = axes_of()
    rows = found["few_and_many"]
    for workers, style in zip(
        sorted({row["workers"] for row in rows}), ("-", "--", ":"), strict=False
    ):
        mine = [row for row in rows if row["workers"] == workers]
        clients = [row["clients"] for row in mine]
        label = f"{workers} process{'es' if workers > 1 else ''}"
        axes.plot(clients, [row["p50_ms"] for row in mine], style, color=INK, label=f"{label}, p50")
        axes.plot(
            clients,
            [row["p99_ms"] for row in mine],
            style,
            color=COLOURS["ambiguous"],
            label=f"{label}, p99",
        )
    axes.set_xscale("log", base=2)
    axes.set_yscale("log")
    axes.xaxis.set_major_formatter("{x:,.0f}")
    axes.yaxis.set_major_formatter("{x:,.0f}")
    axes.set_xlabel("clients at a time")
    axes.set_ylabel("ms")
    axes.legend(frameon=False, fontsize=8)
    save(figure, folder / "clients.svg")
