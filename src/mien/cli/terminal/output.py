"""How commands print: tables for people, tab-separated lines for pipes, JSON for machines."""

import dataclasses
import enum
import json
import sys
from collections.abc import Callable
from collections.abc import Collection
from collections.abc import Iterable
from collections.abc import Mapping
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path
from typing import Any
from typing import TypeVar

import click

from mien.cli.terminal.streams import give_up

_Function = TypeVar("_Function", bound=Callable[..., Any])


class ExitCode(enum.IntEnum):
    """The exit codes of `mien`."""

    OK = 0
    FAILED = 1
    USAGE = 2
    SOME_FAILED = 3
    ANSWER_IS_NO = 4
    INTERRUPTED = 130


@dataclasses.dataclass(slots=True)
class OutputMode:
    """How this run of the command prints; the root of click's contexts holds it as `obj`."""

    json: bool = False


def json_option(function: _Function) -> _Function:
    """Give a command `--json`, as the argument `as_json`; its errors become JSON too."""
    return click.option(
        "--json",
        "as_json",
        is_flag=True,
        # Before the others, so that a complaint about them is JSON as well.
        is_eager=True,
        callback=_remember_json,
        help="Print JSON.",
    )(function)


def print_json(value: object) -> None:
    """Print a value as JSON: dataclasses, times and paths included, bytes refused.

    In UTF-8 whatever the locale is. What is no text of a file's name is escaped, so that it comes
    back as it was where a reader gives it to the system again.
    """
    indent = 2 if sys.stdout.isatty() else None
    text = json.dumps(value, default=_plain, ensure_ascii=False, indent=indent)
    click.echo(text.encode("utf-8", "backslashreplace"))


def print_table(
    columns: Sequence[str],
    rows: Iterable[Sequence[object]],
    *,
    empty: str = "",
    names: Collection[str] = (),
    lesser: Sequence[str] = (),
) -> None:
    """Print rows: a table on a terminal, one tab-separated line each without heading in a pipe.

    What is too wide for a terminal is made to fit; a pipe gets everything.

    Args:
        columns: headings.
        rows: cells in the order of the columns; None is shown as nothing.
        empty: what a person reads where there are no rows.
        names: columns of names, which may lose their middle.
        lesser: columns that may be left out, the least important first.
    """
    lines = [["" if cell is None else str(cell) for cell in row] for row in rows]
    if not sys.stdout.isatty():
        for line in lines:
            click.echo("\t".join(cell.replace("\t", " ").replace("\n", " ") for cell in line))
        return
    if not lines:
        click.echo(empty)
        return
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    from mien.cli.terminal.fitting import fit

    console = Console()
    columns, lines = fit(
        columns,
        [[_printable(cell) for cell in line] for line in lines],
        width=console.width,
        names=names,
        lesser=lesser,
        mark="…" if _printable("…") == "…" else "...",
    )
    table = Table(box=None, pad_edge=False, header_style="bold")
    for column in columns:
        table.add_column(column)
    for line in lines:
        # A name may hold square brackets; they are no markup.
        table.add_row(*(Text(cell) for cell in line))
    console.print(table)


def _printable(text: str) -> str:
    """A text as the terminal shows it: what it has no characters for is escaped, and takes room."""
    encoding = sys.stdout.encoding or "utf-8"
    return text.encode(encoding, "backslashreplace").decode(encoding)


def print_note(text: str) -> None:
    """Print a note for people on standard error, separate from the result.

    Where that takes nothing, work goes on: what is printed is the result.
    """
    _say(text)


def print_error(
    detail: str, *, code: str, extra: Mapping[str, Any] | None = None, mode: OutputMode
) -> None:
    """Print what went wrong on standard error: one line, or one JSON object."""
    if mode.json:
        facts = {"code": code, "detail": detail, **(extra or {})}
        text = json.dumps(facts, default=_plain, ensure_ascii=False)
        _say(text.encode("utf-8", "backslashreplace"))
    else:
        label = click.style("Error:", fg="red", bold=True)
        _say(f"{label} {' '.join(detail.split())} ({code})")


def _say(text: str | bytes) -> None:
    try:
        click.echo(text, err=True)
    except OSError:
        give_up(sys.stderr)


def _remember_json(context: click.Context, _parameter: click.Parameter, value: bool) -> bool:
    mode = context.find_root().obj
    if value and isinstance(mode, OutputMode):
        mode.json = True
    return value


def _plain(value: object) -> object:
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        return {field.name: getattr(value, field.name) for field in dataclasses.fields(value)}
    if isinstance(value, datetime):
        return value.isoformat()
    if isinstance(value, Path):
        return str(value)
    if isinstance(value, (set, frozenset)):
        return sorted(value)
    if hasattr(value, "tolist"):
        return value.tolist()
    raise TypeError(f"{type(value).__name__} has no JSON form here")


def one_in(rate: float | None, *, least: float = 0.0) -> str:
    """A rate as odds, such as "1 in 2,000"; empty when it is not known.

    Args:
        rate: in [0, 1].
        least: the smallest that has been measured; what is no larger is "under" it.
    """
    if rate is None:
        return ""
    from mien.decision.rates import odds

    if rate <= 0:
        return "none"
    return f"{'under ' if rate <= least else ''}1 in {odds(rate):,}"
