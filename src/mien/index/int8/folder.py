"""Where the snapshots of an installation lie, and who may put one there or change it.

A folder a gallery, in it one snapshot, which is named by its revision. Whoever makes a new one
writes it aside and puts it in place under a lock that is held for a moment only. Two orders keep
whoever was taken out from being put in place afterwards. Who writes makes the file first, and then
asks the rows whether anybody was taken out since the revision that it has. Who takes somebody out
commits that to the rows first, and then removes what is being written. So one of them sees the
other: a snapshot that still has the removed vector is given up, or is there to be overwritten.
"""

import errno
import os
import secrets
from collections.abc import Callable
from collections.abc import Collection
from collections.abc import Iterator
from collections.abc import Mapping
from contextlib import ExitStack
from contextlib import contextmanager
from contextlib import suppress
from pathlib import Path
from typing import Final

import structlog

from mien.index.base import NOTHING
from mien.index.int8.base import Base
from mien.index.int8.base import Draft
from mien.index.int8.place import Place
from mien.index.int8.place import inode
from mien.index.int8.place import names
from mien.index.int8.place import remove
from mien.index.int8.place import told
from mien.index.int8.place import wait_for
from mien.index.int8.snapshot import Identity
from mien.index.int8.snapshot import NotBelieved
from mien.index.int8.snapshot import erase
from mien.index.int8.snapshot import read
from mien.index.int8.snapshot import write
from mien.index.origin import Origin
from mien.index.origin import Removed

_SNAPSHOT: Final = ".snapshot"
_PART: Final = ".part"
_BUILDING: Final = "building"
# A link, or something that is no file: nobody's snapshot, which can only be in the way.
_NO_FILE: Final = frozenset({errno.ELOOP, errno.EISDIR, errno.ESPIPE, errno.ENXIO})

_log = structlog.get_logger(__name__)


