"""Where the snapshots of an installation lie, and who may put one there or change it.

A folder a gallery, in it one snapshot, which is named by its revision. Whoever makes a new one
writes it aside and puts it in place under a lock that is held for a moment only. Whoever takes
somebody out notes the revision under the same lock (`least`), overwrites what lies there, and
removes what is being written: so one that was begun before, and has the removed vector still, is
never put in place afterwards.
"""

import errno
import fcntl
import os
import secrets
import shutil
import stat
import time
from collections.abc import Collection
from collections.abc import Iterator
from contextlib import contextmanager
from contextlib import suppress
from pathlib import Path
from typing import Final

import structlog

from mien.errors import IndexUnavailable
from mien.index.base import NOTHING
from mien.index.int8.base import Base
from mien.index.int8.base import Draft
from mien.index.int8.snapshot import Identity
from mien.index.int8.snapshot import NotBelieved
from mien.index.int8.snapshot import read
from mien.index.int8.snapshot import write

_SNAPSHOT: Final = ".snapshot"
_PART: Final = ".part"
_LEAST: Final = "least"
_LOCK: Final = "lock"
_BUILDING: Final = "building"
_GOING: Final = ".going"
_LOOK_SECONDS: Final = 0.02

_log = structlog.get_logger(__name__)


class Folder:
    """The folder of one gallery; made when something is put into it.

    Args:
        root: of all galleries.
        identity: what its snapshot has to be of.
    """

    def __init__(self, root: Path, identity: Identity) -> None:
        self._path = root / identity.gallery_id
        self._identity = identity

    def newest(self, *, since: int = NOTHING, but: Base | None = None) -> Base | None:
        """The snapshot, if there is one that is newer than a revision; damaged ones are let go.

        Args:
            since: the revision.
            but: what this process has; the same is not opened twice.

        Raises:
            IndexUnavailable: the folder cannot be looked at.
        """
        with _told():
            found = [path for revision, path in self._snapshots() if revision > since]
            if not found or (but is not None and but.inode == _inode(found[0])):
                return None
            with self._locked():
                return self._read_newest()

    def put(self, draft: Draft) -> Base | None:
        """Keep a base as the newest snapshot.

        Returns:
            It; None where there is a newer one or somebody was taken out meanwhile whom this one
            has still.

        Raises:
            OSError: there is no room, or the folder cannot be written to.
        """
        self._make()
        part = self._path / f"{secrets.token_hex(8)}{_PART}"
        descriptor = self._file(part.name, os.O_EXCL)
        try:
            write(descriptor, self._identity, draft)
            with self._locked():
                held = [revision for revision, _ in self._snapshots()]
                if draft.revision < max([self._least(), *held]):
                    return None
                self._remove_parts(but=part.name)
                # Fails where somebody has removed it, because of somebody whom it has still.
                part.rename(self._path / f"{draft.revision}{_SNAPSHOT}")
                self._sync()
                return self._read_newest()
        except FileNotFoundError:
            return None
        finally:
            os.close(descriptor)
            part.unlink(missing_ok=True)

    def clear(self, revision: int) -> None:
        """Keep nothing of what is older than a revision of the gallery.

        Raises:
            IndexUnavailable: it cannot be removed.
        """
        with _told():
            if not self._path.is_dir():
                return
            with self._locked():
                self._raise_least(revision)
                self._remove_parts()
                for held, path in self._snapshots():
                    if held < revision:
                        path.unlink(missing_ok=True)

    def erase(self, keys: Collection[str], revision: int, own: Base | None) -> None:
        """Let no snapshot have anything of vectors that were taken out at a revision.

        Args:
            keys: of the vectors.
            revision: of the gallery, when they were taken out.
            own: the base that this process has of them; perhaps of a file that is gone from here
                and still open.

        Raises:
            IndexUnavailable: they cannot be overwritten.
        """
        with _told():
            if not self._path.is_dir():
                if own is not None:
                    _overwrite(own, keys)
                return
            with self._locked():
                # The sums of a file are of what all its writers have overwritten.
                if own is not None:
                    _overwrite(own, keys)
                self._raise_least(revision)
                self._remove_parts()
                if own is not None and self._is_newest(own):
                    return
                found = self._read_newest()
                if found is not None:
                    _overwrite(found, keys)

    @contextmanager
    def building(self, *, patience: float) -> Iterator[None]:
        """Be the one process of this machine that reads all rows; others wait, and find the work done.

        Args:
            patience: seconds to wait at most.

        Raises:
            IndexUnavailable: the other does not come to an end.
        """
        try:
            self._make()
            descriptor = self._file(_BUILDING)
        except OSError:
            # Where nothing can be kept there is nothing to wait for.
            yield
            return
        try:
            _wait_for(descriptor, patience)
            yield
        finally:
            os.close(descriptor)

    def _snapshots(self) -> list[tuple[int, Path]]:
        """Revisions and files, the newest first."""
        found = [self._path / name for name in _names(self._path) if name.endswith(_SNAPSHOT)]
        return sorted(((int(p.stem), p) for p in found if p.stem.isdecimal()), reverse=True)

    def _remove_parts(self, but: str = "") -> None:
        """What others have begun to write; who is still at it finds it gone and gives up."""
        for name in _names(self._path):
            if name.endswith(_PART) and name != but:
                (self._path / name).unlink(missing_ok=True)

    def _read_newest(self) -> Base | None:
        """Under the lock: the newest that can be believed; all others are removed."""
        newest = None
        for revision, path in self._snapshots():
            if newest is None:
                try:
                    newest = read(path, self._identity)
                    if newest.revision == revision:
                        continue
                    newest = None
                except FileNotFoundError:
                    continue
                except NotBelieved as error:
                    _log.warning("A snapshot of an index is made anew", why=str(error))
                except OSError as error:
                    _log.warning("A snapshot of an index is made anew", why=error.strerror)
            path.unlink(missing_ok=True)
        return newest

    def _is_newest(self, base: Base) -> bool:
        snapshots = self._snapshots()
        return len(snapshots) == 1 and base.inode == _inode(snapshots[0][1])

    def _least(self) -> int:
        try:
            return int((self._path / _LEAST).read_text(encoding="ascii"))
        except FileNotFoundError:
            return NOTHING
        except ValueError as error:
            # Begun and not finished; the next one who takes somebody out writes it again.
            raise OSError("what may be kept of an index is not known") from error

    def _raise_least(self, revision: int) -> None:
        with suppress(OSError):
            revision = max(revision, self._least())
        with os.fdopen(self._file(_LEAST, os.O_TRUNC), "w", encoding="ascii") as file:
            file.write(str(revision))

    @contextmanager
    def _locked(self) -> Iterator[None]:
        self._make()
        descriptor = self._file(_LOCK)
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX)
            yield
        finally:
            os.close(descriptor)

    def _make(self) -> None:
        for folder in (self._path.parent, self._path):
            with suppress(FileExistsError):
                folder.mkdir(mode=0o700, parents=True)
                _give_to_owner_of_home(folder, home=self._path.parent.parent)
            # Where the administrator runs this, a link of the account that serves leads nowhere.
            if not stat.S_ISDIR(folder.lstat().st_mode):
                raise NotADirectoryError(errno.ENOTDIR, "not a folder of its own", str(folder))

    def _file(self, name: str, more: int = 0) -> int:
        """A descriptor of a file in this folder, which is made when it is not there."""
        path, flags = self._path / name, os.O_RDWR | os.O_CLOEXEC | os.O_NOFOLLOW
        try:
            descriptor = os.open(path, flags | os.O_CREAT | os.O_EXCL, 0o600)
        except FileExistsError:
            if more & os.O_EXCL:
                raise
        else:
            _give_to_owner_of_home(descriptor, home=self._path.parent.parent)
            return descriptor
        descriptor = os.open(path, flags)
        found = os.fstat(descriptor)
        if not stat.S_ISREG(found.st_mode) or found.st_nlink != 1:
            os.close(descriptor)
            raise OSError(errno.EINVAL, "not a file of its own", str(path))
        if more & os.O_TRUNC:
            os.ftruncate(descriptor, 0)
        return descriptor

    def _sync(self) -> None:
        descriptor = os.open(self._path, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)


