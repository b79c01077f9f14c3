"""Crops and photos as files outside the web root, under names that cannot be guessed."""

import os
import re
import secrets
import time
from collections import Counter
from collections.abc import Iterable
from collections.abc import Iterator
from contextlib import suppress
from errno import errorcode
from pathlib import Path
from typing import Final

import structlog

from mien.errors import FileMissing
from mien.errors import FilesUnavailable
from mien.errors import StorageError
from mien.errors import StorageFailed
from mien.storage.disk import told_of_files
from mien.storage.disk import trouble_of_files
from mien.storage.marker import read_marker
from mien.storage.marker import sync_folder

SET_ASIDE: Final = "set-aside"
"""Folder in the store, for files that nobody knows: below it one for each day."""

_LOOK_SECONDS: Final = 10.0
_log = structlog.get_logger(__name__)
_NAME = re.compile(r"[0-9a-f]{32}\.[a-z0-9]{2,5}")


class FileStore:
    """Files by random names, written whole or not at all.

    Args:
        root: folder, made when the first file is put; readable by its owner alone.
        group_reads: let the owner's group read too: a web server that sends the files.

    Attributes:
        installation: the id of the installation that it has been made sure the files belong to;
            None before. Nothing is written once the folder no longer says so, as when the disk
            with the files is not mounted any more.
    """

    def __init__(self, root: Path, *, group_reads: bool = False) -> None:
        self.root = root
        self.installation: str | None = None
        self._looked: tuple[float, StorageError | None] = (0.0, None)
        self._folder_mode = 0o750 if group_reads else 0o700
        self._file_mode = 0o640 if group_reads else 0o600

    def put(self, data: bytes, *, extension: str) -> str:
        """Store bytes and say under which name.

        The file is on the disk when this returns, before any row speaks of it; one that no row
        comes to speak of is set aside later.

        Args:
            data: what to store.
            extension: such as `jpg`, without a dot.

        Raises:
            FilesUnavailable: the folder is not the one that belongs to the database.
            StorageFull, StorageReadOnly, StorageFailed: the disk does not take it.
        """
        name = self.new_name(extension)
        self.write(name, data)
        return name

    def new_name(self, extension: str) -> str:
        """A name that no file has.

        Raises:
            FileMissing: the extension is none, such as `jpg` without a dot.
        """
        name = f"{secrets.token_hex(16)}.{extension}"
        self.path(name)
        return name

    def write(self, name: str, data: bytes) -> None:
        """Store bytes under a new name; see `put`.

        Raises:
            FilesUnavailable: the folder is not the one that belongs to the database.
            StorageFull, StorageReadOnly, StorageFailed: the disk does not take it.
        """
        self.path(name)
        self.require_own()
        with told_of_files():
            self._write(name, data)

    def _write(self, name: str, data: bytes) -> None:
        self.make_root()
        path = self.make_place(name)
        temporary = path.with_name(f"{path.name}.part")
        descriptor = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL, self._file_mode)
        try:
            with os.fdopen(descriptor, "wb") as file:
                file.write(data)
                file.flush()
                os.fsync(file.fileno())
            temporary.replace(path)
        except BaseException:
            with suppress(OSError):
                temporary.unlink(missing_ok=True)
            raise
        sync_folder(path.parent)

    def require_own(self) -> None:
        """Make sure that the folder still is the one that it was when it was bound.

        Raises:
            FilesUnavailable: it is not.
        """
        if self.installation is not None and read_marker(self.root) != self.installation:
            raise FilesUnavailable

    def make_root(self) -> None:
        """Make the folder of the files where it is not there."""
        self.root.mkdir(mode=self._folder_mode, parents=True, exist_ok=True)

    def make_place(self, name: str) -> Path:
        """Where a file lies, and can be put: its folder is there afterwards."""
        path = self.path(name)
        if not path.parent.is_dir():
            path.parent.mkdir(mode=self._folder_mode, exist_ok=True)
            sync_folder(self.root)
        return path

    def path(self, name: str) -> Path:
        """Where a file lies.

        Raises:
            FileMissing: the name is not one of ours, so there can be no such file.
        """
        if not _NAME.fullmatch(name):
            raise FileMissing("name")
        return self.root / name[:2] / name

    def written_path(self, name: str) -> Path | None:
        """Where a file would lie; None when the name is none, as where only half of it is known."""
        return self.path(name) if _NAME.fullmatch(name) else None

    def read(self, name: str) -> bytes:
        """The bytes of a file.

        Raises:
            FileMissing: it is not there.
            StorageFailed: it cannot be read.
        """
        path = self.path(name)
        with told_of_files():
            try:
                return path.read_bytes()
            except FileNotFoundError as error:
                raise FileMissing from error

    def locate(self, name: str) -> Path:
        """Where a file lies that is there.

        Raises:
            FileMissing: it is not there.
            StorageFailed: it cannot be seen.
        """
        if not self.exists(name):
            raise FileMissing
        return self.path(name)

    def exists(self, name: str) -> bool:
        """Whether a file is there.

        Raises:
            StorageFailed: it cannot be seen.
        """
        path = self.path(name)
        with told_of_files():
            return path.is_file()

    def is_left(self, name: str) -> bool:
        """Whether a file is there or among those that were set aside, or may be."""
        try:
            return self.exists(name) or any(each.is_file() for each in self._aside(name))
        except (OSError, StorageFailed):
            return True

    def trouble(self) -> StorageError | None:
        """What keeps files from being written; looked at anew after some seconds."""
        if not self.root.is_dir():
            return None  # made with the first file
        now = time.monotonic()
        at, found = self._looked
        if now >= at:
            found = trouble_of_files(self.root)
            self._looked = (now + _LOOK_SECONDS, found)
        return found

    def holds_any(self) -> bool:
        """Whether there is any stored file, whoever knows it."""
        return any(True for _ in self._stored())

    def count(self) -> int:
        """How many stored files there are, whoever knows them."""
        return sum(1 for _ in self._stored())

    def delete(self, names: Iterable[str]) -> int:
        """Remove files, also where they were set aside, and say how many were.

        What is gone already is passed over, and so is what cannot be removed now.
        """
        count = 0
        failed: Counter[str] = Counter()
        for name in names:
            for path in (self.path(name), *self._aside(name)):
                try:
                    path.unlink()
                except FileNotFoundError:
                    continue
                except OSError as error:
                    failed[errorcode.get(error.errno or 0, type(error).__name__)] += 1
                else:
                    count += 1
        for code, files in failed.items():
            _log.error("Stored files cannot be deleted yet", files=files, errno=code)
        return count

    def stray(self, known: set[str], *, older_than: float) -> Iterator[Path]:
        """Files that no row speaks of, and halves left by a crash.

        Args:
            known: names that rows speak of.
            older_than: seconds since the epoch; younger files may still get their row.
        """
        for path in sorted(self.root.glob("??/*")):
            try:
                young = path.stat().st_mtime >= older_than
            except OSError:
                continue
            if path.name not in known and not young:
                yield path

    def _stored(self) -> Iterator[Path]:
        return (path for path in self.root.glob("??/*") if _NAME.fullmatch(path.name))

    def _aside(self, name: str) -> list[Path]:
        return [day / name for day in self.root.glob(f"{SET_ASIDE}/*")]
