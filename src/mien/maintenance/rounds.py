"""When house was last kept: a sign in the home that every process of it can see."""

import time
from pathlib import Path
from typing import Final

SIGN: Final = "housekeeping.done"
"""A file in the home; its time of change is when a round was last finished."""

LATE_SECONDS: Final = 3600
"""A server that has run for so long without a finished round says so."""


def note_round(home: Path) -> None:
    """Say that a round was finished just now.

    Raises:
        OSError: the home cannot be written to.
    """
    sign = home / SIGN
    sign.touch(mode=0o600)


def is_late(home: Path, *, running_since: float) -> bool:
    """Whether no round was finished for an hour, though somebody could have.

    Args:
        home: of the installation.
        running_since: when the process that asks was started, in seconds since the epoch; what
            nobody did while nobody ran is not late.
    """
    try:
        last = (home / SIGN).stat().st_mtime
    except OSError:
        last = 0.0
    return time.time() - max(last, running_since) > LATE_SECONDS