class Folder:
    """The folder of one gallery; made when something is put into it.

    Args:
        root: of all galleries.
        gallery_id: which gallery.
        origin: its rows.
    """

    def __init__(self, root: Path, gallery_id: str, *, origin: Origin) -> None:
        self._place = Place(root / gallery_id)
        self._path = root / gallery_id
        self._gallery_id = gallery_id
        self._origin = origin
        # Until what is here can be used again it is told once.
        self._is_told = False
        # What was looked at in `erase_removed`, and up to which revision.
        self._erased: tuple[int, frozenset[tuple[int, int] | None]] | None = None

    def newest(
        self, identity: Identity, *, since: int = NOTHING, but: Base | None = None
    ) -> Base | None:
        """The snapshot, if there is one that is newer than a revision and can be used.

        Damaged ones, and those of something else, are let go. One that cannot be read now, or
        could not be overwritten, is left where it is.

        Args:
            identity: what it has to be of.
            since: the revision.
            but: what this process has; the same is not opened twice.
        """
        try:
            found = [path for revision, path in self._snapshots() if revision > since]
            if not found or (but is not None and but.inode == inode(found[0])):
                return None
            with self._place.locked():
                newest = self._read_newest(identity)
        except FileNotFoundError:
            return None
        except OSError as error:
            self._tell("A snapshot of an index cannot be used", error)
            return None
        self._is_told = False
        return newest

    def is_of_these_rows(self, base: Base) -> bool:
        """Whether a snapshot that lay here is of the history of the rows, or of another one.

        Raises:
            StorageError: the rows cannot be asked.
        """
        return not base.marks or self._origin.knows(base.marks)

    def put(self, identity: Identity, draft: Draft) -> Base | None:
        """Keep a base as the newest snapshot.

        Returns:
            It; None where there is a newer one, or somebody was taken out meanwhile whom this one
            has still, or the gallery is gone.

        Raises:
            OSError: there is no room, or the folder cannot be written to.
            StorageError: the rows cannot be asked.
        """
        self._place.make()
        part = self._path / f"{draft.revision}-{secrets.token_hex(8)}{_PART}"
        try:
            descriptor = self._place.file(part.name, os.O_EXCL)
        except FileNotFoundError:
            return None
        try:
            # Only now: whoever is taken out from here on is looked for in what has been begun.
            removed = self._origin.removed(self._gallery_id, since=draft.revision)
            if removed is None or removed.keys:
                return None
            write(descriptor, identity, draft, marks=self._origin.marks())
            with self._place.locked():
                if any(held > draft.revision for held, _ in self._snapshots()):
                    return None
                # Fails where somebody has removed it, because of somebody whom it has still.
                part.rename(self._path / f"{draft.revision}{_SNAPSHOT}")
                self._remove_parts()
                self._place.sync()
                return self._read_newest(identity)
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
        with told():
            self._remove_parts()
            for held, path in self._snapshots():
                if held < revision:
                    path.unlink(missing_ok=True)

    def discard(self, base: Base) -> None:
        """Let a snapshot go that is not to be used, if it is still here.

        Raises:
            IndexUnavailable: it cannot be removed.
        """
        with told():
            for _, path in self._snapshots():
                if base.inode == inode(path):
                    path.unlink(missing_ok=True)

    def erase(self, keys: Mapping[str, float], own: Base | None) -> None:
        """Let no snapshot have anything of vectors that were taken out of the rows.

        Args:
            keys: of the vectors, each with the revision of its removal: what was made of later rows
                has it only because it came back.
            own: the base that this process has of them; perhaps of a file that is gone from here
                and still open.

        Raises:
            IndexUnavailable: they cannot be overwritten.
        """
        if own is not None and not self._lies_here(own):
            with told():
                own.erase_keys(keys)
            own = None
        self._erase(lambda held: [key for key, at in keys.items() if held < at], own)

    def erase_removed(self) -> None:
        """The same for whomever the rows say was taken out since something here was made.

        Raises:
            IndexUnavailable: they cannot be overwritten.
            StorageError: the rows cannot be asked.
        """
        with told():
            found = self._begun_and_kept()
        asked = {held: self._asked(held) for held in {held for held, _ in found}}
        gone = {held for held, removed in asked.items() if removed is None or removed.keys}
        revision = max((each.revision for each in asked.values() if each), default=NOTHING)
        seen = revision, frozenset(inode(path) for _, path in found)
        if not gone or seen == self._erased:
            return

        def keys_of(held: int) -> Collection[str] | None:
            # Of one that has come since, who was taken out is asked anew.
            removed = asked[held] if held in asked else self._asked(held)
            return None if removed is None else removed.keys

        self._erase(keys_of, None)
        self._erased = seen

    @contextmanager
    def building(self, *, patience: float) -> Iterator[None]:
        """Be the one process of this machine that reads all rows; others wait, and find the work done.

        Args:
            patience: seconds to wait at most.

        Raises:
            IndexUnavailable: the other does not come to an end.
        """
        try:
            self._place.make()
            descriptor = self._place.file(_BUILDING)
        except OSError:
            # Where nothing can be kept there is nothing to wait for.
            yield
            return
        try:
            with told():
                wait_for(descriptor, patience)
            yield
        finally:
            os.close(descriptor)

    def _begun_and_kept(self) -> list[tuple[int, Path]]:
        """What is being written, and then the snapshots: what becomes one meanwhile is among them."""
        return [*self._parts(), *self._snapshots()]

    def _asked(self, held: int) -> Removed | None:
        return self._origin.removed(self._gallery_id, since=held)

    def _snapshots(self) -> list[tuple[int, Path]]:
        """Revisions and files, the newest first."""
        found = [self._path / name for name in names(self._path) if name.endswith(_SNAPSHOT)]
        return sorted(((int(p.stem), p) for p in found if p.stem.isdecimal()), reverse=True)

    def _parts(self) -> list[tuple[int, Path]]:
        """Revisions and files; below all of them where the name does not tell."""
        found = [self._path / name for name in names(self._path) if name.endswith(_PART)]
        told_by = [(path.stem.partition("-")[0], path) for path in found]
        return [(int(held) if held.isdecimal() else NOTHING, path) for held, path in told_by]

    def _remove_parts(self) -> None:
        """What has been begun; who is still at it finds it gone and gives up."""
        for _, path in self._parts():
            path.unlink(missing_ok=True)

    def _erase(self, keys_of: Callable[[int], Collection[str] | None], own: Base | None) -> None:
        """Overwrite what is here.

        Args:
            keys_of: whose vectors were taken out since a revision; None where that is not known.
            own: a snapshot of those here that is open already.
        """
        with told(), ExitStack() as until:
            if not self._begun_and_kept():
                return
            is_alone = True
            try:
                until.enter_context(self._place.locked())
            except FileNotFoundError:
                return
            except OSError as error:
                # Whoever has the lock may never go on. What it has begun fails then, and what it
                # reads is gone from here.
                _log.warning("Files of an index are removed without their lock", why=error.strerror)
                is_alone = False
            for held, path in self._parts():
                keys = keys_of(held)
                if keys is None or keys:
                    path.unlink(missing_ok=True)
            for held, path in self._snapshots():
                keys = keys_of(held)
                if keys is None or keys:
                    mine = own if own is not None and own.inode == inode(path) else None
                    self._erase_in(path, keys, mine, keep=is_alone)

    def _erase_in(
        self, path: Path, keys: Collection[str] | None, own: Base | None, *, keep: bool
    ) -> None:
        """Overwrite some rows of a snapshot; where that cannot be, or may go wrong, it goes."""
        is_overwritten = False
        try:
            if keys is not None:
                if own is not None:
                    own.erase_keys(keys)
                else:
                    erase(path, keys)
                is_overwritten = True
        except FileNotFoundError:
            return
        except (NotBelieved, OSError) as error:
            _log.warning("A snapshot of an index is removed", why=_why(error))
        if keep and is_overwritten:
            return
        try:
            path.unlink(missing_ok=True)
        except OSError:
            if not is_overwritten:
                raise
        if own is not None and not is_overwritten:
            raise OSError(errno.EIO, "what is open of a snapshot cannot be overwritten")

    def _read_newest(self, identity: Identity) -> Base | None:
        """Under the lock: the newest that can be believed; all others are removed."""
        newest = None
        for revision, path in self._snapshots():
            if newest is None:
                try:
                    newest = read(path, identity)
                    if newest.revision == revision:
                        continue
                    newest = None
                except FileNotFoundError:
                    continue
                except NotBelieved as error:
                    _log.warning("A snapshot of an index is made anew", why=str(error))
                except OSError as error:
                    if error.errno not in _NO_FILE:
                        # Of memory or of rights there may be more the next time.
                        raise
                    _log.warning("A snapshot of an index is made anew", why=error.strerror)
            path.unlink(missing_ok=True)
        return newest

    def _lies_here(self, base: Base) -> bool:
        with told():
            return any(base.inode == inode(path) for _, path in self._snapshots())

    def _tell(self, what: str, error: OSError) -> None:
        if not self._is_told:
            self._is_told = True
            _log.warning(what, why=error.strerror)


