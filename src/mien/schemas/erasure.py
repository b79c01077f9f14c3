"""Deleting a person, and the proof of it, as JSON."""

from typing import Literal

from pydantic import Field

from mien.gallery.erasure_proof import Erasure
from mien.gallery.erasure_proof import KeptOriginal
from mien.gallery.erasure_proof import Unchecked
from mien.gallery.erasure_proof import Why
from mien.schemas.addresses import GalleryName
from mien.schemas.addresses import Id
from mien.schemas.base import In
from mien.schemas.base import Out


class ErasureQuery(In):
    """What to do about original photos kept for other people."""

    search_originals: bool = Field(
        default=False,
        description="Search for the person in kept originals that may show them. The search has "
        "as much time as processing one photo; what is not searched by then is listed "
        "in `not_checked`. An administrator's request also searches other galleries. "
        "After the deletion this search is no longer possible.",
    )
    delete_originals: bool = Field(
        default=False,
        description="Search, and delete the originals in which the person is found. Other "
        "people's portraits and examples stay.",
    )


class KeptOriginalOut(Out):
    """A kept original photo."""

    gallery: GalleryName
    photo_id: Id
    person_ids: list[Id] = Field(description="People whose examples come from it.")
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
    """Photos that may show the person and were not checked."""

    what: Unchecked = Field(
        description="Kept originals with more faces than there are examples from them; older "
        "versions of deleted files, where the store of the photos does not tell of them; or copies "
        "of deleted files in a place which the photos were moved to or from."
    )
    why: Why = Field(
        description="`not_asked`: no search was requested. `not_permitted`: only administrators "
        "can search other galleries. `out_of_time`: there was not enough time. "
        "`not_comparable`: the person has no face, or no model or another model is "
        "running. `unreadable`: the file cannot be read, or shows too many faces. "
        "`not_told`: the store does not say whether it keeps older versions. `not_emptied`: a "
        "move of the photos is not finished, or could not empty the place where they were."
    )
    count: int
    originals: list[KeptOriginalOut] = Field(description="The first 1,000 of them.")


class ErasureOut(Out):
    """Proof that a person was deleted: what was deleted, and what a check afterwards found."""

    person_id: Id
    faces: int
    photos: int
    probes: int = Field(description="Uploaded photos deleted because they may show the person.")
    files: int
    rows_left: int
    files_left: int
    indexed_left: int
    log_cleared: bool = Field(
        description="Whether the database's log is free of copies. If it is in use, it is cleared "
        "within minutes, and the audit trail records that."
    )
    event_id: Id
    other_processes: Literal["dropped_before_their_next_answer"] = Field(
        description="No other process of Mien uses outdated data: each reads the changes before "
        "it searches."
    )
    other_processes_within_seconds: int = Field(
        description="Seconds until no other serving process has the person's embeddings in "
        "memory, even if it gets no requests; it must be able to reach the database."
    )
    originals_searched: int
    originals_showing: list[KeptOriginalOut] = Field(
        description="Originals kept for other people in which the person was found."
    )
    originals_left: int = Field(description="How many of them were not deleted.")
    not_checked: list[NotCheckedOut] = Field(description="Empty if everything was checked.")
    erased: bool = Field(
        description="Whether nothing stored for the person is left: `rows_left`, `files_left` and "
        "`indexed_left` are 0, and the log is cleared."
    )
    complete: bool = Field(
        description="Whether the person is `erased` and no kept original shows them or may show "
        "them."
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
