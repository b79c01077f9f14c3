"""Crops and photos under names that cannot be guessed, wherever they lie."""

import re
import secrets
from collections import Counter
from collections.abc import Callable
from collections.abc import Collection
from collections.abc import Iterable
from collections.abc import Iterator
from contextlib import AbstractContextManager
from dataclasses import dataclass
from dataclasses import field
from pathlib import Path
from typing import Final
from typing import Protocol

from mien.errors import FileMissing
from mien.errors import StorageError

FILES: Final = "files"
"""Part of a bucket for the files themselves; a folder has them at its top."""

SET_ASIDE: Final = "set-aside"
"""Part of a store for files that no row refers to, until they are removed for good."""

WRITING: Final = "writing"
"""Part of a store for what changes note before they write files."""

MARKER: Final = "installation"
"""What says to which database the files belong. No name of a stored file is like it."""

FORMER: Final = "former"
"""What the name of files begins with that were left behind; nothing of them is ever removed."""

ERASURES: Final = "erasures"
"""Part of a bucket for the list of what was erased."""

DAYS: Final = 7
"""How long a file that was set aside is kept."""

STRAY_SECONDS: Final = 3600
"""A file is written before its row: a younger one that no row refers to may be about to get it."""

OTHERS_SECONDS: Final = 3600
"""So long a change may go on whose process cannot be seen; no request lasts as long."""

_NAME: Final = re.compile(r"[0-9a-f]{32}\.[a-z0-9]{2,5}")


def new_name(extension: str) -> str:
    """A name that no file has.

    Raises:
        FileMissing: the extension is none, such as `jpg` without a dot.
    """
    name = f"{secrets.token_hex(16)}.{extension}"
    place_of(name)
    return name


def is_name(name: str) -> bool:
    """Whether a stored file can have this name."""
    return _NAME.fullmatch(name) is not None


def is_own_part(part: str) -> bool:
    """Whether a store may have a part of this name itself, so that no other store lies there."""
    return part in {FILES, SET_ASIDE, WRITING, ERASURES, MARKER} or part.startswith(f"{FORMER}-")


def place_of(name: str) -> str:
    """Where in a store a file lies.

    Raises:
        FileMissing: the name is not one of ours, so there can be no such file.
    """
    if not is_name(name):
        raise FileMissing("name")
    return f"{name[:2]}/{name}"


def moved_marker(installation: str) -> str:
    """What a store says whose files are in another one now."""
    return f"{installation} moved"


def incoming_marker(installation: str) -> str:
    """What a store says whose files are on their way."""
    return f"{installation} incoming"


@dataclass(slots=True)
class Moved:
    """What became of some files, one after the other.

    Attributes:
        done: how many were moved or removed.
        halves: how many halves of files were removed instead of being moved.
        failed: how many could not be, by the kind of the error and its number.
    """

    done: int = 0
    halves: int = 0
    failed: Counter[tuple[str, int | None]] = field(default_factory=Counter)


class Bytes(Protocol):
    """The bytes of a file, from its beginning, as they come."""

    def read(self, size: int = -1, /) -> bytes:
        """The next bytes; none at the end."""

    def close(self) -> None:
        """Let go of it."""


class Content(Protocol):
    """A stored file that was there a moment ago."""

    @property
    def path(self) -> Path | None:
        """Its file, in a folder named as the name begins; None where it is on no disk of this machine."""

    def read(self) -> bytes:
        """All its bytes.

        Raises:
            FileMissing: it has just been removed.
            FilesUnavailable, StorageFailed: it cannot be read.
        """

    def open(self) -> tuple[int, Bytes]:
        """How many bytes there are, and what gives them, to be closed.

        Raises:
            FileMissing: it has just been removed.
            FilesUnavailable, StorageFailed: it cannot be read.
        """