def drop(root: Path, gallery_id: str) -> None:
    """Remove what is kept of a gallery.

    Raises:
        IndexUnavailable: it cannot be removed.
    """
    with told():
        remove(root / gallery_id)


def drop_all(root: Path) -> None:
    """Remove what is kept of all galleries.

    Raises:
        IndexUnavailable: it cannot be removed.
    """
    with told():
        if root.is_symlink():
            root.unlink()
        for name in names(root):
            remove(root / name)
        # It may be where a disk is mounted.
        with suppress(OSError):
            root.rmdir()


def kept(root: Path) -> list[str]:
    """Galleries of which something is kept, or is being written.

    Raises:
        IndexUnavailable: the folder cannot be looked at.
    """
    with told():
        return sorted(
            folder
            for folder in names(root)
            if any(name.endswith((_SNAPSHOT, _PART)) for name in names(root / folder))
        )


def cannot_be_written(root: Path) -> bool:
    """Whether files that are here, or would be made here, could not be written by this account."""
    folders = [root, *(root / name for name in names(root))] if root.is_dir() else [root.parent]
    return any(
        folder.is_dir() and not os.access(folder, os.R_OK | os.W_OK | os.X_OK) for folder in folders
    )


def _why(error: Exception) -> str | None:
    return error.strerror if isinstance(error, OSError) else str(error)
