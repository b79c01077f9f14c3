"""What every index promises: to who fills it, to who searches it, and to who decides by it.

A backend opens one index a gallery. The gallery layer brings it to the rows through a writer, and
asks it for candidates. Similarities that decide are those of the rows' own float32 vectors: an
index that holds these is exact and is asked directly, any other one is re-ranked from the rows
(`mien.index.rerank`). So an index may round, miss, be shared by processes or run elsewhere.
"""

from collections.abc import Collection
from collections.abc import Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from typing import Final
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

NOTHING: Final = -1
"""The revision of an index that has applied nothing; a gallery without faces is at 0."""


@dataclass(frozen=True, slots=True)
class Hit:
    """The nearest stored vector of one group.

    Attributes:
        key: id of the vector (a face).
        group: id of what it belongs to (a person).
        similarity: cosine in [-1, 1].
    """

    key: str
    group: str
    similarity: float


class ExactSearch(Protocol):
    """A search that may decide: its similarities are those of the rows' own vectors."""

    def __len__(self) -> int:
        """How many vectors can be found."""

    @property
    def groups(self) -> int:
        """How many groups can be found."""

    def search(
        self,
        queries: NDArray[np.float32],
        *,
        groups: int,
        among: Collection[str] | None = None,
    ) -> list[list[Hit]]:
        """Find, for each query, the groups whose nearest vector is most similar.

        Args:
            queries: float32, shape (n, dimension), unit length.
            groups: how many groups at most.
            among: the groups that are searched; None for all. Whoever is not in the index is passed
                over.

        Returns:
            One list a query, most similar first, each group once with its best vector; equally
            similar ones in the order of their keys.

        Raises:
            IndexUnavailable: the index cannot be reached.
        """

    def members(self, groups: Sequence[str]) -> dict[str, NDArray[np.float32]]:
        """All vectors of some groups, those of a group in the order of their keys.

        Returns:
            For each group that can be found, float32, shape (n, dimension).
        """


class IndexWriter(Protocol):
    """Changes an index, from the moment that `VectorIndex.writing` gives it until its block ends.

    What is added or removed may be found at once or from `commit` on, as the backend can do it.
    Each call can be repeated: adding replaces, and removing passes over what is not there.
    """

    @property
    def applied_revision(self) -> int:
        """From where to go on. Nobody else raises it meanwhile; `NOTHING` when all is wanted."""

    def upsert(
        self, keys: Sequence[str], groups: Sequence[str], vectors: NDArray[np.float32]
    ) -> None:
        """Add vectors, or replace those whose key is known.

        Args:
            keys: one id a vector.
            groups: what each belongs to, same length.
            vectors: float32, shape (len(keys), dimension), unit length.

        Raises:
            IndexUnavailable: the index cannot be reached, or is full (`IndexBackend.capacity`).
        """

    def remove(self, keys: Sequence[str]) -> None:
        """Take vectors out; unknown keys are passed over.

        Whose face it was may be forgotten: after the commit an index that is kept holds nothing of
        the vector any more, not even hidden.

        Raises:
            IndexUnavailable: the index cannot be reached.
        """

    def commit(self, revision: int) -> None:
        """Say that every change up to this revision has been given, as the block's last act.

        An index that is kept makes this the last thing to reach the disk: vectors first, then the
        revision, or both in one transaction. After a crash in between it knows less than it holds,
        and the same rows are given again, which does no harm. The other way round it would believe
        that it holds what it does not, and nobody would ever give it again.

        Args:
            revision: of the rows that were read; not below `applied_revision`.

        Raises:
            IndexUnavailable: the index cannot be reached; the revision stays what it was.
        """


