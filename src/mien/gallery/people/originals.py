"""Kept originals that may show somebody who is to be forgotten: found by counting, and by looking.

Of an original is known how many faces were seen in it and which of them are examples of whom. One
in which more was seen than became examples may show anybody, and only looking at it tells.
"""

from collections import defaultdict
from collections.abc import Callable
from collections.abc import Collection
from collections.abc import Iterable
from collections.abc import Mapping
from collections.abc import Sequence
from dataclasses import dataclass
from dataclasses import field

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import or_
from sqlalchemy import select
from sqlalchemy.orm import Session

from mien.errors import FileMissing
from mien.errors import ImageError
from mien.errors import ModelError
from mien.errors import Overloaded
from mien.errors import PhotoTakesTooLong
from mien.errors import StorageError
from mien.gallery.analysis import Upload
from mien.gallery.analysis import analyze
from mien.gallery.erasure_proof import MOST_ORIGINALS
from mien.gallery.erasure_proof import KeptOriginal
from mien.gallery.erasure_proof import NotChecked
from mien.gallery.erasure_proof import Unchecked
from mien.gallery.erasure_proof import Why
from mien.gallery.same_face import is_same_place
from mien.gallery.services import Services
from mien.storage.models import FaceRow
from mien.storage.models import GalleryRow
from mien.storage.models import PhotoRow
from mien.vision.budget import Budget
from mien.vision.types import Box

_AT_ONCE = 500


@dataclass(frozen=True, slots=True)
class Candidate:
    """A kept original in which more was seen than the examples that were taken from it.

    Attributes:
        photo_id: its id.
        gallery_id: of where it is kept.
        gallery: the name of that.
        file: the name of its file.
        person_ids: whose examples were taken from it.
    """

    photo_id: str
    gallery_id: str
    gallery: str
    file: str
    person_ids: tuple[str, ...]

    def told(self, *, deleted: bool = False) -> KeptOriginal:
        """As it is told."""
        return KeptOriginal(self.gallery, self.photo_id, self.person_ids, deleted)


@dataclass(frozen=True, slots=True)
class Searched:
    """What came of looking at originals.

    Attributes:
        seen: of each that was looked at wholly, by its id, how many faces it shows.
        showing: those in which the person was found.
        unseen: why others were not looked at wholly, by their ids.
    """

    seen: dict[str, int] = field(default_factory=dict)
    showing: dict[str, Candidate] = field(default_factory=dict)
    unseen: dict[str, Why] = field(default_factory=dict)

    @property
    def count(self) -> int:
        """How many were looked at, so that it is known whether they show the person."""
        return len(self.seen.keys() | self.showing.keys())


def may_show(session: Session, *, without: Collection[str] = ()) -> list[Candidate]:
    """Kept originals of all galleries in which a face was seen that is nobody's example.

    Those of which it was not kept how many faces they show are among them.

    Args:
        session: reading or writing.
        without: ids of photos that are left out.
    """
    # One face seen, and the photo is kept because of it: most are like that.
    unclear = or_(PhotoRow.faces_seen.is_(None), PhotoRow.faces_seen > 1)
    photos = session.execute(
        select(
            PhotoRow.id, PhotoRow.gallery_id, GalleryRow.name, PhotoRow.file, PhotoRow.faces_seen
        )
        .join(GalleryRow, GalleryRow.id == PhotoRow.gallery_id)
        .where(unclear)
        .order_by(PhotoRow.id)
    ).all()
    examples: dict[str, list[tuple[str, Box]]] = defaultdict(list)
    for start in range(0, len(photos), _AT_ONCE):
        # By the photos, whose index is small: a join may read the faces of all galleries instead.
        some = [photo.id for photo in photos[start : start + _AT_ONCE]]
        rows = session.execute(
            select(FaceRow.photo_id, FaceRow.person_id, FaceRow.box).where(
                FaceRow.photo_id.in_(some)
            )
        )
        for photo_id, person_id, box in rows:
            examples[photo_id or ""].append((person_id, Box(*box)))
    return [
        Candidate(
            photo_id, owner, name, file, tuple(sorted({who for who, _ in examples[photo_id]}))
        )
        for photo_id, owner, name, file, seen in photos
        if photo_id not in without
        and (seen is None or seen > _places(box for _, box in examples[photo_id]))
    ]


