"""A base as a file: written once, mapped by every process of a machine, overwritten where needed.

Four sections behind a header of one page. Three of them (keys, groups, which row is whose) never
change and have checksums in the header. The fourth, the vectors, is overwritten in places when
somebody is forgotten; the sums of its blocks are a section of their own and change with it. All is
read once when the file is opened: what is not as it was written is not believed.
"""

import json
import mmap
import os
import struct
import time
import zlib
from collections.abc import Collection
from collections.abc import Mapping
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import asdict
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from typing import Final
from typing import get_args

import numpy as np
from numpy.typing import DTypeLike
from numpy.typing import NDArray

from mien.index.int8.base import GATHERED_ROWS
from mien.index.int8.base import Base
from mien.index.int8.base import Draft
from mien.index.int8.ids import Kind
from mien.index.int8.ids import PackedIds

VERSION: Final = 2
_MAGIC: Final = b"mienint8"
_PAGE: Final = 4096
# Magic, version, length of what is said of the sections, and a checksum of that.
_START: Final = struct.Struct("<8sIII")
# Of so many rows one sum is kept.
_BLOCK_ROWS: Final = 1024
assert GATHERED_ROWS % _BLOCK_ROWS == 0  # noqa: S101 - a part begins where a block does


class NotBelieved(Exception):
    """A snapshot is damaged, broken off, of another version or of something else.

    Args:
        why: for a log.
    """


@dataclass(frozen=True, slots=True)
class Identity:
    """What a snapshot is of; any other is of no use.

    Attributes:
        gallery_id: which gallery.
        contract_id: under which its embeddings were made.
        dimension: their length.
        scale: by which they were rounded.
    """

    gallery_id: str
    contract_id: str
    dimension: int
    scale: float


def write(descriptor: int, identity: Identity, draft: Draft, *, marks: Sequence[str] = ()) -> None:
    """Write a snapshot, so that it is on the disk when this returns.

    Args:
        descriptor: of an empty file.
        identity: what it is of.
        draft: its rows.
        marks: of the history of the rows that these are from.

    Raises:
        OSError: the disk is full or broken.
    """
    sections: dict[str, dict[str, Any]] = {}
    end = _PAGE
    small = {
        "keys": draft.keys.packed,
        "groups": draft.groups.packed,
        "group_of": draft.group_of.astype("<i4"),
    }
    for name, array in small.items():
        data = np.ascontiguousarray(array).tobytes()
        sections[name] = {"at": end, "bytes": len(data), "check": zlib.crc32(data)}
        _write_all(descriptor, data, end)
        end = _aligned(end + len(data))
    sums = []
    vectors_at = end
    for part, rows in draft.parts():
        _write_all(descriptor, rows.data.cast("B"), vectors_at + part.start * draft.stride)
        sums.append(_sums(rows))
    size = len(draft) * draft.stride
    sections["vectors"] = {"at": vectors_at, "bytes": size}
    end = _aligned(vectors_at + size)
    data = np.concatenate([*sums, np.empty(0, np.uint64)]).astype("<u8").tobytes()
    sections["sums"] = {"at": end, "bytes": len(data)}
    _write_all(descriptor, data, end)
    told: dict[str, Any] = {
        "of": asdict(identity),
        "revision": draft.revision,
        "marks": list(marks),
        "made_at": time.time(),
        "rows": len(draft),
        "stride": draft.stride,
        "keys": [draft.keys.kind, draft.keys.packed.itemsize],
        "groups": [draft.groups.kind, draft.groups.packed.itemsize],
        "sections": sections,
        "end": _aligned(end + len(data)) + _PAGE,
    }
    header = json.dumps(told).encode()
    if len(header) > _PAGE - _START.size:
        raise OSError("the header of a snapshot has no room for its identity")
    os.ftruncate(descriptor, told["end"])
    # Everything else first: what is broken off has no header.
    os.fdatasync(descriptor)
    start = _START.pack(_MAGIC, VERSION, len(header), zlib.crc32(header))
    _write_all(descriptor, start + header, 0)
    os.fsync(descriptor)


