"""Searches a gallery as the server does: the same index, ranking, threshold and decision."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from mien.decision.decide import Verdict
from mien.decision.decide import decide
from mien.decision.operating_point import OperatingPoint
from mien.decision.operating_point import operating_point
from mien.decision.rank import Ranked
from mien.decision.rank import rank
from mien.errors import InvalidInput
from mien.evaluation.acquire import Sample
from mien.evaluation.figures import OperatingSettings
from mien.evaluation.split import Split
from mien.index.exact import ExactIndex
from mien.vision.quality_limits import is_legible
from mien.vision.types import EngineSummary

# As many as `mien identify` and the API rank when nothing else is asked for.
_RANKED = 5
_AT_ONCE = 64


@dataclass(frozen=True, slots=True)
class Search:
    """What a search for one photo gave.

    Attributes:
        photo: its name.
        person: whom it shows.
        enrolled: whether this person is in the gallery.
        sample: the face; None when none could be taken.
        best: who comes first; None without a face.
        verdict: the answer; None without a face.
    """

    photo: str
    person: str
    enrolled: bool
    sample: Sample | None
    best: Ranked | None
    verdict: Verdict | None

    @property
    def right_first(self) -> bool:
        """Whether the person whom the photo shows comes first."""
        return self.best is not None and self.best.person_id == self.person


@dataclass(frozen=True, slots=True)
class SplitSearches:
    """What all searches gave.

    Attributes:
        point: where the gallery's answers were cut.
        people: in the gallery.
        faces: examples in the gallery.
        probes: searches of enrolled people.
        strangers: searches of others.
        samples: by the photo's name; an example's id is the name of its photo.
    """

    point: OperatingPoint
    people: int
    faces: int
    probes: list[Search]
    strangers: list[Search]
    samples: Mapping[str, Sample]


def search_split(
    split: Split,
    samples: Mapping[str, Sample],
    *,
    summary: EngineSummary,
    settings: OperatingSettings,
) -> SplitSearches:
    """Enrol the gallery's photos and search for everybody else's.

    Args:
        split: which photo has which part.
        samples: by the photo's name.
        summary: of the engine that made the embeddings.
        settings: how the gallery is set.

    Raises:
        InvalidInput: no photo of the gallery shows a face, or none of a stranger.
    """
    rows = [
        (photo, person)
        for person, photos in split.gallery.items()
        for photo in photos
        if photo in samples
    ]
    if not rows:
        raise InvalidInput("no_face_to_enrol", field="folder")
    # Whatever backend a server has, its answers are those of the exact one.
    index = ExactIndex.of(
        [photo for photo, _ in rows],
        [person for _, person in rows],
        np.stack([samples[photo].embedding for photo, _ in rows]),
    )
    point = operating_point(
        calibration=summary.calibration,
        accepted_fpir=settings.accepted_fpir,
        threshold=settings.threshold,
        otherwise=summary.identify_threshold,
        people=index.groups,
        faces=len(index),
    )
    asked = [(*each, True) for each in split.probes] + [(*each, False) for each in split.strangers]
    seen = [samples[photo] for photo, _, _ in asked if photo in samples]
    ranked = [
        candidates
        for start in range(0, len(seen), _AT_ONCE)
        for candidates in rank(
            index,
            np.stack([sample.embedding for sample in seen[start : start + _AT_ONCE]]),
            limit=_RANKED,
        )
    ]
    answers = iter(zip(seen, ranked, strict=True))
    searches = []
    for photo, person, enrolled in asked:
        sample, candidates = next(answers) if photo in samples else (None, ())
        verdict = None
        if sample is not None:
            verdict = decide(candidates, point=point, legible=is_legible(sample.quality))
        best = candidates[0] if candidates else None
        searches.append(Search(photo, person, enrolled, sample, best, verdict))
    if not any(search.best for search in searches if not search.enrolled):
        raise InvalidInput("no_face_of_strangers", field="folder")
    return SplitSearches(
        point=point,
        people=index.groups,
        faces=len(index),
        probes=[search for search in searches if search.enrolled],
        strangers=[search for search in searches if not search.enrolled],
        samples=samples,
    )
