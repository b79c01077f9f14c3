"""What a measurement says: figures with their counts and intervals, ready for JSON."""

from dataclasses import dataclass

from mien.evaluation.folds import Accuracy
from mien.evaluation.folds import FoldResult
from mien.evaluation.intervals import Interval

Rates = dict[str, float]
"""A figure at each rate; the rates are written `1e-2`."""
RateIntervals = dict[str, Interval | None]


@dataclass(frozen=True, slots=True)
class OperatingSettings:
    """How a gallery is set.

    Attributes:
        gallery: its name; None when the settings are those of a new gallery.
        accepted_fpir: share of strangers' searches that may name somebody.
        accepted_fmr: share of comparisons of two people that may pass as one.
        threshold: set by hand for searches; None when it follows from the accepted rate.
    """

    gallery: str | None
    accepted_fpir: float
    accepted_fmr: float
    threshold: float | None


@dataclass(frozen=True, slots=True)
class Made:
    """What the embeddings were made with.

    Attributes:
        pack: name of the model pack.
        contract_id: of the embeddings.
        detector: for display.
        recognizer: for display.
        calibrated: whether it is known how often the pack's similarities mislead.
        face: which face was taken where a photo shows several.
    """

    pack: str
    contract_id: str
    detector: str
    recognizer: str
    calibrated: bool
    face: str


@dataclass(frozen=True, slots=True)
class Share:
    """A share and what it rests on.

    Attributes:
        rate: None when there was nothing to count.
        count: trials that went so.
        of: all trials.
        interval: 95 %.
    """

    rate: float | None
    count: int
    of: int
    interval: Interval | None


@dataclass(frozen=True, slots=True)
class PairsAtSettings:
    """Pairs judged as the server would.

    Attributes:
        threshold: similarity from which two photos show one person.
        accepted_fmr: from which it follows; None when the pack's own fixed threshold holds.
        fmr: pairs of two people that pass.
        fnmr: pairs of one person that do not.
    """

    gallery: str | None
    threshold: float
    accepted_fmr: float | None
    fmr: Share
    fnmr: Share


@dataclass(frozen=True, slots=True)
class PairBand:
    """Pairs of like quality, judged at one threshold for all.

    Attributes:
        by: what they are alike in, of the poorer photo of a pair.
        low: of that.
        high: of that.
        fmr: pairs of two people that pass.
        fnmr: pairs of one person that do not.
    """

    by: str
    low: float
    high: float
    fmr: Share
    fnmr: Share


@dataclass(frozen=True, slots=True)
class PairsFigures:
    """Accuracy on labelled pairs.

    Attributes:
        pairs: how many.
        same: of one person.
        different: of two people.
        threshold: that judges most pairs rightly.
        tar_at_far: share of the pairs of one person that pass where this share of the others does.
        only_bounds: rates of `tar_at_far` for which there are too few pairs of two people; the
            figure is then the most it can be, at a threshold above all of them, and the interval
            begins at 0.
        by_quality: at the threshold where 1 of 1,000 pairs of two people pass.
        not_acquired: photos without a face, or that cannot be read; their pairs count as different.
        not_acquired_reasons: of each.
    """

    made: Made
    pairs: int
    same: int
    different: int
    people: int
    photos: int
    folds: int
    accuracy: Accuracy
    fold_results: list[FoldResult]
    threshold: float
    tar_at_far: Rates
    tar_at_far_interval: RateIntervals
    only_bounds: list[str]
    eer: float
    auc: float
    at_gallery_settings: PairsAtSettings
    by_quality: list[PairBand]
    not_acquired: list[str]
    not_acquired_reasons: dict[str, str]


@dataclass(frozen=True, slots=True)
class Decisions:
    """How searches were answered, at the gallery's settings.

    Attributes:
        match_right: an enrolled person was named.
        match_wrong: somebody else was, or a stranger was named.
        ambiguous: it could not be told.
        unknown_right: a stranger was called unknown.
        unknown_wrong: an enrolled person was.
    """

    match_right: int
    match_wrong: int
    ambiguous: int
    unknown_right: int
    unknown_wrong: int


