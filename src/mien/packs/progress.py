"""What installing a pack tells while it works; nothing here prints."""

from dataclasses import dataclass
from typing import Literal
from typing import Protocol

Stage = Literal["waiting", "fetching", "converting", "ready"]


@dataclass(frozen=True, slots=True)
class ProgressEvent:
    """How far one file of a pack is.

    Attributes:
        pack: name of the pack.
        file: name of the file in its manifest.
        stage: `waiting` for another process that fetches the same file, `fetching`, `converting`
            or `ready`.
        done_bytes: received so far; of the whole distribution when the file is a member of one.
        total_bytes: of what is received, or None where the source does not say.
    """

    pack: str
    file: str
    stage: Stage
    done_bytes: int = 0
    total_bytes: int | None = None


class Progress(Protocol):
    """Receives events, often and from the thread that installs; must be quick."""

    def __call__(self, event: ProgressEvent, /) -> None:
        """Take note of one event."""


class ByteProgress(Protocol):
    """What a source tells: bytes so far, and in all where that is known."""

    def __call__(self, done_bytes: int, total_bytes: int | None, /) -> None:
        """Take note of the bytes."""


def silent(_event: ProgressEvent, /) -> None:
    """Progress for nobody."""
