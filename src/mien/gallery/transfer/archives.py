"""ZIP and TAR archives of pictures: read member by member, never unpacked into a folder.

An archive may be made to harm: with paths that lead elsewhere, links, members that are a thousand
times as large as what was sent, archives within archives, more members than memory can hold. No path
is ever used as one; each member is read up to the size that a picture may have.
"""

import bz2
import gzip
import lzma
import tarfile
import tempfile
import zipfile
import zlib
from abc import ABC
from abc import abstractmethod
from collections.abc import Callable
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO
from typing import Any
from typing import Final
from typing import cast

from mien.errors import ArchiveRefused
from mien.errors import FileSkipped
from mien.errors import UnreadableImage
from mien.gallery.transfer.found import Found
from mien.gallery.transfer.found import is_ignored
from mien.gallery.transfer.found import look_at_name
from mien.storage.disk import told_of_files

MOST_MEMBERS: Final = 200_000
"""So many members an archive may have."""

_MOST_READ_AT_ONCE: Final = 128 * 1024 * 1024
"""So much of an archive's own tables is read into memory; for 200,000 members it is a tenth."""

_PIECE: Final = 1024 * 1024
_LINK_BITS: Final = 0o120000
_KIND_BITS: Final = 0o170000
_ZIP_ENCRYPTED: Final = 0x1


@dataclass(frozen=True, slots=True)
class ArchiveLimits:
    """How much of an archive is read.

    Attributes:
        picture_bytes: of one member.
        all_bytes: of all members together, unpacked.
    """

    picture_bytes: int
    all_bytes: int


class Archive(ABC):
    """An archive that is open for reading."""

    @abstractmethod
    def members(self) -> Iterator[Found]:
        """What is in it, in its order.

        Raises:
            ArchiveRefused: it is damaged, or holds too much.
        """

    @abstractmethod
    def read(self, at: int) -> bytes:
        """A member's bytes, one more at most than a picture may have.

        Raises:
            UnreadableImage: the member is damaged.
        """


@contextmanager
def open_archive(
    file: IO[bytes], limits: ArchiveLimits, *, folder: Path | None = None
) -> Iterator[Archive]:
    """Open an archive, whatever it is called.

    Args:
        file: holds it; read from its beginning.
        limits: how much of it is read.
        folder: where a compressed TAR is unpacked into a file without a name; None where the system
            has its temporary files.

    Raises:
        ArchiveRefused: it is none that can be read, or damaged.
        StorageFull, StorageFailed: there is no room to unpack a compressed TAR.
    """
    file.seek(0)
    start = file.read(512)
    file.seek(0)
    if start.startswith((b"PK\x03\x04", b"PK\x05\x06", b"PK\x07\x08")):
        try:
            with zipfile.ZipFile(cast("IO[bytes]", _Guarded(file))) as opened:
                yield _Zip(opened, limits)
        except (zipfile.BadZipFile, EOFError, ValueError, OverflowError) as error:
            raise ArchiveRefused("damaged") from error
        except NotImplementedError as error:
            raise ArchiveRefused("unsupported") from error
        return
    with _plain_tar(file, start, limits, folder) as plain:
        try:
            with tarfile.open(fileobj=cast("IO[bytes]", _Guarded(plain)), mode="r:") as tar:
                yield _Tar(tar, limits)
        except (tarfile.TarError, EOFError, ValueError, OverflowError) as error:
            raise ArchiveRefused("damaged") from error


def is_archive(start: bytes) -> bool:
    """Whether a file that begins so is an archive that can be read; 512 bytes are enough."""
    return (
        start.startswith((b"PK\x03\x04", b"PK\x05\x06", b"PK\x07\x08"))
        or _compression(start) is not None
        or start[257:262] == b"ustar"
    )


class _Zip(Archive):
    def __init__(self, opened: zipfile.ZipFile, limits: ArchiveLimits) -> None:
        self._zip = opened
        self._limits = limits

    def members(self) -> Iterator[Found]:
        every = self._zip.infolist()
        _check_count(len(every))
        total = 0
        for at, info in enumerate(every):
            # Windows' own packer writes these; they are never part of a name there.
            path = info.filename.replace("\\", "/")
            if info.is_dir() or is_ignored(path):
                continue
            found = look_at_name(
                path, at=at, size=info.file_size, most_bytes=self._limits.picture_bytes
            )
            if found.why is not None:
                yield found
            elif (info.external_attr >> 16) & _KIND_BITS == _LINK_BITS:
                yield Found(found.path, at, info.file_size, FileSkipped("link_in_archive"))
            elif info.flag_bits & _ZIP_ENCRYPTED:
                yield Found(found.path, at, info.file_size, FileSkipped("encrypted"))
            else:
                total += info.file_size
                _check_size(total, self._limits)
                yield found

    def read(self, at: int) -> bytes:
        info = self._zip.infolist()[at]
        try:
            with self._zip.open(info) as member:
                return member.read(self._limits.picture_bytes + 1)
        except (
            zipfile.BadZipFile,
            zlib.error,
            lzma.LZMAError,
            EOFError,
            OSError,
            ValueError,
            # A way of packing that is not known, or a password.
            RuntimeError,
        ) as error:
            raise UnreadableImage("archive_member") from error


