"""Crops and photos as files outside the web root, under names that cannot be guessed."""

import os
import re
import secrets
from collections.abc import Iterable
from collections.abc import Iterator
from pathlib import Path

from mien.errors import FileMissing

_NAME = re.compile(r"[0-9a-f]{32}\.[a-z0-9]{2,5}")


class FileStore:
    """Files by random names, written whole or not at all.

    Args:
        root: folder, made when the first file is put; readable by its owner alone.
        group_reads: let the owner's group read too: a web server that sends the files.
    """

    def __init__(self, root: Path, *, group_reads: bool = False) -> None:
        self.root = root
        self._folder_mode = 0o750 if group_reads else 0o700
        self._file_mode = 0o640 if group_reads else 0o600

    def put(self, data: bytes, *, extension: str) -> str:
        """Store bytes and say under which name.

        The file is on the disk when this returns, before any row speaks of it; one that no row
        comes to speak of is swept up later.

        Args:
            data: what to store.
            extension: such as `jpg`, without a dot.
        """
        name = f"{secrets.token_hex(16)}.{extension}"
        path = self.path(name)
        self.root.mkdir(mode=self._folder_mode, parents=True, exist_ok=True)
        if not path.parent.is_dir():
            path.parent.mkdir(mode=self._folder_mode, exist_ok=True)
            _sync_folder(self.root)
        temporary = path.with_name(f"{path.name}.part")
        descriptor = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL, self._file_mode)
        try:
            with os.fdopen(descriptor, "wb") as file:
                file.write(data)
                file.flush()
                os.fsync(file.fileno())
            temporary.replace(path)
        except BaseException:
            temporary.unlink(missing_ok=True)
            raise
        _sync_folder(path.parent)
        return name

    def path(self, name: str) -> Path:
        """Where a file lies.

        Raises:
            FileMissing: the name is not one of ours, so there can be no such file.
        """
        if not _NAME.fullmatch(name):
            raise FileMissing("name")
        return self.root / name[:2] / name

    def read(self, name: str) -> bytes:
        """The bytes of a file.

        Raises:
            FileMissing: it is not there.
        """
        try:
            return self.path(name).read_bytes()
        except FileNotFoundError as error:
            raise FileMissing from error

    def locate(self, name: str) -> Path:
        """Where a file lies that is there.

        Raises:
            FileMissing: it is not there.
        """
        path = self.path(name)
        if not path.is_file():
            raise FileMissing
        return path

    def exists(self, name: str) -> bool:
        """Whether a file is there."""
        return self.path(name).is_file()

    def delete(self, names: Iterable[str]) -> int:
        """Remove files and say how many were.

        What is gone already is passed over, and so is what cannot be removed now: no row speaks
        of it any more, so it is swept up later.
        """
        count = 0
        for name in names:
            try:
                self.path(name).unlink()
            except OSError:
                continue
            count += 1
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
            except FileNotFoundError:
                continue
            if path.name not in known and not young:
                yield path


def _sync_folder(folder: Path) -> None:
    # A file's bytes outlive a power cut only together with the entry that names it.
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
