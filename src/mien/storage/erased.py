"""What was erased, by ids alone, remembered outside the database: a backup does not know it.

The list lies in the home, and beside stored files that are in a bucket. Whoever brings back a
database of an earlier moment reads it and erases again what came back. An id is random, never given
twice, and says nothing of anybody; so entries are kept for ever, as long as any backup may live.
"""

import contextlib
import json
import os
import sqlite3
from collections.abc import Iterable
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final
from typing import Literal
from typing import Protocol
from typing import TypeAlias
from typing import get_args

import structlog

from mien.errors import InvalidInput
from mien.errors import StorageError
from mien.storage.disk import told_of_files
from mien.storage.marker import sync_folder
from mien.storage.models import now

NAME: Final = "erasures"
"""The list's file, in the home."""

ErasedKind: TypeAlias = Literal["person", "gallery", "face", "photo", "unknown_face"]
"""What an id is of."""

KINDS: Final = frozenset(get_args(ErasedKind))
"""All of them."""
_LENGTH: Final = 36
_log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True, order=True)
class Erased:
    """Something that is gone for good."""

    kind: ErasedKind
    id: str


class SharedErasures(Protocol):
    """A list beside the stored files, for all nodes that share them."""

    def add(self, erased: Iterable[Erased]) -> None:
        """Write down that something is gone."""

    def read(self) -> frozenset[Erased]:
        """Everything that was written down."""


class ErasureList:
    """Lines that are only ever added, each one JSON object; safe for several processes.

    Args:
        path: of the file, which is made with its first line.
        shared: another list, which is to know the same; None where the home's is the only one.
    """

    def __init__(self, path: Path, shared: SharedErasures | None = None) -> None:
        self.path = path
        self._shared = shared

    def add(self, erased: Iterable[Erased]) -> None:
        """Write down that something is gone; on the disk, and with the store, when this returns.

        Raises:
            StorageFull, StorageReadOnly, StorageFailed: it cannot be written.
            FilesUnavailable: the other list cannot be reached; this one knows of it already.
        """
        erased = list(erased)
        if self._shared is not None and erased:
            try:
                self._shared.add(erased)
            except StorageError:
                self.add_here(erased)
                raise
        self._add(erased)

    def share(self) -> None:
        """Let the other list know what only this one knows; nothing happens where there is none.

        Raises:
            FilesUnavailable, StorageFull: it cannot be reached, or has no room.
        """
        if self._shared is not None and (own := self._read()):
            unknown = sorted(own - self._shared.read())
            if unknown:
                self._shared.add(unknown)

    def add_here(self, erased: Iterable[Erased]) -> None:
        """Write into the home's list alone what it does not know yet."""
        self._add(sorted(set(erased) - self._read()))

    def _add(self, erased: Iterable[Erased]) -> None:
        text = _lines(erased)
        if not text:
            return
        with told_of_files():
            is_new = not self.path.exists()
            descriptor = os.open(self.path, os.O_RDWR | os.O_CREAT | os.O_APPEND, 0o600)
            try:
                # A line that was cut off, by a power cut or a full disk, spoils none but itself.
                size = os.fstat(descriptor).st_size
                if size and os.pread(descriptor, 1, size - 1) != b"\n":
                    text = f"\n{text}"
                os.write(descriptor, text.encode("ascii"))
                os.fsync(descriptor)
            finally:
                os.close(descriptor)
            if is_new:
                sync_folder(self.path.parent)

    def read(self) -> frozenset[Erased]:
        """Everything that was written down; nothing where there is no list.

        A list elsewhere that cannot be reached is left out; it is read the next time.

        Raises:
            StorageFailed: it is there and cannot be read.
        """
        shared: frozenset[Erased] = frozenset()
        if self._shared is not None:
            try:
                shared = self._shared.read()
            except StorageError as error:
                _log.warning("The shared list of deletions cannot be read yet", code=error.code)
        return self._read() | shared

    def _read(self) -> frozenset[Erased]:
        with told_of_files():
            try:
                return frozenset(_parsed(self.path.read_bytes()))
            except (FileNotFoundError, NotADirectoryError):
                return frozenset()


def write_list(path: Path, erased: Iterable[Erased]) -> None:
    """Write a list anew, in a folder where nobody else sees it yet.

    Raises:
        OSError: it cannot be written.
    """
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "w", encoding="ascii") as file:
        file.write(_lines(sorted(erased)))
        file.flush()
        os.fsync(file.fileno())


def read_list(path: Path) -> frozenset[Erased]:
    """A list that somebody has brought from another home.

    Raises:
        InvalidInput: it cannot be read, or is none.
    """
    try:
        data = path.read_bytes()
    except OSError as error:
        raise InvalidInput("no_erasures", words={"path": path}, field="erasures") from error
    found = frozenset(_parsed(data))
    if data.strip() and not found:
        raise InvalidInput("no_erasures", words={"path": path}, field="erasures")
    return found


def erased_by(database: Path, *, with_bin: bool = False) -> frozenset[Erased]:
    """What a SQLite database of any version that nobody uses says was erased from it.

    With the bin, what is deleted there and could come back for a while counts as erased.

    That of before there was a list, and what a process that was killed could not write into it.
    Nothing where the database is not there or damaged.
    """
    if not database.is_file():
        return frozenset()
    found: set[Erased] = set()
    with (
        contextlib.suppress(sqlite3.Error),
        contextlib.closing(sqlite3.connect(database)) as connection,
    ):
        for kind, query in _TOLD_BY_ROWS:
            found |= {Erased(kind, row[0]) for row in connection.execute(query) if row[0]}
        try:
            deleted = {Erased("face", row[0]) for row in connection.execute(_DELETED_FACES)}
            people = {Erased("person", row[0]) for row in connection.execute(_DELETED_PEOPLE)}
        except sqlite3.Error:
            return frozenset(found)  # of a version that keeps nothing of what is deleted
        # Whoever is deleted there stays so, though they could come back; but not because of the
        # database in which they still can.
        found = found | deleted | people if with_bin else found - deleted - people
    return frozenset(found)


_TOLD_BY_ROWS: Final[tuple[tuple[ErasedKind, str], ...]] = (
    ("person", "select subject_id from event where kind = 'person_erased'"),
    ("gallery", "select gallery_id from event where kind = 'gallery_removed'"),
    # For some days, for indexes that have not heard yet.
    ("face", "select face_id from removed_face"),
)


_DELETED_FACES: Final = "select id from deleted_face"
# Who was merged with somebody is not deleted: their faces are there.
_DELETED_PEOPLE: Final = (
    "select deleted_person.id from deleted_person join change on change.id ="
    " deleted_person.change_id where change.kind != 'people_merged'"
)


def _lines(erased: Iterable[Erased]) -> str:
    at = now().isoformat(timespec="seconds")
    return "".join(
        f"{json.dumps({'at': at, 'kind': each.kind, 'id': each.id})}\n" for each in erased
    )


def _parsed(data: bytes) -> Iterator[Erased]:
    for line in data.splitlines():
        # What a power cut has left of a line says nothing.
        with contextlib.suppress(ValueError, KeyError, TypeError):
            entry = json.loads(line)
            kind, identity = entry["kind"], entry["id"]
            if kind in KINDS and isinstance(identity, str) and 0 < len(identity) <= _LENGTH:
                yield Erased(kind, identity)