class FileStore(Protocol):
    """Files by random names, written whole or not at all.

    Attributes:
        installation: the id of the installation that it has been made sure the files belong to;
            None before. Nothing is written once the store no longer says so.
        trusted_seconds: how long after it no longer says so something may still be written.
    """

    installation: str | None
    trusted_seconds: float

    @property
    def place(self) -> str:
        """Where the files are, for people."""

    def write(self, name: str, data: bytes) -> None:
        """Store bytes under a new name.

        The file is safe when this returns, before any row refers to it.

        Raises:
            FilesUnavailable: the store does not answer, or is not the one of the database.
            StorageFull, StorageReadOnly, StorageFailed: it does not take the file.
        """

    def put(self, data: bytes, *, extension: str) -> str:
        """Store bytes and give their name; see `write`.

        Args:
            data: what to store.
            extension: such as `jpg`, without a dot.
        """
        name = new_name(extension)
        self.write(name, data)
        return name

    def read(self, name: str) -> bytes:
        """The bytes of a file.

        Raises:
            FileMissing: it is not there.
            FilesUnavailable, StorageFailed: it cannot be read.
        """

    def locate(self, name: str) -> Content:
        """A file that is there, to be sent; one in a remote store is only asked for when it is opened.

        Raises:
            FileMissing: it is not there.
            StorageFailed: it cannot be seen.
        """

    def exists(self, name: str) -> bool:
        """Whether a file is there.

        Raises:
            FilesUnavailable, StorageFailed: it cannot be seen.
        """

    def present(self, names: Collection[str]) -> set[str]:
        """Which of these files are there.

        Raises:
            FilesUnavailable, StorageFailed: it cannot be seen.
        """

    def left(self, names: Collection[str]) -> set[str]:
        """Which of these files are there or among those that were set aside, or may be."""

    def keeps_versions(self) -> bool | None:
        """Whether the store keeps what was deleted as older versions; None where it cannot be known.

        Where it does, `delete` removes all versions of a file.
        """

    def delete(self, names: Iterable[str]) -> int:
        """Remove files, also where they were set aside, and say how many were.

        What is gone already is passed over, and so is what cannot be removed now.
        """

    def trouble(self) -> StorageError | None:
        """What keeps files from being written, as far as that shows."""

    def holds_any(self) -> bool:
        """Whether there is any stored file, whoever knows it.

        Raises:
            FilesUnavailable: it cannot be seen.
        """
        return any(True for _ in self.names())

    def names(self) -> Iterator[str]:
        """Of all stored files, whoever knows them.

        Raises:
            FilesUnavailable: they cannot be seen.
        """

    def every_name(self) -> set[str]:
        """Of all files, also of those set aside, and of those of which older versions are kept.

        Raises:
            FilesUnavailable: they cannot be seen.
        """

    def count(self) -> int:
        """How many stored files there are, whoever knows them."""
        return sum(1 for _ in self.names())

    def read_marker(self) -> str | None:
        """The id of the installation that the files belong to; None when none is named.

        Raises:
            FilesUnavailable: it cannot be read.
        """

    def write_marker(self, installation: str) -> None:
        """Say that the files belong to an installation.

        Raises:
            FilesUnavailable: it cannot be written.
        """

    def require_own(self) -> None:
        """Make sure that the files still are those that were bound.

        Raises:
            FilesUnavailable: they are not.
        """

    def journal(self) -> AbstractContextManager[Callable[[str], str]]:
        """Gives names for files that are about to be written, by their extensions.

        Each is noted in the store before it is given, and the notes go when the block ends, however
        it ends; they stay when the process is killed.
        """

    def abandoned(self) -> Iterator[list[str]]:
        """The names that changes noted which were killed, one change after the other.

        Asking for the next means that the one before is dealt with; it is not told of again.
        Changes that go on are passed over.
        """

    def changes(self) -> int:
        """How many changes that write files go on, or were killed and not told of yet.

        Raises:
            FilesUnavailable: it cannot be seen.
        """

    def left_by(self, names: Iterable[str]) -> list[str]:
        """Where files of these names, and halves of them, may lie; none for what is no name."""

    def stray(self, known: set[str], *, older_than: float) -> Iterator[str]:
        """Where files lie that no row refers to, and halves left by a crash.

        Args:
            known: names that rows refer to.
            older_than: seconds since the epoch; younger files may still get their row.
        """

    def set_aside(self, places: Iterable[str]) -> Moved:
        """Set files aside; halves of files are removed."""

    def aside(self) -> Iterator[str]:
        """The names of all files that are set aside."""

    def bring_back(self, known: Collection[str]) -> Moved:
        """Put files into their place again which rows refer to."""

    def empty_aside(self) -> Moved:
        """Remove for good what was set aside long enough ago."""

    def leave_behind(self) -> str | None:
        """Put everything into a part of the store where nothing is ever removed; the marker last.

        Returns:
            Where it is; None when there was nothing.

        Raises:
            FilesUnavailable: not everything could be moved; doing it again goes on.
        """

    def close(self) -> None:
        """Let go of connections."""
