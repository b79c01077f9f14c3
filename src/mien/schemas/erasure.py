"""Forgetting a person and the proof of it, as JSON."""

from typing import Literal

from pydantic import Field

from mien.gallery.results import Erasure
from mien.gallery.results import KeptOriginal
from mien.gallery.results import Unchecked
from mien.gallery.results import Why
from mien.schemas.addresses import GalleryName
from mien.schemas.addresses import Id
from mien.schemas.base import In
from mien.schemas.base import Out


class ErasureQuery(In):
    """What is to be done about originals that were kept because of other people."""

    search_originals: bool = Field(
        default=False,
        description="Look for the person in kept originals that may show them. Takes as long as a "
        "photo may take; what is not looked at by then is in `not_checked`. An administrator's "
        "call also searches those of other galleries. Nobody can search afterwards.",
    )
    delete_originals: bool = Field(
        default=False,
        description="Search, and delete the originals in which the person is found. Portraits and "
        "examples of other people stay.",
    )


class KeptOriginalOut(Out):
    """A kept original photo."""

    gallery: GalleryName
    photo_id: Id
    person_ids: list[Id] = Field(description="Whose examples were taken from it.")
    deleted: bool

    @classmethod
    def of(cls, original: KeptOriginal) -> "KeptOriginalOut":
        """From the verb's answer."""
        return cls(
            gallery=original.gallery,
            photo_id=original.photo_id,
            person_ids=list(original.person_ids),
            deleted=original.deleted,
        )


class NotCheckedOut(Out):
    """What may show the person and was not looked at."""

    what: Unchecked = Field(
        description="Kept originals in which more faces were seen than are other people's examples."
    )
    why: Why = Field(
        description="`not_asked`: no search was asked for. `not_permitted`: other galleries are "
        "for administrators to search. `out_of_time`: the time was over. `not_comparable`: there "
        "is no face of the person, or no model or another one. `unreadable`: the file cannot be "
        "read, or shows more faces than are looked at."
    )
    count: int
    originals: list[KeptOriginalOut] = Field(description="Which; the first 1,000 of them.")


class ErasureOut(Out):
    """Proof that somebody is forgotten: counted, and looked up again after the fact."""

    person_id: Id
    faces: int
    photos: int
    probes: int = Field(description="Held photos let go because they may show the person.")
    files: int
    rows_left: int
    files_left: int
    indexed_left: int
    log_cleared: bool = Field(
        description="Whether the database's log holds no copy any more. Where it does because it "
        "is being read, it is cleared within minutes, and the audit trail says so."
    )
    event_id: Id
    other_processes: Literal["dropped_before_their_next_answer"] = Field(
        description="No other process of Mien answers from what it knew before: each reads what "
        "has changed before it searches."
    )
    other_processes_within_seconds: int = Field(
        description="Within so many seconds no other process that serves has the person's "
        "embeddings in its memory, also when nobody asks it; it has to reach the database."
    )
    originals_searched: int
    originals_showing: list[KeptOriginalOut] = Field(
        description="Originals kept because of other people in which the person was found."
    )
    originals_left: int = Field(description="How many of these were not deleted.")
    not_checked: list[NotCheckedOut] = Field(description="Empty when nothing is unclear.")
    erased: bool = Field(
        description="Whether nothing is left of what was stored of the person: `rows_left`, "
        "`files_left` and `indexed_left` are 0, and the log is cleared."
    )
    complete: bool = Field(
        description="Whether the person is `erased`, and no original that is kept shows them or "
        "may show them."
    )

    @classmethod
    def of(cls, erasure: Erasure) -> "ErasureOut":
        """From the verb's answer."""
        return cls(
            person_id=erasure.person_id,
            faces=erasure.faces,
            photos=erasure.photos,
            probes=erasure.probes,
            files=erasure.files,
            rows_left=erasure.rows_left,
            files_left=erasure.files_left,
            indexed_left=erasure.indexed_left,
            log_cleared=erasure.log_cleared,
            event_id=erasure.event_id,
            other_processes="dropped_before_their_next_answer",
            other_processes_within_seconds=erasure.other_processes_within_seconds,
            originals_searched=erasure.originals_searched,
            originals_showing=[KeptOriginalOut.of(each) for each in erasure.originals_showing],
            originals_left=erasure.originals_left,
            not_checked=[
                NotCheckedOut(
                    what=each.what,
                    why=each.why,
                    count=each.count,
                    originals=[KeptOriginalOut.of(one) for one in each.originals],
                )
                for each in erasure.not_checked
            ],
            erased=erasure.erased,
            complete=erasure.complete,
        )
