"""What a comparison of model packs says: figures with their intervals, ready for JSON."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal
from typing import TypeAlias

from mien.evaluation.intervals import Interval

Verdict: TypeAlias = Literal["fewer", "more", "not_told_apart", "too_few_strangers"]
"""Whether a pack misses fewer or more of the enrolled people than another."""


@dataclass(frozen=True, slots=True)
class Figure:
    """A share, the mean over the draws.

    Attributes:
        rate: None when there was nothing to count.
        interval: 95 %, over people who are drawn anew.
    """

    rate: float | None
    interval: Interval | None


@dataclass(frozen=True, slots=True)
class Answers:
    """How a gallery would have answered, as shares, the mean over the draws.

    Attributes:
        enrolled_right: searches of enrolled people that were answered with their name.
        enrolled_wrong: with somebody else's.
        enrolled_ambiguous: that could not be told.
        enrolled_unknown: that were called unknown.
        enrolled_no_face: whose photo has no face that could be taken.
        strangers_named: searches of strangers that were answered with a name.
        strangers_ambiguous: that could not be told.
        strangers_unknown: that were called unknown.
    """

    enrolled_right: float
    enrolled_wrong: float
    enrolled_ambiguous: float
    enrolled_unknown: float
    enrolled_no_face: float
    strangers_named: float
    strangers_ambiguous: float
    strangers_unknown: float


@dataclass(frozen=True, slots=True)
class PackMade:
    """What a pack made of the photos.

    Attributes:
        pack: its name.
        contract_id: of the embeddings.
        detector: for display.
        recognizer: for display.
        calibrated: whether it is known how often the pack's similarities mislead.
        dimension: numbers of an embedding.
        photos_with_face: photos from which a face was taken.
        milliseconds: of one photo here, from the bytes of the file; the median.
        not_acquired_reasons: of photos without a face, or that cannot be read.
    """

    pack: str
    contract_id: str
    detector: str
    recognizer: str
    calibrated: bool
    dimension: int
    photos_with_face: int
    milliseconds: float
    not_acquired_reasons: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class PackCompared:
    """The figures of one pack.

    Attributes:
        made: what it made of the photos.
        rank_1: searches of enrolled people in which they come first.
        fnir_at_fpir: searches of enrolled people in which they do not come first above a threshold
            that this share of the strangers' searches reaches; by rate, written `1e-2`.
        answers: what the gallery would have said.
        threshold: at which it would have, the mean.
        stated_fpir: share of strangers' searches that reach it, as the gallery says; None when
            nothing was measured with the pack.
        measured_fpir: the same as it was.
    """

    made: PackMade
    rank_1: Figure
    fnir_at_fpir: Mapping[str, Figure]
    answers: Answers
    threshold: float
    stated_fpir: float | None
    measured_fpir: Figure


@dataclass(frozen=True, slots=True)
class Difference:
    """A pack beside the first one: the same photos, searches and strangers.

    Attributes:
        pack: its name.
        beside: the first pack's.
        at: FPIR at which both are judged; None when there are too few strangers for any.
        fnir: of the pack less that of the first one; below 0 when it misses fewer.
        interval: 95 %, over people who are drawn anew, the same ones for both.
        people_who_differ: enrolled people whom the two miss in different numbers of searches.
        verdict: what follows.
    """

    pack: str
    beside: str
    at: str | None
    fnir: float | None
    interval: Interval | None
    people_who_differ: int
    verdict: Verdict


@dataclass(frozen=True, slots=True)
class Comparison:
    """Packs beside each other.

    Attributes:
        gallery: whose settings hold; None when they are those of a new gallery.
        accepted_fpir: from which the thresholds follow.
        face: which face was taken where a photo shows several.
        seed: of the first draw; the others have the numbers that follow.
        draws: choices of who is enrolled and with which photos.
        people: in the set.
        photos: of them that have a part in some draw.
        enrolled: people to be enrolled in a draw.
        examples: photos of each that were to be enrolled.
        probes: searches of enrolled people in a draw, the mean.
        strangers: searches of people who are not enrolled in a draw, one photo each, the mean.
        timed_photos: that the milliseconds rest on.
        only_bounds: rates for which there are too few strangers; the figure is then the least it
            can be, and the interval ends at 1.
        packs: in the order in which they were named.
        differences: of all but the first.
    """

    gallery: str | None
    accepted_fpir: float
    face: str
    seed: int
    draws: int
    people: int
    photos: int
    enrolled: int
    examples: int
    probes: float
    strangers: float
    timed_photos: int
    only_bounds: list[str]
    packs: list[PackCompared]
    differences: list[Difference]
