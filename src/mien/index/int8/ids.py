"""Many ids in little room: those that are UUIDs take 16 bytes each, in one array."""

import re
from collections.abc import Iterable
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final
from typing import Literal
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

Kind: TypeAlias = Literal["uuid", "text"]

_UUID_BYTES: Final = 16
_UUID: Final = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}", re.ASCII)
_UUID_LETTERS: Final = 36
_DASHES: Final = (8, 13, 18, 23)


@dataclass(frozen=True, slots=True, eq=False)
class PackedIds:
    """Ids as bytes of equal length.

    Attributes:
        kind: `uuid` where all are UUIDs as Mien writes them, `text` where they are anything.
        packed: their bytes, shape (n,); zeros at the end of one do not count.
    """

    kind: Kind
    packed: NDArray[np.bytes_]

    def __len__(self) -> int:
        return len(self.packed)

    def __getitem__(self, position: int) -> str:
        found: bytes = self.packed[position]
        if self.kind == "text":
            return found.decode()
        digits = found.ljust(_UUID_BYTES, b"\0").hex()
        return "-".join(
            (digits[:8], digits[8:12], digits[12:16], digits[16:20], digits[20:]),
        )

    def take(self, positions: NDArray[np.intp]) -> "PackedIds":
        """Those at these positions, in their order."""
        return PackedIds(self.kind, self.packed[positions])

    def order(self) -> NDArray[np.intp]:
        """Positions in the order of the ids; of equal ones the earlier first."""
        if self.kind == "uuid":
            halves = np.ascontiguousarray(self.packed).view(">u8").reshape(-1, 2).astype(np.uint64)
            return np.lexsort((halves[:, 1], halves[:, 0]))
        return np.argsort(self.packed, kind="stable")

    def find(self, ids: Sequence[str]) -> NDArray[np.intp]:
        """Where ids stand, if these are in their order and each is there once.

        Returns:
            One position an id, below 0 for those that are not here.
        """
        if not len(self) or not ids:
            return np.full(len(ids), -1, np.intp)
        wanted, fits = self._encoded(ids)
        # Nobody is found at the end, where nobody stands.
        places = np.minimum(np.searchsorted(self.packed, wanted), len(self) - 1)
        return np.where(fits & (self.packed[places] == wanted), places, -1)

    def _encoded(self, ids: Sequence[str]) -> tuple[NDArray[np.bytes_], NDArray[np.bool_]]:
        if self.kind == "text":
            return np.array([each.encode() for each in ids]), np.ones(len(ids), np.bool_)
        # Looked at together, which is far quicker of many than one by one.
        packed = _pack_uuids(ids)
        if packed is not None:
            return packed.packed, np.ones(len(ids), np.bool_)
        fits = [_UUID.fullmatch(each) is not None for each in ids]
        digits = "".join(
            each.replace("-", "") if fit else "0" * 2 * _UUID_BYTES
            for each, fit in zip(ids, fits, strict=True)
        )
        return np.frombuffer(bytes.fromhex(digits), f"S{_UUID_BYTES}"), np.array(fits)


def pack(ids: Sequence[str]) -> PackedIds:
    """Pack ids, in their order."""
    return _pack_uuids(ids) or _pack_texts(ids)


def joined(parts: Iterable[PackedIds]) -> PackedIds:
    """The ids of all parts, one after the other."""
    some = [part for part in parts if len(part)]
    if all(part.kind == "uuid" for part in some):
        empty = np.empty(0, f"S{_UUID_BYTES}")
        return PackedIds("uuid", np.concatenate([empty, *(part.packed for part in some)]))
    return _pack_texts([part[i] for part in some for i in range(len(part))])


def numbered(ids: PackedIds) -> tuple[PackedIds, NDArray[np.int32]]:
    """Each id once, in their order, and which of these stands at each position.

    Returns:
        The ids, and int32, shape (len(ids),).
    """
    order = ids.order()
    inorder = ids.packed[order]
    is_first = np.ones(len(ids), np.bool_)
    is_first[1:] = inorder[1:] != inorder[:-1]
    numbers = np.empty(len(ids), np.int32)
    numbers[order] = np.cumsum(is_first) - 1
    return ids.take(order[is_first]), numbers


def _pack_uuids(ids: Sequence[str]) -> PackedIds | None:
    text = "".join(ids)
    if len(text) != _UUID_LETTERS * len(ids) or not text.isascii():
        return None
    letters = np.frombuffer(text.encode("ascii"), np.uint8).reshape(-1, _UUID_LETTERS)
    is_dash = letters == ord("-")
    is_digit = (letters >= ord("0")) & (letters <= ord("9"))
    is_digit |= (letters >= ord("a")) & (letters <= ord("f"))
    dashes = np.isin(np.arange(_UUID_LETTERS), _DASHES)
    if not np.where(dashes, is_dash, is_digit).all():
        return None
    packed = np.frombuffer(bytes.fromhex(text.replace("-", "")), f"S{_UUID_BYTES}")
    return PackedIds("uuid", packed)


def _pack_texts(ids: Sequence[str]) -> PackedIds:
    return PackedIds("text", np.array([each.encode() for each in ids], dtype=np.bytes_))
