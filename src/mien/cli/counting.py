"""Shows how many photos are done and how long the rest will take, on standard error."""

import sys
import time
from collections.abc import Callable
from collections.abc import Iterator
from contextlib import contextmanager

from mien.cli.output import print_note

_LINE_SECONDS = 10


@contextmanager
def counted_photos(total: int) -> Iterator[Callable[[], None]]:
    """Something to call for each photo: a bar on a terminal, a line now and then elsewhere."""
    if not sys.stderr.isatty():
        yield _Lines(total)
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


class _Lines:
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
