"""One writer at a time, across processes and threads."""

import fcntl
from collections.abc import Callable
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


@contextmanager
def lock(path: Path, *, waiting: Callable[[], None]) -> Iterator[None]:
    """Hold the lock of a file; the system lets go of it when the process ends, however it ends.

    Args:
        path: the lock's file; made when missing, and never removed, since another process may
            already wait on it.
        waiting: called once when another holds it.
    """
    with path.open("ab") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            waiting()
            fcntl.flock(file, fcntl.LOCK_EX)
        # Closing the file lets go of the lock.
        yield
