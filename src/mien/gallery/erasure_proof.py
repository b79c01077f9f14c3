"""What forgetting somebody answers: what is gone, what was looked at again, and what was not."""

from dataclasses import dataclass
from typing import Final
from typing import Literal
from typing import TypeAlias


@dataclass(frozen=True, slots=True)
class KeptOriginal:
    """A kept original photo, told without anybody's name.

    Attributes:
        gallery: the name of where it is kept.
        photo_id: its id.
        person_ids: whose examples were taken from it.
        deleted: whether it was deleted, with the person who was forgotten.
    """

    gallery: str
    photo_id: str
    person_ids: tuple[str, ...]
    deleted: bool = False


Unchecked: TypeAlias = Literal[
    "originals", "originals_of_other_galleries", "older_versions", "former_places"
]
"""What may show somebody who was forgotten, and was not looked at."""

Why: TypeAlias = Literal[
    "not_asked",
    "not_permitted",
    "out_of_time",
    "not_comparable",
    "unreadable",
    "not_told",
    "not_emptied",
]
"""Why it was not looked at.

`not_asked`: no search was asked for. `not_permitted`: whoever asked may not search there.
`out_of_time`: the time of the request was over. `not_comparable`: there is no face of the person,
no model or another one. `unreadable`: the file cannot be read, or shows more faces than are
looked at. `not_told`: the store does not say whether it keeps older versions of deleted files.
`not_emptied`: the stored files were moved, and the other place is not known to hold none.
"""

MOST_ORIGINALS: Final = 1_000
"""So many photos are told one by one; all are counted."""


@dataclass(frozen=True, slots=True)
class NotChecked:
    """What may show somebody who was forgotten, and was not looked at.

    Attributes:
        what: kept originals in which faces were seen that are nobody's example, of the person's
            gallery or of others.
        why: it was not looked at.
        count: how many there are.
        originals: which; the first of many, and none of galleries that whoever asked may not see.
    """

    what: Unchecked
    why: Why
    count: int
    originals: tuple[KeptOriginal, ...]


@dataclass(frozen=True, slots=True)
class Erasure:
    """Proof that somebody is forgotten, counted and looked up again after the fact.

    It is about the person of one gallery. What Mien can tell of pictures is what its detector
    sees: a face that it does not find is not looked for.

    Attributes:
        person_id: who was erased.
        faces: examples removed.
        photos: kept originals removed.
        probes: photos held for identification that were let go because they may show the person.
        files: files removed from the disk.
        rows_left: rows that still speak of the person; 0.
        files_left: files that should be gone and are not, or of which that cannot be known because
            their disk is away; 0. They are deleted as soon as that can be.
        indexed_left: examples that a search of this process could still find; 0. All of them when
            the index could not be asked, which hears of it before its next search. Another process
            never answers from what was there before: it brings its index up to the rows before
            each search, and drops from its memory what is gone within
            `other_processes_within_seconds`, also when nobody asks it.
        other_processes_within_seconds: the time within which other processes that serve have
            nothing of the examples in their memory any more, provided they reach the database.
        log_cleared: whether the database's own log was emptied, so that no copy of an erased row
            is left in it; False while somebody, such as a backup, reads an older moment. It is
            cleared as soon as that can be, and the audit trail then says so.
        event_id: the record of the erasure, which holds these counts and no name.
        originals_searched: kept originals that were searched for the person's face.
        originals_showing: those in which it was found; deleted where that was asked for.
        not_checked: what may show the person and was not looked at; nothing where no original
            that is kept shows a face beyond those that are other people's examples.
    """

    person_id: str
    faces: int
    photos: int
    probes: int
    files: int
    rows_left: int
    files_left: int
    indexed_left: int
    log_cleared: bool
    event_id: str
    other_processes_within_seconds: int
    originals_searched: int = 0
    originals_showing: tuple[KeptOriginal, ...] = ()
    not_checked: tuple[NotChecked, ...] = ()

    @property
    def erased(self) -> bool:
        """Whether nothing is left of what was stored of the person: rows, files, index, log."""
        left = self.rows_left or self.files_left or self.indexed_left
        return not left and self.log_cleared

    @property
    def originals_left(self) -> int:
        """How many originals show the person and are kept all the same."""
        return sum(not each.deleted for each in self.originals_showing)

    @property
    def complete(self) -> bool:
        """Whether nothing is left, other people's originals included, and all was looked at."""
        return self.erased and not self.originals_left and not self.not_checked
