"""One gallery's rows as signed bytes, most of them in a file that all processes of a machine share."""

import math
import threading
import time
from collections.abc import Callable
from collections.abc import Collection
from collections.abc import Iterator
from collections.abc import Mapping
from collections.abc import Sequence
from contextlib import ExitStack
from contextlib import contextmanager
from contextlib import suppress
from dataclasses import dataclass
from typing import Final

import numpy as np
import structlog
from numpy.typing import NDArray

from mien.errors import IndexUnavailable
from mien.errors import StorageError
from mien.index.base import NOTHING
from mien.index.base import Hit
from mien.index.int8.base import Base
from mien.index.int8.base import Draft
from mien.index.int8.base import in_memory
from mien.index.int8.filling import Filling
from mien.index.int8.folder import Folder
from mien.index.int8.ids import pack
from mien.index.int8.kernels import Kernel
from mien.index.int8.rounding import stride_of
from mien.index.int8.rows import Rows
from mien.index.int8.snapshot import Identity

_log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Upkeep:
    """When a base is made anew, and where it lies.

    Attributes:
        kept_from: rows from which on a base is a file; fewer are read from the database as quickly.
        tail_share: part of the base that a tail may grow to before it goes into a new base.
        tail_rows: rows that a tail may grow to at any rate.
        seconds: after which a base is made anew from which somebody was taken out. An index that
            is older than what is remembered of removals could not be brought up any more.
        patience: seconds that a process waits while another reads all rows.
    """

    kept_from: int = 20_000
    tail_share: float = 0.05
    tail_rows: int = 5_000
    seconds: float = 86_400.0
    patience: float = 900.0


USUAL: Final = Upkeep()

# A tail so many times larger than it should be is taken into a base though somebody waits.
_AT_ONCE: Final = 4
# After which a file that could not be written is tried again: at first, and at most.
_TRIED_AGAIN_SECONDS: Final = 60.0
_TRIED_AGAIN_AT_MOST: Final = 3600.0


@dataclass(frozen=True, slots=True)
class _Now:
    """Rows and the revision up to which they are the gallery's; replaced together."""

    rows: Rows
    revision: int


