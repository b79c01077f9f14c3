"""Files in a folder that no row knows are set aside for some days before they are removed for good.

They lie in a folder of the store, one below it for each day, for this account alone. What turns out
to be known after all, as when a database was restored, is brought back.
"""

import datetime as dt
import shutil
from collections.abc import Callable
from collections.abc import Iterable
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from mien.storage.files import DAYS
from mien.storage.files import SET_ASIDE
from mien.storage.files import Moved

HALF: Final = ".part"
"""How the name of a file ends while it is written."""


def set_aside(root: Path, paths: Iterable[Path]) -> Moved:
    """Move files into today's folder; halves are removed, for half a file is nobody's picture."""
    folder = root / SET_ASIDE / dt.datetime.now(dt.UTC).date().isoformat()
    whole = [path for path in paths if path.suffix != HALF]
    halves = [path for path in paths if path.suffix == HALF]

    def move(path: Path) -> None:
        folder.parent.mkdir(mode=0o700, exist_ok=True)
        folder.mkdir(mode=0o700, exist_ok=True)
        path.rename(folder / path.name)

    removed = each(halves, Path.unlink)
    moved = each(whole, move)
    moved.halves = removed.done
    moved.failed.update(removed.failed)
    return moved


def files_aside(root: Path) -> Iterator[Path]:
    """Every file that is set aside."""
    return root.glob(f"{SET_ASIDE}/*/*")


def empty(root: Path) -> Moved:
    """Remove for good what was set aside long enough ago."""
    before = dt.datetime.now(dt.UTC).date() - dt.timedelta(days=DAYS)
    moved = Moved()
    for folder in root.glob(f"{SET_ASIDE}/*"):
        if _is_before(folder.name, before):
            removed = each(folder.glob("*"), _remove)
            moved.done += removed.done
            moved.failed.update(removed.failed)
            each([folder], Path.rmdir)
    return moved


def each(paths: Iterable[Path], do: Callable[[Path], object]) -> Moved:
    """Do something with every file; one that it cannot be done with stops nothing."""
    moved = Moved()
    for path in paths:
        try:
            do(path)
        except FileNotFoundError:
            continue  # another process has been here
        except OSError as error:
            moved.failed[type(error).__name__, error.errno] += 1
        else:
            moved.done += 1
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