class VectorIndex(Protocol):
    """The vectors of one gallery under one embedding contract: a cache of rows.

    Safe to search from several threads while another changes it: of a vector that is being
    replaced, a search sees the old or the new one.
    """

    @property
    def dimension(self) -> int:
        """Length of the vectors."""

    @property
    def is_exact(self) -> bool:
        """Whether its vectors are the rows' own, so that its similarities may decide.

        One that says so is an `ExactSearch`, too. Whom any other finds is only a candidate, and
        is ranked anew.
        """

    @property
    def applied_revision(self) -> int:
        """The gallery's revision up to which every change is in; `NOTHING` at first.

        It belongs to the vectors and is kept and shared with them. Asked before every search.

        Raises:
            IndexUnavailable: the index cannot be reached.
        """

    def __len__(self) -> int:
        """How many vectors can be found."""

    def held(self, keys: Sequence[str]) -> set[str]:
        """Which of these keys' vectors can be found. Asked of thousands at a time.

        Raises:
            IndexUnavailable: the index cannot be reached.
        """

    @property
    def groups(self) -> int:
        """How many groups can be found."""

    def writing(self, *, floor: int = 0) -> AbstractContextManager[IndexWriter]:
        """Be the one who changes this index; waits until no other thread or process does.

        Whoever had to wait finds in the writer's `applied_revision` what was done meanwhile. A
        block that ends without `commit` leaves the revision as it was.

        Args:
            floor: an index that has applied less cannot be brought up to the rows. Its writer
                begins with nothing, aside: searches find what is there until the commit, which
                replaces all of it. Never below 0, so that what a broken-off first filling has
                left is not built upon.

        Raises:
            IndexUnavailable: the index cannot be reached, or the other does not come to an end.
        """

    def search(
        self,
        queries: NDArray[np.float32],
        *,
        groups: int,
        among: Collection[str] | None = None,
    ) -> list[list[Hit]]:
        """Find, for each query, the groups whose nearest vector is most similar.

        Args:
            queries: float32, shape (n, dimension), unit length.
            groups: how many groups at most.
            among: the groups that are searched; None for all. No other is named, however near it
                is, and as many of these are as without the others.

        Returns:
            One list a query, most similar first, each group once. Where the index is not exact,
            similarities are near the cosine, the named vector is one of the best of its group, and
            a group may be missing.

        Raises:
            IndexUnavailable: the index cannot be reached.
        """

    def overwrite_removed(self) -> None:
        """Overwrite what this process still has in memory of vectors that were taken out.

        Called again and again, some seconds apart, while nobody waits: an index that is kept may
        use the moment to write itself down. What was taken out since the last call may be
        left for the next one, because a search may be looking at it.

        Raises:
            IndexUnavailable: the index cannot be reached.
        """

    def close(self) -> None:
        """Let go of files and connections; called once, when nobody searches any more."""


class IndexBackend(Protocol):
    """A way to keep indexes; made once a process.

    Whatever else goes wrong inside (a disk, a network, a damaged file) comes out as
    `IndexUnavailable`, unless the backend can begin anew from nothing.
    """

    @property
    def name(self) -> str:
        """What it is called in settings and messages."""

    @property
    def capacity(self) -> int | None:
        """How many vectors one index holds at most; None where only the machine is a limit."""

    @property
    def kept_apart(self) -> bool:
        """Whether what it keeps lies apart from the rows: in files, or in another server.

        It may be of another history of the rows, where a database was replaced by hand: it is
        compared with the rows when it is opened.
        """

    @property
    def cannot_keep(self) -> bool:
        """Whether it keeps files and its folder cannot be written to; then memory serves."""

    def open(self, gallery_id: str, *, contract_id: str, dimension: int) -> VectorIndex:
        """The index of a gallery: what is kept of it, or an empty one.

        Args:
            gallery_id: which gallery.
            contract_id: under which its embeddings were made. What is kept under another, or with
                another dimension, is not believed and is let go.
            dimension: length of the embeddings.

        Raises:
            IndexUnavailable: it cannot be reached.
        """

    def drop(self, gallery_id: str) -> None:
        """Erase what is kept of a gallery, under whatever contract.

        Raises:
            IndexUnavailable: it cannot be reached.
        """

    def erase_removed(self, gallery_id: str) -> bool:
        """Let what is kept of a gallery have nothing of whomever its rows have lost.

        Whatever contract it is kept under, and whether or not it is open here. After every commit
        to the rows that takes out faces, and now and then, for what another process has committed.

        Returns:
            Whether that is done; False where what is kept has to be opened and brought up for it.

        Raises:
            IndexUnavailable: it cannot be reached.
            StorageError: the rows cannot be asked.
        """

    def kept(self) -> Collection[str]:
        """Ids of the galleries of which something is kept; none where indexes end with a process.

        Who is to be forgotten is looked for in these also by a process that has never searched.

        Raises:
            IndexUnavailable: they cannot be looked up.
        """

    def close(self) -> None:
        """Let go of files and connections; called once, after its indexes are closed."""