class Int8Index:
    """See `VectorIndex`. Only names candidates: its similarities are rounded.

    Args:
        identity: what its base has to be of.
        folder: where its base is kept.
        kernel: compares rows.
        upkeep: when a base is made anew.

    Raises:
        StorageError: the rows cannot be asked whether what is kept is of them.
    """

    is_exact = False

    def __init__(
        self, identity: Identity, *, folder: Folder, kernel: Kernel, upkeep: Upkeep = USUAL
    ) -> None:
        self._identity = identity
        self._dimension = identity.dimension
        self._folder = folder
        self._kernel = kernel
        self._upkeep = upkeep
        self._writing = threading.Lock()
        # Taken out, and not overwritten yet in what this process has open or what is kept.
        self._owed: dict[str, float] = {}
        self._put_again_at = -math.inf
        self._put_failed = 0
        kept = self._kept()
        self._now = _Now(self._rows(kept), NOTHING if kept is None else kept.revision)

    @property
    def dimension(self) -> int:
        """See `VectorIndex.dimension`."""
        return self._dimension

    @property
    def applied_revision(self) -> int:
        """See `VectorIndex.applied_revision`."""
        return self._now.revision

    def __len__(self) -> int:
        return len(self._now.rows)

    def held(self, keys: Sequence[str]) -> set[str]:
        """See `VectorIndex.held`."""
        # What could not be overwritten is there still, though no search comes upon it.
        return self._now.rows.held(keys) | (self._owed.keys() & set(keys))

    @property
    def groups(self) -> int:
        """See `VectorIndex.groups`."""
        return self._now.rows.groups

    @contextmanager
    def writing(self, *, floor: int = 0) -> "Iterator[_Changing | _FromNothing]":
        """See `VectorIndex.writing`."""
        floor = max(floor, 0)
        with self._writing, ExitStack() as until:
            now = self._adopted(floor)
            if now.revision < floor:
                # All rows will be read, which one process does for all of this machine. That one
                # may have been stopped: after a while each does it for itself.
                with suppress(IndexUnavailable):
                    until.enter_context(self._folder.building(patience=self._upkeep.patience))
                now = self._adopted(floor)
            if now.revision < floor:
                yield _FromNothing(Filling(self._dimension), self._begin)
            else:
                if now.revision > self._now.revision:
                    # At once: who finds that nothing is left to be done commits nothing.
                    self._now = now
                yield _Changing(now.rows, now.revision, self._commit, self._owe_no_more)

    def search(
        self,
        queries: NDArray[np.float32],
        *,
        groups: int,
        among: Collection[str] | None = None,
    ) -> list[list[Hit]]:
        """See `VectorIndex.search`."""
        return self._now.rows.search(queries, groups=groups, among=among)

    def overwrite_removed(self) -> None:
        """See `VectorIndex.overwrite_removed`; also makes a new base where that is due."""
        with self._writing:
            now = self._now
            now.rows.overwrite_removed()
            self.erase_owed()
            newer = self._newest(since=now.revision - 1, but=now.rows.base)
            if newer is not None:
                self._publish(newer)
                return
        # Without the lock: who has to be brought up to the rows does not wait for a large file.
        if self._is_due(now) or self._is_unkept(now):
            self._renew(now)

    def erase_owed(self) -> None:
        """Overwrite in files what could not be overwritten when it was taken out."""
        if self._owed:
            self._erase({}, self._now.rows.base)

    def clear_kept(self, revision: int) -> None:
        """Keep nothing in files of what is older than a revision, as far as that can be done now."""
        try:
            self._folder.clear(revision)
        except IndexUnavailable as error:
            # Whoever is to be gone from there is looked for by everybody who follows the rows.
            _log.warning("Files of an index cannot be removed", why=_why(error))

    def erase_kept(self, keys: Sequence[str]) -> None:
        """Let no file have anything of these, though this index does not have them itself.

        Where that cannot be done now, it counts as having them, and tries again.
        """
        self._erase(dict.fromkeys(keys, math.inf), None)

    def close(self) -> None:
        """See `VectorIndex.close`."""

    def _rows(self, base: Base | None) -> Rows:
        base = _empty(self._dimension) if base is None else base
        return Rows(self._dimension, base, self._kernel)

    def _newest(self, *, since: int = NOTHING, but: Base | None = None) -> Base | None:
        return self._folder.newest(self._identity, since=since, but=but)

    def _kept(self) -> Base | None:
        """What is kept, if it is of the history of the rows."""
        kept = self._newest()
        if kept is None or self._folder.is_of_these_rows(kept):
            return kept
        _log.warning("An index did not fit the database and is built anew")
        try:
            self._folder.discard(kept)
        except IndexUnavailable as error:
            _log.warning("Files of an index cannot be removed", why=_why(error))
        return None

    def _publish(self, base: Base) -> None:
        self._now = _Now(self._rows(base), base.revision)

    def _adopted(self, floor: int) -> _Now:
        """With what a writer begins: what there is, or beside it the snapshot of another process.

        The other's may be of an earlier revision: the rows since are read again, and this
        process's own copies of those before are let go.
        """
        now = self._now
        base = now.rows.base
        newer = self._newest(since=max(base.revision, floor - 1), but=base)
        return now if newer is None else _Now(self._rows(newer), newer.revision)

    def _begin(self, filling: Filling, revision: int) -> None:
        draft = filling.draft(revision)
        base = self._put(draft)
        if base is None:
            # What is kept may have somebody of whose removal this index was not told.
            self.clear_kept(revision)
            base = in_memory(draft)
        self._publish(base)

    def _commit(self, rows: Rows, removed: Sequence[str], revision: int) -> None:
        if removed:
            self._erase(dict.fromkeys(removed, revision), rows.base)
        # A snapshot that was adopted may have led to less than there is.
        if revision >= self._now.revision:
            self._now = _Now(rows, revision)
        now = self._now
        # A large one waits for a moment when nobody does, unless such a moment never comes.
        if self._is_due(now, times=_AT_ONCE if self._is_large(len(now.rows)) else 1):
            base = self._renewed(now)
            if base is not None:
                self._publish(base)

    def _owe_no_more(self, keys: Sequence[str]) -> None:
        """What is there again is not to be overwritten."""
        for key in keys:
            self._owed.pop(key, None)

    def _erase(self, removed: Mapping[str, float], own: Base | None) -> None:
        keys = {**self._owed, **removed}
        try:
            self._folder.erase(keys, own)
            self._owed = {}
        except IndexUnavailable as error:
            # Nobody's answer depends on it; who asks whether they are gone is told that they are not.
            _log.warning("Removed faces will be overwritten later", why=_why(error))
            self._owed = keys

    def _renew(self, now: _Now) -> None:
        base = self._renewed(now)
        with self._writing:
            # Whoever has gone on meanwhile takes it over when it writes the next time.
            if base is not None and self._now is now:
                self._publish(base)

    def _renewed(self, now: _Now) -> Base | None:
        """A new base of all rows; None where one cannot be kept now, or another process makes one."""
        if not self._is_large(len(now.rows)):
            self.clear_kept(now.revision)
            return in_memory(now.rows.draft(now.revision))
        try:
            with self._folder.building(patience=0):
                if self._newest(since=now.rows.base.revision, but=now.rows.base) is None:
                    return self._put(now.rows.draft(now.revision))
        except IndexUnavailable:
            pass
        return None

    def _put(self, draft: Draft) -> Base | None:
        """Keep a base as a file, if it is large enough and that can be done."""
        if not self._is_large(len(draft)) or time.monotonic() < self._put_again_at:
            return None
        try:
            kept = self._folder.put(self._identity, draft)
        except (OSError, StorageError) as error:
            _log.warning("A snapshot of an index cannot be kept", why=_why(error))
            # A full disk is not filled and emptied at every change.
            wait = min(_TRIED_AGAIN_SECONDS * 2**self._put_failed, _TRIED_AGAIN_AT_MOST)
            self._put_again_at = time.monotonic() + wait
            self._put_failed += 1
            return None
        self._put_failed = 0
        return self._newest(since=draft.revision - 1) if kept is None else kept

    def _is_large(self, rows: int) -> bool:
        return rows >= self._upkeep.kept_from

    def _is_unkept(self, now: _Now) -> bool:
        """Whether this is in memory alone, because a file could not be kept when it was filled."""
        return len(now.rows) > 0 and now.rows.base.inode is None and self._is_large(len(now.rows))

    def _is_due(self, now: _Now, *, times: int = 1) -> bool:
        rows = now.rows
        changed = rows.tail_rows + rows.dead_rows
        most = max(self._upkeep.tail_rows, int(self._upkeep.tail_share * len(rows.base)))
        old = time.time() - rows.base.made_at > self._upkeep.seconds
        return now.revision > NOTHING and (changed > times * most or (old and changed > 0))


