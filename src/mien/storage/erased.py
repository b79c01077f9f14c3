"""What was erased, by ids alone, remembered outside the database: a backup does not know it.

The list lies in the home. Whoever brings back a database of an earlier moment reads it and erases
again what came back. An id is random, never given twice, and says nothing of anybody; so entries
are kept for ever, as long as any backup may live.
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
from typing import TypeAlias
from typing import get_args

from mien.errors import InvalidInput
from mien.storage.disk import told_of_files
from mien.storage.marker import sync_folder
from mien.storage.models import now

NAME: Final = "erasures"
"""The list's file, in the home."""

ErasedKind: TypeAlias = Literal["person", "gallery", "face", "photo"]
"""What an id is of."""

_KINDS: Final = frozenset(get_args(ErasedKind))
_LENGTH: Final = 36


@dataclass(frozen=True, slots=True, order=True)
class Erased:
    """Something that is gone for good."""

    kind: ErasedKind
    id: str


class ErasureList:
    """Lines that are only ever added, each one JSON object; safe for several processes.

    Args:
        path: of the file, which is made with its first line.
    """

    def __init__(self, path: Path) -> None:
        self.path = path

    def add(self, erased: Iterable[Erased]) -> None:
        """Write down that something is gone; on the disk when this returns.

        Raises:
            StorageFull, StorageReadOnly, StorageFailed: it cannot be written.
        """
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

        Raises:
            StorageFailed: it is there and cannot be read.
        """
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


def erased_by(database: Path) -> frozenset[Erased]:
    """What a SQLite database of any version that nobody uses says was erased from it.

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
    return frozenset(found)


_TOLD_BY_ROWS: Final[tuple[tuple[ErasedKind, str], ...]] = (
    ("person", "select subject_id from event where kind = 'person_erased'"),
    ("gallery", "select gallery_id from event where kind = 'gallery_removed'"),
    # For some days, for indexes that have not heard yet.
    ("face", "select face_id from removed_face"),
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
            if kind in _KINDS and isinstance(identity, str) and 0 < len(identity) <= _LENGTH:
                yield Erased(kind, identity)
