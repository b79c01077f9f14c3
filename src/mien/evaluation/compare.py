"""Several packs on the same photos, people and searches. Pure.

Every choice of who is enrolled and with which photos is the same for all packs, and where people
are drawn anew for an interval, the same ones are drawn for all: what is by chance in the photos
meets both sides of a difference, and only what the packs differ in is left of it.
"""

from collections.abc import Callable
from collections.abc import Mapping
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import islice

import numpy as np
from numpy.typing import NDArray

from mien.evaluation import curves
from mien.evaluation.comparison import Answers
from mien.evaluation.comparison import Comparison
from mien.evaluation.comparison import Difference
from mien.evaluation.comparison import Figure
from mien.evaluation.comparison import PackCompared
from mien.evaluation.comparison import PackMade
from mien.evaluation.comparison import Verdict
from mien.evaluation.figures import OperatingSettings
from mien.evaluation.intervals import Interval
from mien.evaluation.intervals import clopper_pearson
from mien.evaluation.intervals import hull
from mien.evaluation.intervals import inner_interval
from mien.evaluation.intervals import people_drawn_anew
from mien.evaluation.open_set import best_of
from mien.evaluation.open_set import found_at
from mien.evaluation.searches import Search
from mien.evaluation.searches import SplitSearches

RATES = ("1e-1", "1e-2")
# So many have to differ, all to one side, before that happens by chance less often than 1 in 20.
LEAST_WHO_DIFFER = 6
# Drawings of people that are reckoned with together: memory for large sets, speed for small ones.
_AT_ONCE = 100

Array = NDArray[np.float64]


@dataclass(frozen=True, slots=True, eq=False)
class _Draw:
    """The searches of one draw, as one pack has answered them.

    Attributes:
        found: see `found_at`, shape (n,).
        first: whether the person comes first, 1 or 0, shape (n,).
        owner: whom each of these searches is for, by number, shape (n,).
        strange: see `best_of`, falling, shape (m,).
        reaches: whether a stranger reaches the gallery's threshold, 1 or 0, shape (m,).
        stranger: who searches, by number, shape (m,).
    """

    found: Array
    first: Array
    owner: NDArray[np.intp]
    strange: Array
    reaches: Array
    stranger: NDArray[np.intp]

    @classmethod
    def of(cls, searched: SplitSearches, number: Mapping[str, int]) -> "_Draw":
        """Of the searches; `number` says which person is which."""
        strangers = sorted(
            (each for each in searched.strangers if each.best is not None),
            key=lambda each: -each.best.similarity if each.best else 0.0,
        )
        strange = best_of(strangers)
        return cls(
            found=found_at(searched.probes),
            first=np.array([each.right_first for each in searched.probes], dtype=np.float64),
            owner=np.array([number[each.person] for each in searched.probes], dtype=np.intp),
            strange=strange,
            reaches=(strange >= searched.point.threshold).astype(np.float64),
            stranger=np.array([number[each.person] for each in strangers], dtype=np.intp),
        )

    def anew(self, counted: Array) -> Array:
        """FNIR at each rate, then the shares of right first and of strangers at the threshold.

        Args:
            counted: how often each person counts in each drawing, shape (times, people).

        Returns:
            float64, shape (len(RATES) + 2, times).
        """
        of_genuine, of_impostor = counted[:, self.owner], counted[:, self.stranger]
        accepted = curves.drawn_accepted_at(
            self.found,
            self.strange,
            [float(rate) for rate in RATES],
            of_genuine=of_genuine,
            of_impostor=of_impostor,
        )
        return np.stack(
            [
                *(1 - accepted),
                _weighted(self.first, of_genuine),
                _weighted(self.reaches, of_impostor),
            ]
        )

    def missed(self, rate: float) -> NDArray[np.bool_]:
        """Which probes miss, shape (n,)."""
        return np.asarray(self.found < curves.threshold_at(self.strange, rate))


