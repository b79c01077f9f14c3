"""Rows of one gallery as an index asks about them, without a database."""

from collections.abc import Sequence

from mien.index.origin import Removed


class RecordedRows:
    """See `mien.index.origin.Origin`.

    Attributes:
        revision: of the gallery; None where it is gone.
        floor: what was taken out up to there is not remembered.
        taken_out: keys and the revisions at which they were taken out.
        history: marks that it has behind it.
        count: how many faces there are.
    """

    def __init__(self) -> None:
        self.revision: int | None = 1000
        self.floor = 0
        self.taken_out: list[tuple[str, int]] = []
        self.history = ["first"]
        self.count = 0

    def faces(self, _gallery_id: str, *, at_most: int) -> int:
        """See `Origin.faces`."""
        return min(self.count, at_most)

    def removed(self, _gallery_id: str, *, since: int) -> Removed | None:
        """See `Origin.removed`."""
        if self.revision is None or not self.floor <= since <= self.revision:
            return None
        keys = tuple(key for key, revision in self.taken_out if revision > since)
        return Removed(keys, self.revision)

    def marks(self) -> tuple[str, ...]:
        """See `Origin.marks`."""
        return tuple(self.history[-1:])

    def knows(self, marks: Sequence[str]) -> bool:
        """See `Origin.knows`."""
        return set(marks) <= set(self.history)
