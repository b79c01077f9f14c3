"""Ears for what happens inside: layers tell, and do not know who listens, or whether anybody does."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal
from typing import TypeAlias

Stage: TypeAlias = Literal["detect", "align", "embed"]

IndexSource: TypeAlias = Literal["rows", "kept"]
"""Where an index has its vectors from: all rows of a gallery, or what was kept of them."""


def _nobody(*_told: object) -> None:
    return


@dataclass(slots=True)
class Observer:
    """Callbacks that may be set once, before work begins; they are called from many threads.

    None of them is told of whom a photo shows, nor which gallery was asked.

    Attributes:
        on_stage: a stage of an analysis, and its seconds without waiting for its turn.
        on_wait: seconds that one inference has waited for its turn.
        on_waiting: one more (1) or one less (-1) waits for its turn now.
        on_faces: how many faces a photo had.
        on_decision: what was decided of one face.
        on_lag: how many revisions an index was behind the rows when it was asked.
        on_filled: an index was opened with what was kept, or all rows of a gallery were read for it.
    """

    on_stage: Callable[[Stage, float], None] = _nobody
    on_wait: Callable[[float], None] = _nobody
    on_waiting: Callable[[int], None] = _nobody
    on_faces: Callable[[int], None] = _nobody
    on_decision: Callable[[str], None] = _nobody
    on_lag: Callable[[int], None] = _nobody
    on_filled: Callable[[IndexSource], None] = _nobody