class _Tar(Archive):
    def __init__(self, opened: tarfile.TarFile, limits: ArchiveLimits) -> None:
        self._tar = opened
        self._limits = limits
        self._known: list[tarfile.TarInfo] = []

    def members(self) -> Iterator[Found]:
        total = 0
        for at, info in enumerate(self._all()):
            path = info.name.removeprefix("./")
            if info.isdir() or is_ignored(path):
                continue
            found = look_at_name(path, at=at, size=info.size, most_bytes=self._limits.picture_bytes)
            if found.why is not None:
                yield found
            elif not info.isreg():
                yield Found(found.path, at, info.size, FileSkipped("link_in_archive"))
            else:
                total += info.size
                _check_size(total, self._limits)
                yield found

    def read(self, at: int) -> bytes:
        try:
            member = self._tar.extractfile(self._all()[at])
            if member is None:
                raise UnreadableImage("archive_member")
            with member:
                return member.read(self._limits.picture_bytes + 1)
        except (tarfile.TarError, EOFError, ValueError) as error:
            raise UnreadableImage("archive_member") from error

    def _all(self) -> list[tarfile.TarInfo]:
        if not self._known:
            for info in self._tar:
                self._known.append(info)
                _check_count(len(self._known))
        return self._known


class _Guarded:
    """A file of which nobody reads more at once than an archive's tables may take."""

    def __init__(self, file: IO[bytes]) -> None:
        self._file = file

    def read(self, size: int = -1) -> bytes:
        if size > _MOST_READ_AT_ONCE:
            raise ArchiveRefused("too_many_members", words={"most": MOST_MEMBERS})
        return self._file.read(size)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._file, name)


def _check_count(count: int) -> None:
    if count > MOST_MEMBERS:
        raise ArchiveRefused("too_many_members", words={"most": MOST_MEMBERS})


def _check_size(total: int, limits: ArchiveLimits) -> None:
    if total > limits.all_bytes:
        raise ArchiveRefused("too_large", words={"most": limits.all_bytes})


def _compression(start: bytes) -> Callable[[IO[bytes]], IO[bytes]] | None:
    if start.startswith(b"\x1f\x8b"):
        return lambda file: cast("IO[bytes]", gzip.GzipFile(fileobj=file))
    if start.startswith(b"BZh"):
        return lambda file: cast("IO[bytes]", bz2.BZ2File(file))
    if start.startswith(b"\xfd7zXZ\x00"):
        return lambda file: cast("IO[bytes]", lzma.LZMAFile(file))
    return None


@contextmanager
def _plain_tar(
    file: IO[bytes], start: bytes, limits: ArchiveLimits, folder: Path | None
) -> Iterator[IO[bytes]]:
    """A TAR without its compression, in a temporary file: members are read in any order."""
    compression = _compression(start)
    if compression is None:
        if start[257:262] != b"ustar":
            raise ArchiveRefused("unknown")
        yield file
        return
    with _temporary(folder) as plain:
        with told_of_files("temporary"):
            _unpack(compression(file), plain, limits)
        plain.seek(0)
        if plain.read(262)[257:262] != b"ustar":
            raise ArchiveRefused("unknown")
        plain.seek(0)
        yield plain


def _temporary(folder: Path | None) -> IO[bytes]:
    with told_of_files("temporary"):
        return tempfile.TemporaryFile(dir=folder)


def _unpack(packed: IO[bytes], plain: IO[bytes], limits: ArchiveLimits) -> None:
    written = 0
    with packed:
        while piece := _next_piece(packed):
            written += len(piece)
            _check_size(written, limits)
            plain.write(piece)


def _next_piece(packed: IO[bytes]) -> bytes:
    try:
        return packed.read(_PIECE)
    except (OSError, EOFError, zlib.error, lzma.LZMAError) as error:
        raise ArchiveRefused("damaged") from error
