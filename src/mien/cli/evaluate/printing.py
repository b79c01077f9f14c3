"""Prints what was measured: figures with their intervals and counts."""

import dataclasses
from collections.abc import Sequence
from typing import TYPE_CHECKING
from typing import Any

import click

from mien.cli.terminal.output import print_json
from mien.cli.terminal.output import print_note
from mien.cli.terminal.output import print_table
from mien.evaluation.words import Row
from mien.evaluation.words import counted
from mien.evaluation.words import pairs_rows
from mien.evaluation.words import searches_rows

if TYPE_CHECKING:
    from mien.evaluation.acquire import Acquired
    from mien.evaluation.comparison import Comparison
    from mien.evaluation.figures import PairsFigures
    from mien.evaluation.figures import SearchFigures
    from mien.packs.calibration import Calibration


def print_pairs(figures: "PairsFigures", *, as_json: bool) -> None:
    """Print the figures of pairs."""
    _print(figures, pairs_rows(figures), as_json=as_json)


def print_searches(figures: "SearchFigures", *, as_json: bool) -> None:
    """Print the figures of searches."""
    _print(figures, searches_rows(figures), as_json=as_json)


def print_calibration(calibration: "Calibration", acquired: "Acquired", *, as_json: bool) -> None:
    """Print what a calibration rests on."""
    if as_json:
        print_json(
            {
                **calibration.model_dump(mode="json"),
                "not_acquired": sorted(acquired.refused),
            }
        )
        return
    measured = calibration.measured
    print_table(
        ["figure", "value"],
        [
            ("contract", calibration.contract_id),
            ("people", measured.people),
            ("photos", measured.photos),
            ("pairs of different people", measured.impostor_pairs),
            ("pairs of the same person", measured.genuine_pairs),
            ("smallest rate measured", f"{calibration.tail.least_rate:.1g}"),
        ],
    )
    _name_refused(acquired.refused)


def print_comparison(compared: "Comparison", *, as_json: bool) -> None:
    """Print packs side by side, and what they differ in."""
    if as_json:
        print_json(compared)
        return
    from mien.evaluation.comparison_words import comparison_note
    from mien.evaluation.comparison_words import comparison_rows
    from mien.evaluation.comparison_words import comparison_verdicts

    print_table(["", *(pack.made.pack for pack in compared.packs)], comparison_rows(compared))
    for sentence in comparison_verdicts(compared):
        click.echo(sentence)
    print_note(comparison_note(compared))
    for pack in compared.packs:
        if refused := pack.made.not_acquired_reasons:
            print_note(f"{pack.made.pack}: {counted(len(refused), 'photo')} not used")


def _print(figures: "PairsFigures | SearchFigures", rows: Sequence[Row], *, as_json: bool) -> None:
    if as_json:
        print_json(_flat(figures))
        return
    print_table(
        ["figure", "value", "95 % interval", "of"],
        [(row.figure, row.value, row.interval, row.of) for row in rows],
    )
    _name_refused(figures.not_acquired_reasons)


def _flat(figures: "PairsFigures | SearchFigures") -> dict[str, Any]:
    """The figures by name, with what they were made with beside them."""
    told = {field.name: getattr(figures, field.name) for field in dataclasses.fields(figures)}
    made = told.pop("made")
    return {**{field.name: getattr(made, field.name) for field in dataclasses.fields(made)}, **told}


def _name_refused(refused: "dict[str, str] | Any") -> None:
    for photo, reason in sorted(refused.items()):
        print_note(f"{photo}: not used ({reason})")