@dataclass(frozen=True, slots=True)
class DecisionsSplit:
    """The same, with whom it concerned.

    Attributes:
        match_wrong_enrolled: an enrolled person was taken for another.
        match_wrong_stranger: a stranger was given a name.
        ambiguous_enrolled: searches of enrolled people that could not be told.
        ambiguous_enrolled_right_first: of these, those with the right person first.
        ambiguous_stranger: searches of strangers that could not be told.
        doubts: why, with how often; an answer may have two reasons.
    """

    match_wrong_enrolled: int
    match_wrong_stranger: int
    ambiguous_enrolled: int
    ambiguous_enrolled_right_first: int
    ambiguous_stranger: int
    doubts: dict[str, int]


@dataclass(frozen=True, slots=True)
class SearchesAtSettings:
    """Searches judged as the server would.

    Attributes:
        threshold: similarity from which a candidate is a match.
        accepted_fpir: from which it follows; None when it is set by hand or nothing was measured.
        stated_fpir: share of strangers' searches that reach it, as the gallery says.
        measured_fpir: the same as it was.
        named_strangers: searches of strangers answered with a name: without what was left
            ambiguous.
        fnir: searches of enrolled people in which they do not come first and reach the threshold.
    """

    gallery: str | None
    threshold: float
    accepted_fpir: float | None
    stated_fpir: float | None
    measured_fpir: Share
    named_strangers: Share
    fnir: Share


@dataclass(frozen=True, slots=True)
class RateCheck:
    """Whether `expected_false_match_rate` says what strangers do.

    Attributes:
        stated: a rate.
        measured: strangers whose best candidate is said to be reached that often or more rarely.
        agrees: whether what was stated lies in the interval of what was measured.
    """

    stated: float
    measured: Share
    agrees: bool


@dataclass(frozen=True, slots=True)
class SearchBand:
    """Searches with photos of like quality, judged at one threshold for all.

    Attributes:
        by: what they are alike in.
        low: of that.
        high: of that.
        fnir: searches of enrolled people in which they do not come first and reach the threshold.
        fpir: searches of strangers in which somebody reaches it.
        rank_1: searches of enrolled people in which they come first.
        ambiguous: searches of either that could not be told, at the gallery's settings.
    """

    by: str
    low: float
    high: float
    fnir: Share
    fpir: Share
    rank_1: Share
    ambiguous: Share


@dataclass(frozen=True, slots=True)
class WrongMatch:
    """A search that was answered with the wrong name.

    Attributes:
        photo: that was searched for.
        example: of the person named, that is most like it.
    """

    photo: str
    example: str
    similarity: float


@dataclass(frozen=True, slots=True)
class SearchFigures:
    """Accuracy of searches, with strangers among those who are searched for.

    Attributes:
        seed: of the split.
        enrolled: people in the gallery.
        examples: photos of each that were to be enrolled.
        faces: examples in the gallery.
        probes: searches of enrolled people, with photos that are not enrolled.
        strangers: searches of people who are not enrolled, one photo each.
        fnir_at_fpir: share of the probes in which the person does not come first above a threshold
            that this share of the strangers' searches reaches.
        only_bounds: rates for which there are too few strangers; the figure is then the least it
            can be, at a threshold above all of them, and the interval ends at 1.
        rank_1: share of the probes in which the right person comes first.
        expected_rate_check: of rates that can be stated in a gallery of this size; empty when it is
            not known how often the pack's similarities mislead.
        wrong_matches: the most similar first, a hundred at most: often one person under two names.
        by_quality: at the threshold where 1 of 100 strangers' searches names somebody.
        not_acquired: photos without a face, or that cannot be read. A probe counts as not found; a
            stranger does not count.
        not_acquired_reasons: of each.
    """

    made: Made
    seed: int
    enrolled: int
    examples: int
    faces: int
    probes: int
    strangers: int
    fnir_at_fpir: Rates
    fnir_at_fpir_interval: RateIntervals
    only_bounds: list[str]
    rank_1: float
    rank_1_interval: Interval | None
    decisions: Decisions
    decisions_split: DecisionsSplit
    at_gallery_settings: SearchesAtSettings
    wrong_matches: list[WrongMatch]
    expected_rate_check: list[RateCheck]
    by_quality: list[SearchBand]
    not_acquired: list[str]
    not_acquired_reasons: dict[str, str]
