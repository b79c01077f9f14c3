"""Move the stored files into another store, while others go on reading."""

import hashlib
import time
from dataclasses import dataclass
from typing import Final

from mien.access import audit
from mien.access import permissions
from mien.errors import FileMissing
from mien.errors import FilesOfAnotherDatabase
from mien.errors import InvalidInput
from mien.gallery.services import Call
from mien.progress import OnProgress
from mien.progress import Progress
from mien.progress import silent
from mien.storage.binding import installation_id
from mien.storage.binding import marked_otherwise
from mien.storage.database import Database
from mien.storage.deletions import noted
from mien.storage.file_references import referenced
from mien.storage.files import OTHERS_SECONDS
from mien.storage.files import FileStore
from mien.storage.files import incoming_marker
from mien.storage.files import moved_marker
from mien.storage.former_places import forget_former_place
from mien.storage.former_places import note_former_place
from mien.storage.migrate import require_current
from mien.storage.shared_erasures import shared_erasures

_PATIENCE_SECONDS: Final = 60.0
_LOOK_SECONDS: Final = 0.5


@dataclass(frozen=True, slots=True)
class FilesMoved:
    """What was moved.

    Attributes:
        place: where the files are now.
        files: how many lie there.
        missing: how many of those that rows refer to do not; they were missing before.
        left: how many could not be removed from the former place, older versions included.
        versions_unknown: whether the former place may keep older versions and does not tell, so
            that it is not known to be empty.
        settled: whether every change that was writing there has ended; if not, doing it again
            brings over what such a change has still written.
    """

    place: str
    files: int
    missing: int
    left: int
    versions_unknown: bool
    settled: bool


def move_files(
    call: Call,
    *,
    source: FileStore,
    target: FileStore,
    progress: OnProgress = silent,
    patience_seconds: float = _PATIENCE_SECONDS,
) -> FilesMoved:
    """Copy all stored files, compare them, bind the database to the new place and empty the old one.

    Most is copied while everybody goes on working. Then nobody may store anything until Mien is
    started with the new place: the old one says that it was left. One that is broken off, at any
    moment, is finished by doing it again. What was set aside becomes a stray file of the new place,
    which is set aside there.

    From the first copy until the move has ended, proofs of erasures say that files may lie in the
    other place, too: until the old one is known to be empty, or the move was given up (see
    `forget_place`).

    Args:
        call: who asks, and with what.
        source: where the files are.
        target: where they are to be; empty, or begun before.
        progress: is told how many files are copied.
        patience_seconds: how long changes are waited for that are storing files.

    Raises:
        InvalidInput: both are the same place.
        FilesOfAnotherDatabase: one of them belongs to another database, or the target holds files.
        FilesUnavailable, StorageError: one of them does not answer, or takes no file.
        DatabaseMissing, DatabaseOutdated, DatabaseUnreachable: the database cannot be used.
    """
    permissions.require(call.actor, "maintenance.bind")
    database = call.services.database
    if source.place == target.place:
        raise InvalidInput("same_place", words={"place": target.place}, field="PLACE")
    require_current(database)
    with database.read() as session:
        own = installation_id(session)
    move = _Move(call, source, target, own, progress)
    if move.begin():
        move.copy()
        source.write_marker(moved_marker(own))
        _wait_for_writers(source, patience_seconds)
        source.bring_back(set(source.aside()))
        move.copy()
        move.bind()
    move.carry_erasures()
    left, unknown, settled = move.empty()
    there = set(target.names())
    with database.read() as session:
        missing = len(referenced(session) - there)
    return FilesMoved(target.place, len(there), missing, left, unknown, settled)


