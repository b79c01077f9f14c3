"""An index beside what others have kept: by another setting, before or in another process."""

from collections.abc import Callable
from collections.abc import Collection
from collections.abc import Sequence
from typing import Protocol
from typing import TypeVar

from mien.errors import StorageError
from mien.index.base import IndexBackend
from mien.index.base import VectorIndex

_Answer = TypeVar("_Answer")


class Kept(Protocol):
    """What is kept of galleries, by whatever keeps it."""

    def drop(self, gallery_id: str) -> None:
        """See `IndexBackend.drop`."""

    def kept(self) -> Collection[str]:
        """See `IndexBackend.kept`."""

    def erase_removed(self, gallery_id: str) -> bool:
        """See `IndexBackend.erase_removed`."""

    def close(self) -> None:
        """See `IndexBackend.close`."""


class Beside:
    """See `IndexBackend`. Searches with one; whoever is taken out is erased from the others, too.

    Args:
        backend: searches.
        others: may have been kept under another setting, and by whoever runs under it now.
    """

    def __init__(self, backend: IndexBackend, others: Sequence[Kept]) -> None:
        self._backend = backend
        self._others = others
        self.name = backend.name
        self.capacity = backend.capacity
        self.kept_apart = backend.kept_apart

    @property
    def cannot_keep(self) -> bool:
        """See `IndexBackend.cannot_keep`."""
        return self._backend.cannot_keep

    def open(self, gallery_id: str, *, contract_id: str, dimension: int) -> VectorIndex:
        """See `IndexBackend.open`."""
        return self._backend.open(gallery_id, contract_id=contract_id, dimension=dimension)

    def drop(self, gallery_id: str) -> None:
        """See `IndexBackend.drop`."""
        _each((self._backend, *self._others), lambda each: each.drop(gallery_id))

    def erase_removed(self, gallery_id: str) -> bool:
        """See `IndexBackend.erase_removed`."""
        done = _each((*self._others, self._backend), lambda each: each.erase_removed(gallery_id))
        return all(done)

    def kept(self) -> Collection[str]:
        """See `IndexBackend.kept`."""
        found = _each((self._backend, *self._others), lambda each: each.kept())
        return frozenset[str]().union(*found)

    def close(self) -> None:
        """See `IndexBackend.close`."""
        for each in (self._backend, *self._others):
            each.close()


def _each(keepers: Sequence[Kept], do: Callable[[Kept], _Answer]) -> list[_Answer]:
    """Do something with each, whatever becomes of another; the first failure is told at the end."""
    done: list[_Answer] = []
    failed: StorageError | None = None
    for each in keepers:
        try:
            done.append(do(each))
        except StorageError as error:
            failed = failed or error
    if failed is not None:
        raise failed
    return done
