"""Shows progress: bars on a terminal, a line now and then elsewhere."""

import sys
import time
from collections.abc import Callable
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING
from typing import Final

from mien.cli.terminal.output import print_note
from mien.progress import OnProgress
from mien.progress import Progress

if TYPE_CHECKING:
    from rich.progress import Progress as Bars

_LINE_SECONDS: Final = 10
# Of these somebody wants to see that it goes on.
_COUNTED: Final = ("photos", "seconds")
# A bar, what is beside it with a space before each, and where there is room for one.
_BAR_CELLS: Final = 20
_TIME_CELLS: Final = 1 + len("0:00:00") + 1
_AMOUNT_CELLS: Final = len(" 1000.0/1000.0 MB")
_RATE_CELLS: Final = len(" 1000.0/s")
_ROOMY_CELLS: Final = 70
_LEAST_CELLS: Final = 12
_WORDS: Final = {
    "waiting": " waiting for another process",
    "fetching": " fetching",
    "converting": " converting",
    "working": "",
    "ready": " ready",
}


@contextmanager
def shown_progress() -> Iterator[OnProgress]:
    """A function for slow work to report progress to; the bars disappear at the end of the block."""
    if not sys.stderr.isatty():
        yield _Lines()
        return
    from rich.console import Console
    from rich.progress import BarColumn
    from rich.progress import Progress as Bars
    from rich.progress import ProgressColumn
    from rich.progress import TextColumn
    from rich.progress import TimeRemainingColumn

    console = Console(stderr=True)
    amount = TextColumn("{task.fields[amount]}")
    if console.width < _ROOMY_CELLS:
        columns: tuple[ProgressColumn, ...] = (TextColumn("{task.description}"), amount)
    else:
        bar = BarColumn(bar_width=_BAR_CELLS)
        rate = TextColumn("{task.fields[rate]}")
        columns = (TextColumn("{task.description}"), bar, amount, rate, TimeRemainingColumn())
    with Bars(*columns, console=console, transient=True) as bars:
        yield _Drawn(bars, cells=_cells_of_names(console.width))


@contextmanager
def counted_photos(total: int) -> Iterator[Callable[[], None]]:
    """A function to call after each photo."""
    done = 0
    with shown_progress() as show:

        def count() -> None:
            nonlocal done
            done += 1
            show(Progress("Photos", done, total, "photos"))

        if total:
            show(Progress("Photos", 0, total, "photos"))
        yield count


def _cells_of_names(width: int) -> int:
    """How much of a line is left for the name and its state."""
    roomy = _AMOUNT_CELLS + _RATE_CELLS + _BAR_CELLS + _TIME_CELLS
    return max(_LEAST_CELLS, width - (_AMOUNT_CELLS if width < _ROOMY_CELLS else roomy))


class _Drawn:
    """A bar for each thing in progress.

    Args:
        bars: what draws them.
        cells: how much room there is for a name and its state.
    """

    def __init__(self, bars: "Bars", *, cells: int) -> None:
        self._bars = bars
        self._cells = cells
        self._tasks: dict[str, int] = {}

    def __call__(self, progress: Progress, /) -> None:
        from rich.markup import escape

        from mien.cli.terminal.fitting import cut_middle

        what, state = progress.what, _WORDS[progress.stage]
        said = escape(cut_middle(what, self._cells - len(state))) + state
        if what not in self._tasks:
            if progress.stage == "ready":
                # It was there; nobody has waited for it.
                return
            self._tasks[what] = int(self._bars.add_task(said, amount=_amount(progress), rate=""))
        task = next(each for each in self._bars.tasks if each.id == self._tasks[what])
        total = progress.total or task.total
        ready = progress.stage == "ready"
        self._bars.update(
            task.id,
            description=said,
            total=total,
            completed=total if ready else progress.done or task.completed,
            amount=_amount(progress),
            # Of photos somebody wants to know whether it goes on; bytes show that.
            rate=f"{task.speed:.1f}/s" if progress.unit in _COUNTED and task.speed else "",
        )


class _Lines:
    """A line when something begins to be fetched or converted, and now and then for photos."""

    def __init__(self) -> None:
        self._told: set[tuple[str, str]] = set()
        self._began = self._last = time.monotonic()

    def __call__(self, progress: Progress, /) -> None:
        if progress.unit in _COUNTED:
            self._count(progress)
            return
        key = (progress.what, progress.stage)
        if progress.stage == "ready" or key in self._told:
            return
        self._told.add(key)
        size = f", {progress.total / 1e6:.1f} MB" if progress.total else ""
        print_note(f"{progress.what}:{_WORDS[progress.stage]}{size}")

    def _count(self, progress: Progress) -> None:
        now = time.monotonic()
        if not progress.done or not progress.total or now - self._last < _LINE_SECONDS:
            return
        self._last = now
        rate = progress.done / (now - self._began)
        left = (progress.total - progress.done) / rate
        print_note(
            f"{progress.done:,} of {progress.total:,} {progress.unit}, {rate:.1f} a second, "
            f"about {left:.0f} s left"
        )


def _amount(progress: Progress) -> str:
    if progress.unit in _COUNTED:
        return f"{progress.done:,}/{progress.total or 0:,}"
    if not progress.done:
        return ""
    done = f"{progress.done / 1e6:.1f}"
    return f"{done}/{progress.total / 1e6:.1f} MB" if progress.total else f"{done} MB"
