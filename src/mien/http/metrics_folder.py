"""The folder in which the processes of one server add up their metrics."""

from pathlib import Path
from typing import Final

FOLDER_VARIABLE: Final = "PROMETHEUS_MULTIPROC_DIR"
"""Names it, to the library; set before the processes start."""


def forget_slot(folder: Path, slot: int) -> None:
    """Remove what a process that is gone was doing; what it has done stays counted."""
    for path in folder.glob(f"gauge_live*_{slot}.db"):
        path.unlink(missing_ok=True)
