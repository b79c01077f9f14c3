"""The list of what was erased in a bucket, for all nodes that share it; see `erased`."""

from collections.abc import Iterable
from typing import cast

from mien.errors import FilesUnavailable
from mien.storage.binding import is_bound
from mien.storage.database import Database
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
        database: whose list it is, where nothing else has made sure that the store is its own.
    """

    def __init__(self, store: ObjectStore, database: Database | None = None) -> None:
        self._store = store
        self._database = database

    def add(self, erased: Iterable[Erased]) -> None:
        """Write down that something is gone; safe with the store when this returns.

        Raises:
            FilesUnavailable: the store does not answer, or is not known to be the database's.
            StorageFull: it has no room.
        """
        if self._store.installation is not None:
            self._store.require_own()
        elif self._database is None or not is_bound(self._database, self._store):
            # A store that was away when the process began is bound with the next photo; the list
            # does not wait for that.
            raise FilesUnavailable
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


def shared_erasures(files: FileStore, database: Database | None = None) -> BucketErasures | None:
    """The list beside these files; None in a folder, which each home has its own list for.

    Args:
        files: the store.
        database: whose list it is to be, where the store was not bound yet.
    """
    return BucketErasures(files, database) if isinstance(files, ObjectStore) else None