def drop(root: Path, gallery_id: str) -> None:
    """Remove what is kept of a gallery.

    Raises:
        IndexUnavailable: it cannot be removed.
    """
    with _told():
        _remove(root / gallery_id)


def drop_all(root: Path) -> None:
    """Remove what is kept of all galleries.

    Raises:
        IndexUnavailable: it cannot be removed.
    """
    with _told():
        if root.is_symlink():
            root.unlink()
        for name in _names(root):
            _remove(root / name)
        # It may be where a disk is mounted.
        with suppress(OSError):
            root.rmdir()


def kept(root: Path) -> list[str]:
    """Galleries of which something is kept, or is being written.

    Raises:
        IndexUnavailable: the folder cannot be looked at.
    """
    with _told():
        return sorted(
            folder
            for folder in _names(root)
            if any(name.endswith((_SNAPSHOT, _PART)) for name in _names(root / folder))
        )


def _names(folder: Path) -> list[str]:
    """What is in a folder; nothing where there is none.

    Raises:
        OSError: it cannot be looked at, which is not the same as empty.
    """
    try:
        return [path.name for path in folder.iterdir()]
    except (FileNotFoundError, NotADirectoryError):
        return []


def _remove(path: Path) -> None:
    """A folder, or whatever stands in its place; whoever writes in it meanwhile is outrun."""
    try:
        if not stat.S_ISDIR(path.lstat().st_mode):
            path.unlink()
            return
    except FileNotFoundError:
        return
    # Out of the way first: nobody finds it any more to write into it.
    aside = path.with_name(f"{secrets.token_hex(8)}{_GOING}")
    with suppress(FileNotFoundError):
        path.rename(aside)
        shutil.rmtree(aside)
    if aside.exists():
        shutil.rmtree(aside)


@contextmanager
def _told() -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise IndexUnavailable from error


def _give_to_owner_of_home(what: Path | int, *, home: Path) -> None:
    """What the administrator runs must not shut out the account that serves."""
    if os.geteuid() == 0:
        with suppress(OSError):
            owner = home.stat()
            os.chown(what, owner.st_uid, owner.st_gid)


def _overwrite(base: Base, keys: Collection[str]) -> None:
    rows = base.keys.find(list(keys))
    rows = rows[rows >= 0]
    if len(rows):
        base.erase(rows)


def _inode(path: Path) -> tuple[int, int] | None:
    try:
        found = path.stat()
    except OSError:
        return None
    return found.st_dev, found.st_ino


def _wait_for(descriptor: int, patience: float) -> None:
    end = time.monotonic() + patience
    while True:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            if time.monotonic() > end:
                raise IndexUnavailable from error
            time.sleep(_LOOK_SECONDS)
        else:
            return
