"""What about a new example may be a mistake: a photo sent twice, a face of somebody else."""

from collections.abc import Iterable
from collections.abc import Sequence
from dataclasses import dataclass
from dataclasses import field

import numpy as np
from numpy.typing import NDArray
from sqlalchemy.orm import Session

from mien.decision.rank import Ranked
from mien.decision.rates import genuine_quantile
from mien.decision.similarity import similarity_to
from mien.errors import Objection
from mien.gallery.person_refs import person_refs
from mien.gallery.recognition.search import Nearest
from mien.gallery.recognition.search import named
from mien.gallery.results import Candidate
from mien.gallery.results import EnrolmentWarning
from mien.gallery.results import PersonRef
from mien.storage.models import FaceRow
from mien.vision.perceptual_hash import hash_distance
from mien.vision.types import EngineSummary

# With both, 85 to 99 % of press photos are known again that were compressed anew, made smaller or
# larger, brightened, greyed or cut by a few per cent; of 212 pairs of other photos of one person, one,
# which is of the same moment.
MOST_BITS = 12
# Of the pairs of a person's photos so many are less alike than the same photo twice.
_NOT_THE_SAME = 0.9
_ALIKE_UNMEASURED = 0.9
# Of a person's own photos so many look less like the others than is believed.
_MISTAKEN = 0.01


@dataclass(frozen=True, slots=True, eq=False)
class NewFace:
    """A new face as it is compared with what is stored.

    Attributes:
        embedding: float32, shape (dimension,), unit length.
        crop_hash: of its portrait.
    """

    embedding: NDArray[np.float32] = field(repr=False)
    crop_hash: str


def check_example(
    session: Session,
    looked: NewFace,
    *,
    person: PersonRef,
    own: Sequence[FaceRow],
    nearest: Nearest,
    summary: EngineSummary,
) -> tuple[EnrolmentWarning, ...]:
    """What may be wrong with making this face an example of this person.

    Args:
        session: in whose moment to look, before the example is written.
        looked: the face.
        person: whose it is to be.
        own: the person's examples so far.
        nearest: the nearest people of the gallery, two at least where there are so many.
        summary: of the engine that made the embedding.
    """
    others = [each for each in nearest.ranked if each.person_id != person.id]
    like = bool(others) and others[0].similarity >= nearest.point.threshold
    other, examples = _look_up(session, others[0]) if like else (None, [])
    alike = _least_alike(summary)
    warnings = [
        _same_photo(looked, own, person, alike),
        _same_photo(looked, examples, other.person, alike) if other else None,
        _looks_like(other) if other else None,
        _unlike(looked, own, summary),
    ]
    return tuple(each for each in warnings if each is not None)


def as_warnings(objections: Iterable[Objection]) -> tuple[EnrolmentWarning, ...]:
    """What a gate has let through, as warnings."""
    return tuple(
        EnrolmentWarning(
            each.code,
            each.variant,
            figure=each.figure,
            limit=each.limit,
            unit=each.unit,
        )
        for each in objections
    )


def already_there(person: PersonRef, face_id: str) -> EnrolmentWarning:
    """The warning that a photo was not stored because it is an example already."""
    return EnrolmentWarning(
        "same_photo",
        "not_stored",
        person=person,
        similarity=1.0,
        face_id=face_id,
    )


def least_like_oneself(summary: EngineSummary) -> float:
    """The similarity that all but 1 of 100 photos of a person reach with another one.

    Without a calibration it is the one from which two photos are taken for one person's.
    """
    if summary.calibration is None:
        return summary.verify_threshold
    return genuine_quantile(summary.calibration, _MISTAKEN)


def _least_alike(summary: EngineSummary) -> float:
    if summary.calibration is None:
        return _ALIKE_UNMEASURED
    return genuine_quantile(summary.calibration, _NOT_THE_SAME)


def _look_up(session: Session, ranked: Ranked) -> tuple[Candidate | None, list[FaceRow]]:
    """Somebody who is near, with the example that is; None when they have just been removed."""
    face = session.get(FaceRow, ranked.face_id)
    person = person_refs(session, [ranked.person_id]).get(ranked.person_id)
    if face is None or person is None:
        return None, []
    return named(ranked, person), [face]


def _same_photo(
    looked: NewFace, examples: Sequence[FaceRow], person: PersonRef, least: float
) -> EnrolmentWarning | None:
    found = [
        (float(row.embedding @ looked.embedding), row.id)
        for row in examples
        if row.crop_hash is not None and hash_distance(row.crop_hash, looked.crop_hash) <= MOST_BITS
    ]
    similarity, face_id = max(found, default=(-1.0, ""))
    if similarity < least:
        return None
    return EnrolmentWarning(
        "same_photo",
        person=person,
        similarity=min(similarity, 1.0),
        face_id=face_id,
    )


def _looks_like(other: Candidate) -> EnrolmentWarning:
    return EnrolmentWarning(
        "looks_like_another",
        person=other.person,
        similarity=other.similarity,
        face_id=other.face_id,
    )


def _unlike(
    looked: NewFace, own: Sequence[FaceRow], summary: EngineSummary
) -> EnrolmentWarning | None:
    if not own:
        return None
    similarity, nearest = similarity_to(looked.embedding, {row.id: row.embedding for row in own})
    if similarity >= least_like_oneself(summary):
        return None
    return EnrolmentWarning(
        "unlike_this_person",
        similarity=similarity,
        face_id=nearest,
    )
