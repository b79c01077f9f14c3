"""Files that no row knows are set aside for some days before they are removed for good.

They lie in a folder of the store, one below it for each day, for this account alone. What turns out
to be known after all, as when a database was restored, is brought back.
"""

import datetime as dt
import shutil
from collections import Counter
from collections.abc import Callable
from collections.abc import Iterable
from collections.abc import Iterator
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from dataclasses import field
from pathlib import Path
from typing import Final

from mien.storage.files import SET_ASIDE
from mien.storage.files import FileStore

DAYS: Final = 7
"""How long a file that was set aside is kept."""


@dataclass(slots=True)
class Moved:
    """What became of some files, one after the other.

    Attributes:
        done: how many were moved or removed.
        failed: how many could not be, by the kind of the error and its number.
    """

    done: int = 0
    failed: Counter[tuple[str, int | None]] = field(default_factory=Counter)

    def each(self, paths: Iterable[Path], do: Callable[[Path], object]) -> None:
        """Do something with every file; one that it cannot be done with stops nothing."""
        for path in paths:
            try:
                do(path)
            except FileNotFoundError:
                continue  # another process has been here
            except OSError as error:
                self.failed[type(error).__name__, error.errno] += 1
            else:
                self.done += 1


def set_aside(files: FileStore, paths: Iterable[Path]) -> Moved:
    """Move files into today's folder."""
    folder = files.root / SET_ASIDE / dt.datetime.now(dt.UTC).date().isoformat()

    def move(path: Path) -> None:
        folder.parent.mkdir(mode=0o700, exist_ok=True)
        folder.mkdir(mode=0o700, exist_ok=True)
        path.rename(folder / path.name)

    moved = Moved()
    moved.each(paths, move)
    return moved


def files_aside(files: FileStore) -> Iterator[Path]:
    """Every file that is set aside."""
    return files.root.glob(f"{SET_ASIDE}/*/*")


def bring_back(files: FileStore, known: AbstractSet[str]) -> Moved:
    """Put files into their place again of which rows speak."""

    def move(path: Path) -> None:
        path.rename(files.make_place(path.name))

    moved = Moved()
    wanted = (path for path in files_aside(files) if path.name in known)
    moved.each((path for path in wanted if not files.exists(path.name)), move)
    return moved


def empty(files: FileStore) -> Moved:
    """Remove for good what was set aside long enough ago."""
    before = dt.datetime.now(dt.UTC).date() - dt.timedelta(days=DAYS)
    moved = Moved()
    for folder in files.root.glob(f"{SET_ASIDE}/*"):
        if _is_before(folder.name, before):
            moved.each(folder.glob("*"), _remove)
            Moved().each([folder], Path.rmdir)
    return moved


def _is_before(name: str, day: dt.date) -> bool:
    try:
        return dt.date.fromisoformat(name) < day
    except ValueError:
        return False  # none of ours


def _remove(path: Path) -> None:
    if path.is_dir() and not path.is_symlink():
        shutil.rmtree(path)
    else:
        path.unlink()
