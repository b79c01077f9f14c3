"""Put what was restored into the place of what was there: wholly or not at all, also when killed.

What is to be done stands in a journal in the home before anything is moved. Who finds it there
finishes it: all that is new lies ready by then, and was looked at.
"""

import json
import os
import shutil
import tempfile
from collections.abc import Iterator
from collections.abc import Sequence
from contextlib import contextmanager
from dataclasses import asdict
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from mien.errors import DatabaseBusy
from mien.errors import StorageFailed
from mien.storage.marker import sync_folder
from mien.storage.use import used_by_nobody

DATABASE: Final = "mien.db"
"""The database of a home, and of an archive."""

_JOURNAL: Final = "restore.journal"
_PREFIX: Final = ".restore-"


@dataclass(frozen=True, slots=True)
class _Plan:
    """What takes the place of what.

    Attributes:
        folder: below the home; holds `new`, what comes in, and `old`, what goes out.
        held: names in the home that go out.
        new: names that come in.
    """

    folder: str
    held: list[str]
    new: list[str]


@contextmanager
def workshop(home: Path) -> Iterator[Path]:
    """A folder in the home, where what comes in is made ready in `new`; gone after the block."""
    folder = Path(tempfile.mkdtemp(dir=home, prefix=_PREFIX))
    (folder / "new").mkdir()
    (folder / "old").mkdir()
    try:
        yield folder
    finally:
        # Where a journal is left, what it speaks of lies in the folder.
        if not (home / _JOURNAL).exists():
            shutil.rmtree(folder, ignore_errors=True)


def swap(home: Path, folder: Path, *, held: Sequence[str]) -> None:
    """Move `held` out of the home and all that is ready in the workshop into it.

    Raises:
        StorageFailed: something cannot be moved; all is as before.
    """
    new = folder / "new"
    for inner, _, _ in os.walk(new):
        sync_folder(Path(inner))
    plan = _Plan(folder.name, list(held), sorted(path.name for path in new.iterdir()))
    _write(home, folder, plan)
    try:
        _carry_out(home, plan)
    except OSError as error:
        _undo(home, plan)
        raise StorageFailed(
            "target", words={"path": home, "why": error.strerror or type(error).__name__}
        ) from error
    except BaseException:
        _undo(home, plan)
        raise


def recover(home: Path) -> None:
    """Finish a restoring that was killed, and remove what one has left that changed nothing yet.

    A quick look where there is nothing of the kind.

    Raises:
        DatabaseBusy: somebody else is restoring or finishing it.
    """
    journal = home / _JOURNAL
    if not journal.exists() and not any(home.glob(f"{_PREFIX}*")):
        return
    try:
        with used_by_nobody(home / DATABASE):
            if journal.exists():
                _carry_out(home, _Plan(**json.loads(journal.read_text(encoding="utf-8"))))
            for folder in home.glob(f"{_PREFIX}*"):
                shutil.rmtree(folder, ignore_errors=True)
    except DatabaseBusy as error:
        if journal.exists():
            raise DatabaseBusy("replaced") from error


def _write(home: Path, folder: Path, plan: _Plan) -> None:
    part = folder / _JOURNAL
    with part.open("w", encoding="utf-8") as file:
        json.dump(asdict(plan), file)
        file.flush()
        os.fsync(file.fileno())
    sync_folder(folder)
    part.rename(home / _JOURNAL)
    sync_folder(home)


def _carry_out(home: Path, plan: _Plan) -> None:
    old, new = home / plan.folder / "old", home / plan.folder / "new"
    # Nothing comes in before all is out, so what lies in the home is the new once some of it does.
    if all(os.path.lexists(new / name) for name in plan.new):
        for name in plan.held:
            if os.path.lexists(home / name):
                (home / name).rename(old / name)
        sync_folder(old)
        sync_folder(home)
    for name in plan.new:
        if os.path.lexists(new / name):
            (new / name).rename(home / name)
    sync_folder(home)
    (home / _JOURNAL).unlink()
    sync_folder(home)


def _undo(home: Path, plan: _Plan) -> None:
    old, new = home / plan.folder / "old", home / plan.folder / "new"
    for name in plan.new:
        if not os.path.lexists(new / name) and os.path.lexists(home / name):
            (home / name).rename(new / name)
    for name in plan.held:
        if os.path.lexists(old / name):
            (old / name).rename(home / name)
    sync_folder(home)
    (home / _JOURNAL).unlink(missing_ok=True)
    sync_folder(home)