class _FromNothing:
    """See `IndexWriter`. Nothing of it is found before it is committed.

    Args:
        filling: takes what is given.
        begin: shows it to searches.
    """

    applied_revision = NOTHING

    def __init__(self, filling: Filling, begin: Callable[[Filling, int], None]) -> None:
        self._filling = filling
        self._begin = begin

    def upsert(
        self, keys: Sequence[str], groups: Sequence[str], vectors: NDArray[np.float32]
    ) -> None:
        """See `IndexWriter.upsert`."""
        self._filling.upsert(keys, groups, vectors)

    def remove(self, keys: Sequence[str]) -> None:
        """See `IndexWriter.remove`."""
        self._filling.remove(keys)

    def commit(self, revision: int) -> None:
        """See `IndexWriter.commit`."""
        self._begin(self._filling, revision)


class _Changing:
    """See `IndexWriter`. What it adds to rows that are searched is found at once.

    Args:
        rows: what is to be changed.
        revision: up to which it is the gallery's.
        commit: is told the rows, which keys were taken out, and the new revision.
        added: is told which keys are there, perhaps again.
    """

    def __init__(
        self,
        rows: Rows,
        revision: int,
        commit: Callable[[Rows, Sequence[str], int], None],
        added: Callable[[Sequence[str]], None],
    ) -> None:
        self._rows = rows
        self._commit = commit
        self._added = added
        self._removed: list[str] = []
        self.applied_revision = revision

    def upsert(
        self, keys: Sequence[str], groups: Sequence[str], vectors: NDArray[np.float32]
    ) -> None:
        """See `IndexWriter.upsert`."""
        self._rows.upsert(keys, groups, vectors)
        self._added(keys)

    def remove(self, keys: Sequence[str]) -> None:
        """See `IndexWriter.remove`."""
        self._rows.remove(keys)
        self._removed += keys

    def commit(self, revision: int) -> None:
        """See `IndexWriter.commit`."""
        self._commit(self._rows, self._removed, revision)


def _empty(dimension: int) -> Base:
    return in_memory(
        Draft(
            keys=pack([]),
            groups=pack([]),
            group_of=np.empty(0, np.int32),
            stride=stride_of(dimension),
            gather=lambda _: np.empty((0, stride_of(dimension)), np.int8),
            revision=NOTHING,
        )
    )


def _why(error: Exception) -> str | None:
    """For a log: what the system says, or the kind alone."""
    cause = error.__cause__ if isinstance(error, IndexUnavailable) else error
    return cause.strerror if isinstance(cause, OSError) else type(cause or error).__name__