def search_originals(
    services: Services,
    candidates: Iterable[Candidate],
    embeddings: Sequence[NDArray[np.float32]],
    *,
    threshold: float,
    budget: Budget,
) -> Searched:
    """Look at originals for somebody's face, for as long as there is time.

    Args:
        services: the collaborators.
        candidates: the originals.
        embeddings: of the person's examples; float32, shape (dimension,), unit length.
        threshold: the similarity from which a face may be the person's.
        budget: the time for all of them.

    Raises:
        ClientGone: nobody waits for the answer any more.
    """
    found = Searched()
    stopped: Why | None = None if embeddings and np.isfinite(threshold) else "not_comparable"
    for each in candidates:
        if stopped is None:
            try:
                budget.check()
                _look(services, each, embeddings, threshold=threshold, budget=budget, into=found)
            except (PhotoTakesTooLong, Overloaded):
                stopped = "out_of_time"
            except ModelError:
                stopped = "not_comparable"
            except (ImageError, FileMissing, StorageError):
                found.unseen[each.photo_id] = "unreadable"
        if stopped is not None:
            found.unseen[each.photo_id] = stopped
    return found


def not_checked(
    candidates: Iterable[Candidate],
    searched: Searched,
    *,
    gallery_id: str,
    why: Callable[[Candidate], Why],
    may_read: Callable[[str], bool],
) -> tuple[NotChecked, ...]:
    """What is left unclear, by what it is and why.

    Args:
        candidates: the originals that may show the person, now.
        searched: what came of looking.
        gallery_id: the person's.
        why: of one that nobody tried to look at.
        may_read: whether whoever asks may see what is in a gallery, by its name.
    """
    groups: dict[tuple[Unchecked, Why], list[Candidate]] = defaultdict(list)
    for each in candidates:
        if each.photo_id in searched.seen or each.photo_id in searched.showing:
            continue
        here = each.gallery_id == gallery_id
        what: Unchecked = "originals" if here else "originals_of_other_galleries"
        groups[what, searched.unseen.get(each.photo_id) or why(each)].append(each)
    return tuple(
        NotChecked(
            what,
            reason,
            len(some),
            tuple(
                each.told()
                for each in some
                if each.gallery_id == gallery_id or may_read(each.gallery)
            )[:MOST_ORIGINALS],
        )
        for (what, reason), some in sorted(groups.items())
    )


def note_seen(session: Session, seen: Mapping[str, int]) -> None:
    """Keep how many faces originals show that were looked at, so that it is known the next time."""
    for photo_id, count in seen.items():
        photo = session.get(PhotoRow, photo_id)
        if photo is not None:
            photo.faces_seen = max(photo.faces_seen or 0, count)


def _look(
    services: Services,
    candidate: Candidate,
    embeddings: Sequence[NDArray[np.float32]],
    *,
    threshold: float,
    budget: Budget,
    into: Searched,
) -> None:
    photo = analyze(services, Upload(services.files.read(candidate.file)), budget)
    if any(
        float(np.dot(face.embedding, own)) >= threshold
        for face in photo.faces
        for own in embeddings
    ):
        into.showing[candidate.photo_id] = candidate
    elif photo.faces.left_out:
        into.unseen[candidate.photo_id] = "unreadable"
    if not photo.faces.left_out:
        into.seen[candidate.photo_id] = len(photo.faces)


def _places(boxes: Iterable[Box]) -> int:
    """How many faces these are: one place may be an example of several people."""
    places: list[Box] = []
    for box in boxes:
        if not any(is_same_place(box, other) for other in places):
            places.append(box)
    return len(places)
