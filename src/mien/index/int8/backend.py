"""Indexes of signed bytes, and the folder in which their bases are kept."""

from collections.abc import Collection
from pathlib import Path

from mien.index.int8.folder import Folder
from mien.index.int8.folder import cannot_be_written
from mien.index.int8.folder import drop
from mien.index.int8.folder import kept
from mien.index.int8.index import USUAL
from mien.index.int8.index import Int8Index
from mien.index.int8.index import Upkeep
from mien.index.int8.kernels import Kernel
from mien.index.int8.kernels import best_kernel
from mien.index.int8.rounding import scale_of
from mien.index.int8.snapshot import Identity
from mien.index.origin import Origin


class Int8Backend:
    """Vectors rounded to 8 bits: a quarter of the memory, one copy for all processes of a machine.

    Args:
        folder: where bases are kept; made when the first one is.
        kernel: compares rows; the quickest of this machine unless another is given.
        upkeep: when bases are made anew.
        origin: the rows that they are made from.
    """

    name = "int8"
    capacity = None
    kept_apart = True

    def __init__(
        self,
        folder: Path,
        *,
        kernel: Kernel | None = None,
        upkeep: Upkeep = USUAL,
        origin: Origin,
    ) -> None:
        self._folder = folder
        self._kernel = kernel
        self._upkeep = upkeep
        self._origin = origin
        self._folders: dict[str, Folder] = {}

    def open(self, gallery_id: str, *, contract_id: str, dimension: int) -> Int8Index:
        """See `IndexBackend.open`."""
        identity = Identity(gallery_id, contract_id, dimension, scale_of(dimension))
        return Int8Index(
            identity,
            folder=self._folder_of(gallery_id),
            kernel=self._kernel or best_kernel(),
            upkeep=self._upkeep,
        )

    def drop(self, gallery_id: str) -> None:
        """See `IndexBackend.drop`."""
        drop(self._folder, gallery_id)
        self._folders.pop(gallery_id, None)

    def kept(self) -> Collection[str]:
        """See `IndexBackend.kept`."""
        return kept(self._folder)

    def erase_removed(self, gallery_id: str) -> bool:
        """See `IndexBackend.erase_removed`."""
        self._folder_of(gallery_id).erase_removed()
        return True

    @property
    def cannot_keep(self) -> bool:
        """See `IndexBackend.cannot_keep`."""
        return cannot_be_written(self._folder)

    def close(self) -> None:
        """See `IndexBackend.close`."""

    def _folder_of(self, gallery_id: str) -> Folder:
        made = Folder(self._folder, gallery_id, origin=self._origin)
        return self._folders.setdefault(gallery_id, made)
