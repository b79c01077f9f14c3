"""The files of an import: those that were sent for it, or those of a folder of this machine."""

import itertools
from collections.abc import Iterator
from contextlib import ExitStack
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from pathlib import PurePosixPath
from typing import IO

from sqlalchemy import select

from mien.errors import FileMissing
from mien.errors import FileSkipped
from mien.errors import UnreadableFolder
from mien.errors import UnreadableImage
from mien.gallery.transfer.archives import Archive
from mien.gallery.transfer.archives import ArchiveLimits
from mien.gallery.transfer.archives import is_archive
from mien.gallery.transfer.archives import open_archive
from mien.gallery.transfer.found import Found
from mien.gallery.transfer.found import is_ignored
from mien.gallery.transfer.found import look_at_name
from mien.gallery.transfer.lists import MOST_BYTES
from mien.gallery.transfer.lists import read_list
from mien.jobs.inputs import parts_of
from mien.jobs.tasks.sent_file import put_together
from mien.jobs.work import Work
from mien.picture_files import SUFFIXES
from mien.picture_files import is_there
from mien.picture_files import pictures_below
from mien.storage.models import JobInputRow

_START = 512


@dataclass(frozen=True, slots=True)
class Place:
    """Where a file of an import is to be found again.

    Attributes:
        file: which of the files that were sent, from 1; 0 for a folder of this machine.
        at: which member of it, where it is an archive.
        path: in the folder of this machine.
    """

    file: int
    at: int | None = None
    path: str = ""


class ImportFiles:
    """All files of an import; archives are opened once and closed with it.

    Args:
        work: whose files.
        stack: closes what is opened.
    """

    def __init__(self, work: Work, stack: ExitStack) -> None:
        self._work = work
        self._stack = stack
        services = work.call.services
        self._limits = ArchiveLimits(services.reader.max_bytes, services.import_bytes)
        folder = work.options.get("folder")
        self._folder = None if folder is None else Path(str(folder))
        self._list: Path | None = None
        if self._folder is not None and self._folder.suffix.lower() in {".csv", ".json"}:
            self._list, self._folder = self._folder, self._folder.parent
        self._archives: dict[int, Archive] = {}
        self._rows: dict[int, JobInputRow] = {}

    @property
    def is_folder(self) -> bool:
        """Whether it is a folder of this machine."""
        return self._folder is not None and self._list is None and self._folder.is_dir()

    def scan(self) -> Iterator[tuple[Found, Place]]:
        """Every file that a person might want to hear of, with where it is.

        Raises:
            ArchiveRefused: an archive is damaged or holds too much.
            UnreadableFolder: a folder cannot be read.
        """
        if self._folder is not None:
            yield from self._of_this_machine(self._folder)
            return
        for number, row in self._sent().items():
            suffix = PurePosixPath(row.path).suffix.lower()
            archive = None if suffix in SUFFIXES else self._archive(number)
            if archive is not None:
                for found in archive.members():
                    yield found, Place(number, found.at)
            elif not is_ignored(row.path):
                yield (
                    look_at_name(
                        row.path,
                        at=None,
                        size=row.size_bytes,
                        most_bytes=self._limits.picture_bytes,
                    ),
                    Place(number),
                )

    def read(self, place: Place) -> bytes:
        """A file's bytes, one more at most than a picture may have.

        Raises:
            UnreadableImage: it is a damaged member of an archive, or cannot be read.
            FileSkipped: it is gone.
        """
        most = self._limits.picture_bytes + 1
        if self._folder is not None and place.at is None:
            path = self._folder / place.path if place.path else self._folder
            try:
                with path.open("rb") as file:
                    return file.read(most)
            except OSError as error:
                raise UnreadableImage(
                    "not_readable", words={"why": error.strerror or "?"}
                ) from error
        archive = None if place.at is None else self._archive(place.file)
        if archive is not None and place.at is not None:
            return archive.read(place.at)
        row = self._sent().get(place.file)
        if row is None:
            raise FileSkipped("gone")
        data = b""
        try:
            for part in self._parts(row):
                data += part
                if len(data) >= most:
                    break
        except FileMissing as error:
            raise FileSkipped("gone") from error
        return data

    def _of_this_machine(self, folder: Path) -> Iterator[tuple[Found, Place]]:
        if self._list is not None:
            yield from self._of_list(self._list)
            return
        if not folder.is_dir():
            archive = self._archive(0)
            if archive is not None:
                for found in archive.members():
                    yield found, Place(0, found.at)
            return
        for path in pictures_below(folder).pictures:
            name = path.relative_to(folder).as_posix()
            size = path.stat().st_size
            yield (
                look_at_name(name, at=None, size=size, most_bytes=self._limits.picture_bytes),
                Place(0, path=name),
            )

    def _of_list(self, path: Path) -> Iterator[tuple[Found, Place]]:
        """A list on this machine may name files wherever they lie: whoever gives it may read them."""
        name = f"people{path.suffix.lower()}"
        yield Found(name, None, 0), Place(0, path=path.name)
        try:
            with path.open("rb") as file:
                data = file.read(MOST_BYTES + 1)
        except OSError as error:
            raise UnreadableFolder(
                folder=str(path), words={"why": error.strerror or "cannot be read"}
            ) from error
        for each in dict.fromkeys(
            row.file for row in read_list(data, is_json=path.suffix.lower() == ".json")
        ):
            if is_there(path.parent / each, Path.is_file):
                yield Found(each, None, 0), Place(0, path=each)

    def _sent(self) -> dict[int, JobInputRow]:
        if not self._rows:
            with self._work.call.services.database.read() as session:
                rows = session.scalars(
                    select(JobInputRow)
                    .where(JobInputRow.job_id == self._work.job_id)
                    .order_by(JobInputRow.number)
                )
                self._rows = {row.number: row for row in rows}
        return self._rows

    def _parts(self, row: JobInputRow) -> Iterator[bytes]:
        services = self._work.call.services
        with services.database.read() as session:
            names = parts_of(session, row.id)
        for name in names:
            yield services.files.read(name)

    def _archive(self, number: int) -> Archive | None:
        """The archive that a file is; None where it is none."""
        if number in self._archives:
            return self._archives[number]
        opened = self._opened(number)
        if opened is None:
            return None
        folder = self._work.call.services.work_folder
        archive = self._stack.enter_context(open_archive(opened, self._limits, folder=folder))
        self._archives[number] = archive
        return archive

    def _opened(self, number: int) -> IO[bytes] | None:
        """The file that may be an archive; None where it is none."""
        if number == 0:
            path = self._folder
            if path is None or path.is_dir():
                return None
            try:
                return self._stack.enter_context(path.open("rb"))
            except OSError as error:
                raise UnreadableFolder(
                    folder=str(path), words={"why": error.strerror or "cannot be read"}
                ) from error
        row = self._sent().get(number)
        if row is None:
            return None
        parts = self._parts(row)
        first = next(parts, b"")
        if not is_archive(first[:_START]):
            return None
        return put_together(self._work, itertools.chain([first], parts), self._stack)


@contextmanager
def import_files(work: Work) -> Iterator[ImportFiles]:
    """The files of an import, while it is worked on."""
    with ExitStack() as stack:
        yield ImportFiles(work, stack)
