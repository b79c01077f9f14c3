"""Handles standard streams that are closed or cannot be written to."""

import errno
import os
import sys
from contextlib import suppress
from typing import Final
from typing import TextIO

# What writing to a stream that is open can fail with. Files have errors of their own, which are
# told before they come here, or name the file.
_OF_WRITING: Final = frozenset(
    {errno.ENOSPC, errno.EDQUOT, errno.EFBIG, errno.EIO, errno.EBADF, errno.EROFS}
)


def hold_standard_streams() -> None:
    """Open standard streams that were closed at the start, so that no other file gets their number.

    Whatever is written to an output that was closed fails, as a result that nobody gets is no
    success; what is said beside it is lost.
    """
    # In this order: each takes the lowest number that is free.
    for number, flags in enumerate((os.O_RDONLY, os.O_RDONLY, os.O_WRONLY)):
        try:
            os.fstat(number)
        except OSError:
            os.open(os.devnull, flags)
    # Python has none for those.
    for name, number, mode in (("stdin", 0, "r"), ("stdout", 1, "w"), ("stderr", 2, "w")):
        if getattr(sys, name) is None:
            stream = open(number, mode, encoding="utf-8", closefd=False)  # noqa: SIM115 - as long as the process lasts; a number
            setattr(sys, name, stream)


def is_of_writing(error: OSError) -> bool:
    """Whether an error means that an output cannot be written to."""
    return error.filename is None and error.errno in _OF_WRITING


def give_up(stream: TextIO) -> None:
    """Discard what is still to be written to a stream, even what Python flushes at exit."""
    with suppress(OSError, ValueError):
        nowhere = os.open(os.devnull, os.O_WRONLY)
        os.dup2(nowhere, stream.fileno())
        os.close(nowhere)
