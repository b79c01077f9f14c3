"""How many connections a process may hold, so that files and databases can be opened beside them."""

import resource
from contextlib import suppress
from pathlib import Path
from typing import Final

# The database, with what it keeps beside itself, and a photo on the disk.
_FILES_A_THREAD: Final = 3
_OTHER_FILES: Final = 16
_FEWEST: Final = 8


def most_connections(wanted: int, *, threads: int) -> int:
    """As many connections as are wanted, or as the process's limit of open files leaves room for.

    Args:
        wanted: at most so many.
        threads: that answer requests, and open files for them.
    """
    limit, _ = resource.getrlimit(resource.RLIMIT_NOFILE)
    if limit == resource.RLIM_INFINITY:
        return wanted
    taken = 0
    with suppress(OSError):
        taken = len(list(Path("/dev/fd").iterdir()))
    return min(wanted, fewer_connections(limit - taken, threads=threads))


def fewer_connections(files: int, *, threads: int) -> int:
    """How many connections so many files may be, when other files are to be opened beside them."""
    return max(_FEWEST, files - _FILES_A_THREAD * threads - _OTHER_FILES)
