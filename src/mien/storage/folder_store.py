"""Crops and photos as files in a folder outside the web root."""

import datetime as dt
import os
import time
from collections import Counter
from collections.abc import Callable
from collections.abc import Collection
from collections.abc import Iterable
from collections.abc import Iterator
from contextlib import AbstractContextManager
from contextlib import contextmanager
from contextlib import suppress
from dataclasses import dataclass
from errno import errorcode
from pathlib import Path
from typing import IO
from typing import Final

import structlog

from mien.errors import FileMissing
from mien.errors import FilesUnavailable
from mien.errors import StorageError
from mien.errors import StorageFailed
from mien.storage import folder_aside
from mien.storage import folder_journals
from mien.storage.disk import told_of_files
from mien.storage.disk import trouble_of_files
from mien.storage.files import FORMER
from mien.storage.files import MARKER
from mien.storage.files import SET_ASIDE
from mien.storage.files import WRITING
from mien.storage.files import FileStore
from mien.storage.files import Moved
from mien.storage.files import is_name
from mien.storage.files import place_of
from mien.storage.marker import read_marker
from mien.storage.marker import sync_folder
from mien.storage.marker import write_marker

_LOOK_SECONDS: Final = 10.0
_log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class FolderContent:
    """A file in the folder; see `files.Content`.

    Attributes:
        path: where it lies; it was there a moment ago.
    """

    path: Path

    def read(self) -> bytes:
        """All its bytes."""
        with _told_of_a_file():
            return self.path.read_bytes()

    def open(self) -> tuple[int, IO[bytes]]:
        """How many bytes there are, and what gives them."""
        with _told_of_a_file():
            file = self.path.open("rb")
            return os.fstat(file.fileno()).st_size, file


@contextmanager
def _told_of_a_file() -> Iterator[None]:
    with told_of_files():
        try:
            yield
        except FileNotFoundError as error:
            raise FileMissing("just_removed") from error


class FolderStore(FileStore):
    """Files in a folder; see `files.FileStore`.

    Args:
        root: folder, made when the first file is put; readable by its owner alone.
        group_reads: let the owner's group read too: a web server that sends the files.

    Nothing is written once the folder no longer says whose it is, as when the disk with the files
    is not mounted any more.
    """

    def __init__(self, root: Path, *, group_reads: bool = False) -> None:
        self.root = root
        self.installation: str | None = None
        self.trusted_seconds = 0.0
        self._looked: tuple[float, StorageError | None] = (0.0, None)
        self._folder_mode = 0o750 if group_reads else 0o700
        self._file_mode = 0o640 if group_reads else 0o600

    @property
    def place(self) -> str:
        """The folder."""
        return str(self.root)

    def write(self, name: str, data: bytes) -> None:
        """Store bytes under a new name."""
        self.path(name)
        self.require_own()
        with told_of_files():
            self._write(name, data)

    def _write(self, name: str, data: bytes) -> None:
        self.make_root()
        path = self.make_place(name)
        temporary = path.with_name(f"{path.name}{folder_aside.HALF}")
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
        return self.root / place_of(name)

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

    def locate(self, name: str) -> FolderContent:
        """A file that is there, to be sent."""
        if not self.exists(name):
            raise FileMissing
        return FolderContent(self.path(name))

    def exists(self, name: str) -> bool:
        """Whether a file is there.

        Raises:
            StorageFailed: it cannot be seen.
        """
        path = self.path(name)
        with told_of_files():
            return path.is_file()

    def present(self, names: Collection[str]) -> set[str]:
        """Which of these files are there."""
        return {name for name in names if self.exists(name)}

    def left(self, names: Collection[str]) -> set[str]:
        """Which of these files are there or among those that were set aside, or may be."""
        return {name for name in names if self._is_left(name)}

    def keeps_versions(self) -> bool:
        """A folder keeps no older versions that Mien could know of."""
        return False

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

    def names(self) -> Iterator[str]:
        """Of all stored files, whoever knows them."""
        return (path.name for path in self.root.glob("??/*") if is_name(path.name))

    def every_name(self) -> set[str]:
        """Of all files, also of those set aside."""
        return {*self.names(), *filter(is_name, self.aside())}

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

    def read_marker(self) -> str | None:
        """The id of the installation that the files belong to; None when none is named."""
        return read_marker(self.root)

    def write_marker(self, installation: str) -> None:
        """Say that the files belong to an installation; makes the folder where it is not there."""
        self.make_root()
        write_marker(self.root, installation)

    def journal(self) -> AbstractContextManager[Callable[[str], str]]:
        """Gives names for files that are about to be written; see `folder_journals`."""
        return folder_journals.journal(self.root, self.require_own)

    def abandoned(self) -> Iterator[list[str]]:
        """The names that changes noted which were killed; see `folder_journals`."""
        return folder_journals.abandoned(self.root)

    def changes(self) -> int:
        """How many changes that write files go on, or were killed."""
        return sum(1 for _ in self.root.glob(f"{WRITING}/*"))

    def left_by(self, names: Iterable[str]) -> list[str]:
        """Where files of these names, and halves of them, may lie."""
        places = [place_of(name) for name in names if is_name(name)]
        return [each for place in places for each in (place, f"{place}{folder_aside.HALF}")]

    def stray(self, known: set[str], *, older_than: float) -> Iterator[str]:
        """Where files lie that no row speaks of, and halves left by a crash."""
        for path in sorted(self.root.glob("??/*")):
            try:
                young = path.stat().st_mtime >= older_than
            except OSError:
                continue
            if path.name not in known and not young:
                yield str(path.relative_to(self.root))

    def set_aside(self, places: Iterable[str]) -> Moved:
        """Move files into today's folder; halves are removed."""
        return folder_aside.set_aside(self.root, [self.root / place for place in places])

    def aside(self) -> Iterator[str]:
        """The names of all files that are set aside."""
        return (path.name for path in folder_aside.files_aside(self.root))

    def bring_back(self, known: Collection[str]) -> Moved:
        """Put files into their place again of which rows speak."""

        def move(path: Path) -> None:
            path.rename(self.make_place(path.name))

        wanted = (path for path in folder_aside.files_aside(self.root) if path.name in known)
        return folder_aside.each((path for path in wanted if not self.exists(path.name)), move)

    def empty_aside(self) -> Moved:
        """Remove for good what was set aside long enough ago."""
        return folder_aside.empty(self.root)

    def leave_behind(self) -> str | None:
        """Move everything into a folder below this one: it may be a disk of its own."""
        # The marker last: as long as it is there, nobody takes the folder for an empty one.
        names = (*sorted(path.name for path in self.root.glob("??")), SET_ASIDE, WRITING, MARKER)
        belongings = [self.root / name for name in names if (self.root / name).exists()]
        if not belongings:
            return None
        folder = self.root / f"{FORMER}-{dt.datetime.now(dt.UTC):%Y%m%dT%H%M%S}"
        try:
            folder.mkdir(mode=0o700)
            for path in belongings:
                path.rename(folder / path.name)
        except OSError as error:
            raise FilesUnavailable(
                "not_writable", words={"folder": self.root, "why": error.strerror}
            ) from error
        return str(folder)

    def close(self) -> None:
        """Nothing is held open."""

    def _is_left(self, name: str) -> bool:
        try:
            return self.exists(name) or any(each.is_file() for each in self._aside(name))
        except (OSError, StorageFailed):
            return True

    def _aside(self, name: str) -> list[Path]:
        return [day / name for day in self.root.glob(f"{SET_ASIDE}/*")]
