"""The list of what was erased in a bucket, for all nodes that share it; see `erased`."""

from collections.abc import Iterable
from typing import cast

from mien.errors import FilesUnavailable
from mien.storage.erased import KINDS
from mien.storage.erased import Erased
from mien.storage.erased import ErasedKind
from mien.storage.files import ERASURES
from mien.storage.files import FileStore
from mien.storage.object_store import ObjectStore


class BucketErasures:
    """Empty objects, named after what was erased; only ever added.

    Args:
        store: the files beside them, which say to which installation the list belongs.
    """

    def __init__(self, store: ObjectStore) -> None:
        self._store = store

    def add(self, erased: Iterable[Erased]) -> None:
        """Write down that something is gone; safe with the store when this returns.

        Raises:
            FilesUnavailable: the store does not answer, or is not known to be the database's.
            StorageFull: it has no room.
        """
        if self._store.installation is None:
            raise FilesUnavailable
        self._store.require_own()
        keys = [f"{ERASURES}/{each.kind}.{each.id}" for each in erased]
        self._store.together(keys, lambda key: self._store.bucket.put(key, b""))

    def read(self) -> frozenset[Erased]:
        """Everything that was written down.

        Raises:
            FilesUnavailable: the store does not answer.
        """
        found = (
            each.key.removeprefix(f"{ERASURES}/").partition(".")
            for each in self._store.bucket.list(f"{ERASURES}/")
        )
        return frozenset(
            Erased(cast("ErasedKind", kind), identity)
            for kind, _, identity in found
            if kind in KINDS and "/" not in identity
        )


def shared_erasures(files: FileStore) -> BucketErasures | None:
    """The list beside these files; None in a folder, which each home has its own list for."""
    return BucketErasures(files) if isinstance(files, ObjectStore) else None