class _Move:
    """One way from a store into another.

    Args:
        own: the id of the installation.
    """

    def __init__(
        self, call: Call, source: FileStore, target: FileStore, own: str, progress: OnProgress
    ) -> None:
        self._call = call
        self._database: Database = call.services.database
        self._source = source
        self._target = target
        self._own = own
        self._progress = progress
        self._compared: set[str] = set()
        self._deleted: set[str] = set()
        self._is_whole = False

    def begin(self) -> bool:
        """Let the target say that files are on their way; False where only the end is missing."""
        here, there = self._source.read_marker(), self._target.read_marker()
        moved, incoming = moved_marker(self._own), incoming_marker(self._own)
        if here == moved and there == self._own:
            return False
        self._require(self._source, here, {self._own, moved})
        self._require(self._target, there, {None, moved, incoming})
        if there != incoming:
            if self._target.holds_any():
                raise FilesOfAnotherDatabase(
                    "unclaimed",
                    words={"database": self._database.place, "folder": self._target.place},
                )
            # Before the first copy: a move that is never finished leaves copies there.
            self._note(self._target)
            self._target.write_marker(incoming)
        return True

    def copy(self) -> None:
        """Copy what is not there yet, compare all of it, and remove what was deleted meanwhile."""
        deleted = self._read_deleted()
        names = set(self._source.names()) - deleted
        there = set(self._target.names())
        fresh = sorted(names - self._compared)
        for done, name in enumerate(fresh, start=1):
            self._copy_one(name, is_there=name in there)
            self._progress(Progress("Photos", done, len(fresh), "photos"))
        # Whoever was deleted since it was copied is not to be found there.
        self._target.delete(there - set(self._source.names()) | (there & deleted))
        self._is_whole = True

    def bind(self) -> None:
        """Let the target belong to the database."""
        # First: whoever is erased from now on is erased in the target alone.
        self._note(self._source)
        with self._database.write() as session:
            audit.record(session, self._call, "files_moved", files=len(self._compared))
            # Before the commit, so that nothing is recorded which could not be done.
            self._target.write_marker(self._own)

    def carry_erasures(self) -> None:
        """Let whoever works with the new place know what was deleted, for older backups."""
        here, there = shared_erasures(self._source), shared_erasures(self._target)
        erasures = self._call.services.erasures
        known = erasures.read() | (here.read() if here else frozenset())
        erasures.add_here(known)
        if there is not None:
            self._target.installation = self._own
            there.add(sorted(known - there.read()))

    def empty(self) -> tuple[int, bool, bool]:
        """Remove from the source what lies in the target, and what nobody needs.

        Whoever was erased since the target was bound is gone from there, and may have files in the
        source still, which no row refers to.

        Returns:
            How many files are left in the source, whether it may keep older versions and does not
            tell, and whether every change that was writing there has ended.
        """
        with self._database.write() as session:
            note_former_place(session, self._source.place)
            forget_former_place(session, self._target.place)
        # Before the rows are read: then these know of every file that a change has written.
        settled = _is_settled(self._source)
        self._source.bring_back(self._source.every_name())
        deleted = self._read_deleted()
        with self._database.read() as session:
            known = referenced(session)
        everything = self._source.every_name()
        names, aside = set(self._source.names()), set(self._source.aside())
        # What is none of a row's, where nothing says what was in the target, may be of somebody
        # who was erased.
        late = names - self._compared - deleted
        wanted = late if self._is_whole else late & known
        for name in sorted(wanted):
            # Written by a change that went on for longer than it was waited for.
            self._copy_one(name, is_there=self._target.exists(name))
        kept = (aside if self._is_whole else aside & known) - names - self._compared - deleted
        if not settled:
            # A change may be about to get its row.
            kept |= late - wanted - self._old_strays(known)
        self._source.delete(everything - kept)
        left = len(self._source.left(everything))
        unknown = self._source.keeps_versions() is None
        if settled and not left and not unknown:
            with self._database.write() as session:
                forget_former_place(session, self._source.place)
        return left, unknown, settled

    def _old_strays(self, known: set[str]) -> set[str]:
        before = time.time() - OTHERS_SECONDS
        places = self._source.stray(known, older_than=before)
        return {place.rpartition("/")[2] for place in places}

    def _read_deleted(self) -> set[str]:
        """Every file that is or was to be deleted since this began."""
        with self._database.read() as session:
            self._deleted.update(noted(session))
        return self._deleted

    def _note(self, store: FileStore) -> None:
        with self._database.write() as session:
            note_former_place(session, store.place)

    def _copy_one(self, name: str, *, is_there: bool) -> None:
        try:
            data = self._source.read(name)
        except FileMissing:
            return  # just deleted
        if is_there and _digest(self._target.read(name)) != _digest(data):
            self._target.delete([name])
            is_there = False
        if not is_there:
            self._target.write(name, data)
            if _digest(self._target.read(name)) != _digest(data):
                self._target.delete([name])
                raise FileMissing("not_as_written", words={"place": self._target.place})
        self._compared.add(name)

    def _require(self, store: FileStore, marker: str | None, wanted: set[str | None]) -> None:
        if marker not in wanted:
            raise marked_otherwise(self._database, store, own=self._own, marker=marker)


def _wait_for_writers(source: FileStore, seconds: float) -> None:
    """Wait for changes that began to write before the store said that it was left."""
    end = time.monotonic() + seconds
    # For so long such a change may still rely on what the store said before.
    time.sleep(min(seconds, source.trusted_seconds))
    while not _is_settled(source) and time.monotonic() < end:
        time.sleep(_LOOK_SECONDS)


def _is_settled(source: FileStore) -> bool:
    """Whether no change is writing into the store; whoever was killed writes nothing more."""
    for _ in source.abandoned():
        pass
    return not source.changes()


def _digest(data: bytes) -> bytes:
    return hashlib.sha256(data).digest()