def read(path: Path, identity: Identity) -> Base:
    """Open a snapshot and look at all of it.

    Args:
        path: where it lies.
        identity: what it has to be of.

    Raises:
        NotBelieved: it is damaged or of something else.
        OSError: it cannot be read or overwritten.
    """
    descriptor = os.open(path, os.O_RDWR | os.O_CLOEXEC | os.O_NOFOLLOW)
    try:
        found = os.fstat(descriptor)
        told = _header(descriptor, found.st_size)
        _require(told.get("of") == asdict(identity), "it is of something else")
        try:
            return _base(descriptor, told, found, identity)
        except (KeyError, TypeError, ValueError, IndexError) as error:
            raise NotBelieved("its header makes no sense") from error
    except BaseException:
        os.close(descriptor)
        raise


def erase(path: Path, keys: Collection[str]) -> None:
    """Overwrite the rows of some keys in a snapshot, whatever it is of, without looking at all of it.

    Args:
        path: where it lies.
        keys: of the rows; those that are not there are passed over.

    Raises:
        NotBelieved: it is damaged so that they cannot be found.
        OSError: it cannot be read or overwritten.
    """
    descriptor = os.open(path, os.O_RDWR | os.O_CLOEXEC | os.O_NOFOLLOW)
    try:
        told = _header(descriptor, os.fstat(descriptor).st_size)
        try:
            places = _Places(descriptor, told)
            there = places.keys.find(list(keys))
            eraser = places.eraser()
        except (KeyError, TypeError, ValueError, IndexError) as error:
            raise NotBelieved("its header makes no sense") from error
    except BaseException:
        os.close(descriptor)
        raise
    rows = there[there >= 0]
    if places.vectors[rows].any():
        eraser(rows)
    elif len(rows):
        # Whoever did this before may have ended before the disk had it.
        os.fdatasync(descriptor)


def _header(descriptor: int, size: int) -> Mapping[str, Any]:
    start = os.pread(descriptor, _PAGE, 0)
    if len(start) < _START.size:
        raise NotBelieved("it is too short")
    magic, version, length, check = _START.unpack_from(start)
    header = start[_START.size : _START.size + length]
    if magic != _MAGIC or len(header) != length or zlib.crc32(header) != check:
        raise NotBelieved("it is damaged")
    if version != VERSION:
        raise NotBelieved("it is of another version")
    try:
        told: Mapping[str, Any] = json.loads(header)
        if told["end"] != size:
            raise NotBelieved("it is cut off")
    except (KeyError, TypeError, ValueError) as error:
        raise NotBelieved("its header makes no sense") from error
    return told


def _require(fits: bool, why: str) -> None:
    if not fits:
        raise NotBelieved(why)


