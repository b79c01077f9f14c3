"""Makes tables fit a terminal: long names lose their middle, then lesser columns go."""

from collections.abc import Collection
from collections.abc import Sequence
from typing import Final

from rich.cells import cell_len

GAP: Final = 2
"""Space between two columns, in characters."""

# Of names: both ends are still told apart; and what a very narrow terminal leaves.
_FAIR_CELLS: Final = 24
_LEAST_CELLS: Final = 10


def fit(
    columns: Sequence[str],
    rows: Sequence[Sequence[str]],
    *,
    width: int,
    names: Collection[str] = (),
    lesser: Sequence[str] = (),
    mark: str = "…",
) -> tuple[list[str], list[list[str]]]:
    """Make a table as narrow as a terminal, as far as that goes.

    Args:
        columns: headings.
        rows: cells in the order of the columns.
        width: of the terminal, in cells.
        names: columns whose cells may lose their middle.
        lesser: columns that may go, the least important first.
        mark: stands for what was taken out.

    Returns:
        The columns that are left, and their rows; wider than the terminal where nothing helps.
    """
    kept = list(range(len(columns)))
    go = [columns.index(each) for each in lesser if each in columns]
    cuttable = {number for number, each in enumerate(columns) if each in names}
    widths = [
        max([cell_len(heading), *(cell_len(row[number]) for row in rows)])
        for number, heading in enumerate(columns)
    ]
    least = _FAIR_CELLS
    while _shrunk(widths, kept, cuttable, width, least) > width:
        if go:
            kept.remove(go.pop(0))
        elif least > _LEAST_CELLS:
            least = _LEAST_CELLS
        else:
            break
    room = _shares(widths, kept, cuttable, width, least)
    return (
        [columns[number] for number in kept],
        [[cut_middle(row[number], room[number], mark=mark) for number in kept] for row in rows],
    )


def cut_middle(text: str, cells: int, *, mark: str = "…") -> str:
    """A text in at most so many cells, without its middle where it is longer."""
    if cell_len(text) <= cells:
        return text
    room = max(0, cells - cell_len(mark))
    # The end of a file's name says more than its beginning: a number, and what kind it is.
    tail = _taken(text[::-1], (room + 1) // 2)[::-1]
    return _taken(text, room - cell_len(tail)) + mark + tail


def _taken(text: str, cells: int) -> str:
    """As much of the beginning as fits."""
    end = 0
    while end < len(text) and cell_len(text[: end + 1]) <= cells:
        end += 1
    return text[:end]


def _shrunk(
    widths: Sequence[int], kept: Sequence[int], cuttable: set[int], width: int, least: int
) -> int:
    room = _shares(widths, kept, cuttable, width, least)
    return sum(room[number] for number in kept) + GAP * (len(kept) - 1)


def _shares(
    widths: Sequence[int], kept: Sequence[int], cuttable: set[int], width: int, least: int
) -> list[int]:
    """How wide each column may be: the widest names give first, none goes below the least."""
    room = list(widths)
    over = sum(room[number] for number in kept) + GAP * (len(kept) - 1) - width
    while over > 0:
        widest = max(
            (number for number in kept if number in cuttable and room[number] > least),
            key=lambda number: room[number],
            default=None,
        )
        if widest is None:
            break
        room[widest] -= 1
        over -= 1
    return room
