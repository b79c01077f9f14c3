"""What an index that keeps files asks of the rows that it is made from."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final
from typing import Protocol


@dataclass(frozen=True, slots=True)
class Removed:
    """Who was taken out of a gallery's rows.

    Attributes:
        keys: of their vectors.
        revision: up to which these are all.
    """

    keys: tuple[str, ...]
    revision: int


class Origin(Protocol):
    """The rows of all galleries. Each answer is of the moment of the question.

    So what was committed before is in it, whatever older moment is being read beside.
    """

    def faces(self, gallery_id: str, *, at_most: int) -> int:
        """How many faces a gallery has.

        Args:
            gallery_id: which gallery.
            at_most: more are not counted.

        Raises:
            StorageError: the rows cannot be asked.
        """

    def removed(self, gallery_id: str, *, since: int) -> Removed | None:
        """Whose vectors were taken out of a gallery.

        Args:
            gallery_id: which gallery.
            since: a revision; who was taken out up to it does not count.

        Returns:
            Them. None where that is not known: the gallery is gone, or what was taken out after
            that revision is not remembered any more, or the rows have not come that far.

        Raises:
            StorageError: the rows cannot be asked.
        """

    def marks(self) -> tuple[str, ...]:
        """What tells the history of the rows up to this moment from any other.

        Raises:
            StorageError: the rows cannot be asked.
        """

    def knows(self, marks: Sequence[str]) -> bool:
        """Whether the history of the rows has all of these behind it.

        Raises:
            StorageError: the rows cannot be asked.
        """


class _Unasked:
    """Rows of which nothing is known but what the index is told: nobody is taken out unheard."""

    def faces(self, _gallery_id: str, *, at_most: int) -> int:  # noqa: ARG002 - as in the protocol
        return 0

    def removed(self, _gallery_id: str, *, since: int) -> Removed | None:
        return Removed((), since)

    def marks(self) -> tuple[str, ...]:
        return ()

    def knows(self, _marks: Sequence[str]) -> bool:
        return True


UNASKED: Final[Origin] = _Unasked()
"""For an index that nobody else changes."""