class _Places:
    """The sections of a file, mapped.

    Args:
        descriptor: of the file.
        told: its header.
        at_once: have the system bring all of it.

    Attributes:
        vectors: int8, shape (n, stride).
        keys: of each row.
    """

    def __init__(self, descriptor: int, told: Mapping[str, Any], *, at_once: bool = False) -> None:
        flags = mmap.MAP_SHARED | (getattr(mmap, "MAP_POPULATE", 0) if at_once else 0)
        self._mapped = mmap.mmap(descriptor, int(told["end"]), flags=flags, prot=mmap.PROT_READ)
        self._descriptor = descriptor
        self._told = told
        rows, stride = int(told["rows"]), int(told["stride"])
        self.keys = self.ids("keys")
        self.vectors: NDArray[np.int8] = self.section("vectors", np.int8).reshape(rows, stride)
        if len(self.keys) != rows:
            raise NotBelieved("its sections do not fit together")

    def section(self, name: str, dtype: DTypeLike) -> NDArray[Any]:
        """A section as an array; compared with its checksum, where it has one."""
        where = self._told["sections"][name]
        item = np.dtype(dtype)
        array = np.frombuffer(self._mapped, item, where["bytes"] // item.itemsize, where["at"])
        if "check" in where and zlib.crc32(array.data) != where["check"]:
            raise NotBelieved("it is damaged")
        return array

    def ids(self, name: str) -> PackedIds:
        """A section of ids."""
        kind, size = self._told[name]
        if kind not in get_args(Kind):
            raise NotBelieved("its ids are of an unknown kind")
        return PackedIds(kind, self.section(name, f"S{int(size)}"))

    def eraser(self) -> "_MappedEraser":
        """Overwrites rows; the descriptor is its own from now on."""
        at = {name: int(self._told["sections"][name]["at"]) for name in ("vectors", "sums")}
        return _MappedEraser(
            self._descriptor, self.vectors, vectors_at=at["vectors"], sums_at=at["sums"]
        )


def _base(
    descriptor: int, told: Mapping[str, Any], found: os.stat_result, identity: Identity
) -> Base:
    # All of it is looked at now, so the system may as well bring all of it at once.
    places = _Places(descriptor, told, at_once=True)
    vectors, groups = places.vectors, places.ids("groups")
    group_of, sums = places.section("group_of", "<i4"), places.section("sums", "<u8")
    if len(group_of) != len(vectors) or vectors.shape[1] < identity.dimension:
        raise NotBelieved("its sections do not fit together")
    if not np.array_equal(_sums(vectors), sums):
        raise NotBelieved("it is damaged")
    revision, made_at = int(told["revision"]), float(told["made_at"])
    marks = tuple(map(str, told["marks"]))
    return Base(
        vectors,
        places.keys,
        groups,
        group_of,
        # Last, for the descriptor is its own.
        places.eraser(),
        revision=revision,
        made_at=made_at,
        inode=(found.st_dev, found.st_ino),
        marks=marks,
    )


class _MappedEraser:
    """Overwrites rows of a mapped file; its descriptor is closed with it.

    Args:
        descriptor: of the file; its own from now on.
        vectors: the rows as they are mapped.
        vectors_at: where they begin in the file.
        sums_at: where the sums of their blocks begin.
    """

    def __init__(
        self, descriptor: int, vectors: NDArray[np.int8], *, vectors_at: int, sums_at: int
    ) -> None:
        self._descriptor = descriptor
        self._vectors = vectors
        self._vectors_at = vectors_at
        self._sums_at = sums_at

    def __call__(self, rows: NDArray[np.intp]) -> None:
        stride = self._vectors.shape[1]
        rows = np.unique(rows)
        # What a row has in the sum of its block is taken out of it: a sum that does not fit,
        # because something else of the block is damaged, is not made to.
        words = self._vectors[rows].view("<u8").sum(axis=1, dtype=np.uint64)
        for row in rows:
            _write_all(self._descriptor, bytes(stride), self._vectors_at + int(row) * stride)
        # Afterwards: if it is broken off here, the sums do not fit, and nobody believes the file.
        blocks = rows // _BLOCK_ROWS
        for block in np.unique(blocks):
            at = self._sums_at + int(block) * 8
            [old] = np.frombuffer(os.pread(self._descriptor, 8, at), "<u8")
            new = (int(old) - int(words[blocks == block].sum(dtype=np.uint64))) % (1 << 64)
            _write_all(self._descriptor, new.to_bytes(8, "little"), at)
        os.fdatasync(self._descriptor)

    def __del__(self) -> None:
        with suppress(OSError):
            os.close(self._descriptor)


def _sums(rows: NDArray[np.int8]) -> NDArray[np.uint64]:
    """One sum for each block of rows: of their words, as quick as memory can be read.

    Any word that changes changes it, and so does a page that was lost. It is no protection against
    somebody who means to deceive: whoever may write here may write to the database, too.
    """
    words = rows.view("<u8")
    whole = len(words) // _BLOCK_ROWS
    sums = (
        words[: whole * _BLOCK_ROWS]
        .reshape(whole, _BLOCK_ROWS * words.shape[1])
        .sum(axis=1, dtype=np.uint64)
    )
    rest = words[whole * _BLOCK_ROWS :]
    return np.append(sums, rest.sum(dtype=np.uint64)) if len(rest) else sums


def _aligned(place: int) -> int:
    return -(-place // _PAGE) * _PAGE


def _write_all(descriptor: int, data: bytes | memoryview, at: int) -> None:
    left = memoryview(data)
    while left:
        written = os.pwrite(descriptor, left, at)
        left, at = left[written:], at + written
