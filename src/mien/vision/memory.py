"""The memory of large pictures goes back to the system when they are done with."""

import ctypes
from contextlib import suppress


def give_back() -> None:
    """Give memory that is free back to the system; takes some milliseconds.

    The allocator of most Linux systems keeps a heap for each thread, and a process that has once
    read a large picture in every thread stays some gigabytes larger for good. Where there is
    another allocator this does nothing.
    """
    with suppress(AttributeError, OSError):
        ctypes.CDLL(None).malloc_trim(0)