def compare(
    searched: Mapping[str, Sequence[SplitSearches]],
    made: Sequence[PackMade],
    *,
    settings: OperatingSettings,
    face: str,
    seed: int,
    examples: int,
    enrolled: int,
    people: int,
    photos: int,
    timed_photos: int,
) -> Comparison:
    """Every figure of every pack, and what the first one differs in from the others.

    Args:
        searched: by the pack's name, the searches of each draw; the draws are the same for all.
        made: what the packs made of the photos, the first one first.
        settings: how the gallery is set.
        face: which face was taken where a photo shows several.
        seed: of the first draw.
        examples: photos of each person that were to be enrolled.
        enrolled: people that were to be.
        people: in the set.
        photos: that have a part in some draw.
        timed_photos: that the milliseconds rest on.
    """
    all_draws = [draw for draws in searched.values() for draw in draws]
    number = _numbered(all_draws)
    draws = {name: [_Draw.of(each, number) for each in some] for name, some in searched.items()}
    least = min(len(draw.strange) for some in draws.values() for draw in some)
    only_bounds = [rate for rate in RATES if not curves.can_show(float(rate), least)]
    drawn = _drawn_anew(draws, people=len(number))
    first = made[0].pack
    return Comparison(
        gallery=settings.gallery,
        accepted_fpir=settings.accepted_fpir,
        face=face,
        seed=seed,
        draws=len(searched[first]),
        people=people,
        photos=photos,
        enrolled=enrolled,
        examples=examples,
        probes=_mean([len(each.probes) for each in searched[first]]),
        strangers=_mean([len(each.strangers) for each in searched[first]]),
        timed_photos=timed_photos,
        only_bounds=only_bounds,
        packs=[
            _compared(each, searched[each.pack], draws[each.pack], drawn[each.pack], only_bounds)
            for each in made
        ],
        differences=[_difference(each.pack, first, draws, drawn, only_bounds) for each in made[1:]],
    )


@dataclass(frozen=True, slots=True, eq=False)
class _Anew:
    """The figures of a pack with people drawn anew, each of shape (times,)."""

    fnir: Mapping[str, Array]
    rank_1: Array
    fpir: Array


def _drawn_anew(draws: Mapping[str, Sequence[_Draw]], *, people: int) -> dict[str, _Anew]:
    """The figures of each pack; the same people are drawn for all."""
    blocks: dict[str, list[Array]] = {name: [] for name in draws}
    drawn = people_drawn_anew(people)
    while some := list(islice(drawn, _AT_ONCE)):
        counted = np.stack(some)
        for name, each in draws.items():
            blocks[name].append(_mean_of_draws([draw.anew(counted) for draw in each]))
    told = {name: np.concatenate(each, axis=1) for name, each in blocks.items()}
    return {
        name: _Anew(
            fnir=dict(zip(RATES, figures, strict=False)), rank_1=figures[-2], fpir=figures[-1]
        )
        for name, figures in told.items()
    }


def _compared(
    made: PackMade,
    searched: Sequence[SplitSearches],
    draws: Sequence[_Draw],
    anew: _Anew,
    only_bounds: Sequence[str],
) -> PackCompared:
    probes = round(_mean([len(draw.found) for draw in draws]))
    strangers = round(_mean([len(draw.strange) for draw in draws]))
    stated = [each.point.expected_fpir for each in searched]
    known = [each for each in stated if each is not None]

    def figure(value: float, drawn: Array, of: int) -> Figure:
        return Figure(value, hull(inner_interval(drawn), clopper_pearson(round(value * of), of)))

    fnir = {rate: figure(_fnir(draws, rate), anew.fnir[rate], probes) for rate in RATES}
    return PackCompared(
        made=made,
        rank_1=figure(_mean([float(draw.first.mean()) for draw in draws]), anew.rank_1, probes),
        fnir_at_fpir={
            rate: Figure(each.rate, _up_to_all(each.interval)) if rate in only_bounds else each
            for rate, each in fnir.items()
        },
        answers=_answers(searched),
        threshold=_mean([each.point.threshold for each in searched]),
        stated_fpir=_mean(known) if known else None,
        measured_fpir=figure(
            _mean([float(draw.reaches.mean()) for draw in draws]), anew.fpir, strangers
        ),
    )


