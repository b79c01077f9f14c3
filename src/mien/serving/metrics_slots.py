"""Where the processes of one server add up their metrics, and whose place each of them takes."""

import contextlib
import fcntl
import json
import os
import shutil
import tempfile
from collections.abc import Callable
from collections.abc import Mapping
from pathlib import Path
from typing import Any
from typing import Self

from mien.http.metrics_folder import FOLDER_VARIABLE
from mien.http.metrics_folder import forget_slot

_PREFIX = "mien-metrics-"
_LOCK = "lock"
_HANDED_ON = "_MIEN_METRICS_SLOTS"
_MEMORY_FOLDER = Path("/dev/shm")  # noqa: S108 - a folder of random name is made in it


class MetricsSlots:
    """A folder for as long as a server runs, and hooks by which Gunicorn gives out places.

    A process that is replaced leaves its place, and with it the file of its counts, to another:
    however often that happens, there are only as many files as processes at a time.
    """

    def __init__(self) -> None:
        self._folder: Path | None = None
        self._former: dict[int, int] = {}

    def __enter__(self) -> Self:
        self._owner = os.getpid()
        handed_on = os.environ.pop(_HANDED_ON, "")
        if handed_on:
            self._take_over(json.loads(handed_on))
        else:
            self._make()
        os.environ[FOLDER_VARIABLE] = str(self._folder)
        return self

    def _make(self) -> None:
        # In memory where there is some: the files are written with every request.
        named = os.environ.get(FOLDER_VARIABLE)
        if named:
            Path(named).mkdir(parents=True, exist_ok=True)
        parent = Path(named or (_MEMORY_FOLDER if _writable() else tempfile.gettempdir()))
        _sweep(parent)
        self._folder = Path(tempfile.mkdtemp(prefix=_PREFIX, dir=parent))
        self._lock = (self._folder / _LOCK).open("x")
        fcntl.flock(self._lock, fcntl.LOCK_EX)

    def _take_over(self, told: dict[str, Any]) -> None:
        self._folder = Path(told["folder"])
        # The lock goes with its descriptor.
        self._lock = os.fdopen(told["lock"], "w")
        os.set_inheritable(self._lock.fileno(), False)
        self._former = {int(pid): slot for pid, slot in told["slots"].items()}

    def __exit__(self, *_error: object) -> None:
        # Workers leave through here as well; only the master takes the folder along.
        if self._folder is not None and os.getpid() == self._owner:
            shutil.rmtree(self._folder, ignore_errors=True)
            self._lock.close()

    def hand_on(self, workers: Mapping[int, Any]) -> dict[str, str]:
        """Variables by which the server that this process becomes goes on counting.

        Args:
            workers: of now, by their process ids.
        """
        os.set_inheritable(self._lock.fileno(), True)
        slots = {**self._former, **{pid: worker.slot for pid, worker in workers.items()}}
        told = {"folder": str(self._folder), "lock": self._lock.fileno(), "slots": slots}
        return {_HANDED_ON: json.dumps(told)}

    def give_up(self, pid: int) -> None:
        """Free the place of a process from before a reload, which has ended."""
        slot = self._former.pop(pid, None)
        if slot is not None and self._folder is not None:
            forget_slot(self._folder, slot)

    def hooks(self) -> dict[str, Callable[..., None]]:
        """For Gunicorn, by its names."""
        return {"pre_fork": self._choose, "post_fork": _take, "child_exit": self._leave}

    def _choose(self, arbiter: Any, worker: Any) -> None:
        taken = {other.slot for other in arbiter.WORKERS.values()} | {*self._former.values()}
        worker.slot = min(set(range(len(taken) + 1)) - taken)

    def _leave(self, _arbiter: Any, worker: Any) -> None:
        if self._folder is not None:
            forget_slot(self._folder, worker.slot)


def _sweep(parent: Path) -> None:
    """Remove folders of servers that were killed; whoever lives holds the lock of its own."""
    for path in parent.glob(f"{_PREFIX}*/{_LOCK}"):
        with contextlib.suppress(OSError), path.open("r") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            shutil.rmtree(path.parent, ignore_errors=True)


def _take(_arbiter: Any, worker: Any) -> None:
    from mien.http.metrics import count_as

    count_as(worker.slot)


def _writable() -> bool:
    return _MEMORY_FOLDER.is_dir() and os.access(_MEMORY_FOLDER, os.W_OK)
