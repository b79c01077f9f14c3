"""How far long work is: one value for fetching models, importing, evaluating and jobs."""

from dataclasses import dataclass
from typing import Literal
from typing import Protocol
from typing import TypeAlias

ProgressStage: TypeAlias = Literal["waiting", "fetching", "converting", "working", "ready"]
"""`waiting` is for another process that does the same."""

Unit: TypeAlias = Literal["bytes", "photos", "seconds"]
"""What is counted; seconds are those of a video."""


@dataclass(frozen=True, slots=True)
class Progress:
    """How far something is.

    Attributes:
        what: a name for it, such as a file's; the same in every report about it.
        done: how much is done.
        total: how much there is to do; None where nobody knows.
        unit: of both.
        stage: what is being done.
    """

    what: str
    done: int = 0
    total: int | None = None
    unit: Unit = "bytes"
    stage: ProgressStage = "working"


class OnProgress(Protocol):
    """Is told how far work is, often and from the thread that does it; must be quick."""

    def __call__(self, progress: Progress, /) -> None:
        """Take note."""


def silent(_progress: Progress, /) -> None:
    """Tells nobody."""