def _difference(
    name: str,
    first: str,
    draws: Mapping[str, Sequence[_Draw]],
    drawn: Mapping[str, _Anew],
    only_bounds: Sequence[str],
) -> Difference:
    shown = [rate for rate in RATES if rate not in only_bounds]
    if not shown:
        return Difference(name, first, None, None, None, 0, "too_few_strangers")
    at = shown[-1]
    interval = inner_interval(drawn[name].fnir[at] - drawn[first].fnir[at])
    who = _who_differ(draws[name], draws[first], float(at))
    return Difference(
        pack=name,
        beside=first,
        at=at,
        fnir=_fnir(draws[name], at) - _fnir(draws[first], at),
        interval=interval,
        people_who_differ=who,
        verdict=_verdict(interval, who),
    )


def _verdict(interval: Interval | None, who_differ: int) -> Verdict:
    if interval is None or who_differ < LEAST_WHO_DIFFER or interval[0] <= 0 <= interval[1]:
        return "not_told_apart"
    return "fewer" if interval[1] < 0 else "more"


def _who_differ(some: Sequence[_Draw], others: Sequence[_Draw], rate: float) -> int:
    balance: dict[int, int] = {}
    for one, other in zip(some, others, strict=True):
        apart = one.missed(rate).astype(int) - other.missed(rate).astype(int)
        for owner, by in zip(one.owner.tolist(), apart.tolist(), strict=True):
            balance[owner] = balance.get(owner, 0) + by
    return sum(by != 0 for by in balance.values())


def _fnir(draws: Sequence[_Draw], rate: str) -> float:
    return _mean([1 - curves.accepted_at(each.found, each.strange, float(rate)) for each in draws])


def _answers(searched: Sequence[SplitSearches]) -> Answers:
    def mean_share(
        of: Callable[[SplitSearches], list[Search]], which: Callable[[Search], bool]
    ) -> float:
        return _mean([_mean([which(search) for search in of(each)]) for each in searched])

    def said(search: Search, decision: str) -> bool:
        return search.verdict is not None and search.verdict.decision == decision

    def enrolled(which: Callable[[Search], bool]) -> float:
        return mean_share(lambda each: each.probes, which)

    def strangers(decision: str) -> float:
        return mean_share(
            lambda each: [search for search in each.strangers if search.verdict is not None],
            lambda search: said(search, decision),
        )

    return Answers(
        enrolled_right=enrolled(lambda search: said(search, "match") and search.right_first),
        enrolled_wrong=enrolled(lambda search: said(search, "match") and not search.right_first),
        enrolled_ambiguous=enrolled(lambda search: said(search, "ambiguous")),
        enrolled_unknown=enrolled(lambda search: said(search, "unknown")),
        enrolled_no_face=enrolled(lambda search: search.verdict is None),
        strangers_named=strangers("match"),
        strangers_ambiguous=strangers("ambiguous"),
        strangers_unknown=strangers("unknown"),
    )


def _numbered(searched: Sequence[SplitSearches]) -> dict[str, int]:
    people = {search.person for each in searched for search in (*each.probes, *each.strangers)}
    return {person: place for place, person in enumerate(sorted(people))}


def _up_to_all(interval: Interval | None) -> Interval | None:
    return None if interval is None else (interval[0], 1.0)


def _weighted(values: Array, counted: Array) -> Array:
    """The mean of values, shape (n,), that count so often, shape (times, n); shape (times,)."""
    total = counted.sum(axis=1)
    told = np.full(len(total), np.nan)
    some = total > 0
    told[some] = (counted @ values)[some] / total[some]
    return told


def _mean_of_draws(figures: Sequence[Array]) -> Array:
    """The mean of the draws that have a figure; not a number where none has."""
    known = np.stack(figures)
    there = ~np.isnan(known)
    count = there.sum(axis=0)
    total = np.where(there, known, 0.0).sum(axis=0)
    return np.asarray(np.where(count > 0, total / np.maximum(count, 1), np.nan))


def _mean(values: Sequence[float]) -> float:
    """The mean of those that are numbers; not a number when none is."""
    known = np.array(values, dtype=np.float64)
    known = known[~np.isnan(known)]
    return float(known.mean()) if len(known) else float("nan")
