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
from collections.abc import Mapping
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

VERSION: Final = 1
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


def write(descriptor: int, identity: Identity, draft: Draft) -> None:
    """Write a snapshot, so that it is on the disk when this returns.

    Args:
        descriptor: of an empty file.
        identity: what it is of.
        draft: its rows.

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
        told = _header(descriptor, found.st_size, identity)
        try:
            return _base(descriptor, told, found, identity)
        except (KeyError, TypeError, ValueError, IndexError) as error:
            raise NotBelieved("its header makes no sense") from error
    except BaseException:
        os.close(descriptor)
        raise


def _header(descriptor: int, size: int, identity: Identity) -> Mapping[str, Any]:
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
        if told["of"] != asdict(identity):
            raise NotBelieved("it is of something else")
        if told["end"] != size:
            raise NotBelieved("it is cut off")
    except (KeyError, TypeError, ValueError) as error:
        raise NotBelieved("its header makes no sense") from error
    return told


def _base(
    descriptor: int, told: Mapping[str, Any], found: os.stat_result, identity: Identity
) -> Base:
    # All of it is looked at now, so the system may as well bring all of it at once.
    mapped = mmap.mmap(
        descriptor, found.st_size, flags=mmap.MAP_SHARED | getattr(mmap, "MAP_POPULATE", 0),
        prot=mmap.PROT_READ,
    )  # fmt: skip
    rows, stride = int(told["rows"]), int(told["stride"])

    def section(name: str, dtype: DTypeLike) -> NDArray[Any]:
        where = told["sections"][name]
        item = np.dtype(dtype)
        array = np.frombuffer(mapped, item, where["bytes"] // item.itemsize, where["at"])
        if "check" in where and zlib.crc32(array.data) != where["check"]:
            raise NotBelieved("it is damaged")
        return array

    keys = _ids(told["keys"], section)("keys")
    groups = _ids(told["groups"], section)("groups")
    group_of = section("group_of", "<i4")
    vectors = section("vectors", np.int8).reshape(rows, stride)
    sums = section("sums", "<u8")
    if len(keys) != rows or len(group_of) != rows or stride < identity.dimension:
        raise NotBelieved("its sections do not fit together")
    if not np.array_equal(_sums(vectors), sums):
        raise NotBelieved("it is damaged")
    at = {name: int(told["sections"][name]["at"]) for name in ("vectors", "sums")}
    eraser = _MappedEraser(descriptor, vectors, vectors_at=at["vectors"], sums_at=at["sums"])
    return Base(
        vectors,
        keys,
        groups,
        group_of,
        eraser,
        revision=int(told["revision"]),
        made_at=float(told["made_at"]),
        inode=(found.st_dev, found.st_ino),
    )


def _ids(told: Any, section: Any) -> Any:
    kind, size = told
    if kind not in get_args(Kind):
        raise NotBelieved("its ids are of an unknown kind")
    return lambda name: PackedIds(kind, section(name, f"S{int(size)}"))


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
        for row in rows:
            _write_all(self._descriptor, bytes(stride), self._vectors_at + int(row) * stride)
        # Afterwards: if it is broken off here, the sums do not fit, and nobody believes the file.
        for block in np.unique(rows // _BLOCK_ROWS):
            some = self._vectors[block * _BLOCK_ROWS : (block + 1) * _BLOCK_ROWS]
            _write_all(self._descriptor, _sums(some).tobytes(), self._sums_at + int(block) * 8)
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
