"""Shows how far the fetching of model files is: bars on a terminal, a line each file elsewhere."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager

from mien.cli.output import print_note
from mien.packs.progress import Progress
from mien.packs.progress import ProgressEvent

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
