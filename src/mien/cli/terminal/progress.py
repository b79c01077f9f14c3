"""Shows how far long work is: bars on a terminal, a line now and then elsewhere."""

import sys
import time
from collections.abc import Callable
from collections.abc import Iterator
from contextlib import contextmanager

from mien.cli.terminal.output import print_note
from mien.packs.progress import Progress
from mien.packs.progress import ProgressEvent

_LINE_SECONDS = 10

_WORDS = {
    "waiting": "waits for another process",
    "fetching": "fetching",
    "converting": "converting",
    "ready": "ready",
}


@contextmanager
def shown_progress() -> Iterator[Progress]:
    """Something to give to what installs a pack; the bars disappear at the end of the block."""
    if not sys.stderr.isatty():
        yield _Lines()
        return
    from rich.console import Console
    from rich.progress import BarColumn
    from rich.progress import DownloadColumn
    from rich.progress import Progress as Bars
    from rich.progress import TextColumn
    from rich.progress import TimeRemainingColumn

    columns = (
        TextColumn("{task.description}"),
        BarColumn(),
        DownloadColumn(),
        TimeRemainingColumn(),
    )
    with Bars(*columns, console=Console(stderr=True), transient=True) as bars:
        tasks: dict[str, int] = {}

        def show(event: ProgressEvent, /) -> None:
            key = f"{event.pack}/{event.file}"
            if key not in tasks:
                tasks[key] = int(bars.add_task(key))
            task = next(each for each in bars.tasks if each.id == tasks[key])
            total = event.total_bytes or task.total
            bars.update(
                task.id,
                description=f"{key} {_WORDS[event.stage]}",
                total=total,
                completed=total if event.stage == "ready" else event.done_bytes or task.completed,
            )

        yield show


class _Lines:
    """One line when a file begins to be fetched or converted."""

    def __init__(self) -> None:
        self._told: set[tuple[str, str, str]] = set()

    def __call__(self, event: ProgressEvent, /) -> None:
        key = (event.pack, event.file, event.stage)
        if event.stage == "ready" or key in self._told:
            return
        self._told.add(key)
        size = f", {event.total_bytes / 1e6:.1f} MB" if event.total_bytes else ""
        print_note(f"{event.pack}/{event.file}: {_WORDS[event.stage]}{size}")


@contextmanager
def counted_photos(total: int) -> Iterator[Callable[[], None]]:
    """Something to call for each photo: a bar on a terminal, a line now and then elsewhere."""
    if not sys.stderr.isatty():
        yield _PhotoLines(total)
        return
    from rich.console import Console
    from rich.progress import BarColumn
    from rich.progress import MofNCompleteColumn
    from rich.progress import Progress
    from rich.progress import TextColumn
    from rich.progress import TimeRemainingColumn

    columns = (
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeRemainingColumn(),
    )
    with Progress(*columns, console=Console(stderr=True), transient=True) as bars:
        task = bars.add_task("Photos", total=total)
        yield lambda: bars.advance(task)


class _PhotoLines:
    """A line every few seconds."""

    def __init__(self, total: int) -> None:
        self._total = total
        self._done = 0
        self._began = self._told = time.monotonic()

    def __call__(self) -> None:
        self._done += 1
        now = time.monotonic()
        if now - self._told < _LINE_SECONDS:
            return
        self._told = now
        left = (now - self._began) / self._done * (self._total - self._done)
        print_note(f"{self._done:,} of {self._total:,} photos, about {left:.0f} s left")
