from collections.abc import Mapping
from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import pytest

from mien.decision.decide import decide
from mien.decision.operating_point import OperatingPoint
from mien.decision.operating_point import operating_point
from mien.decision.rank import Ranked
from mien.evaluation import curves
from mien.evaluation.acquire import Sample
from mien.evaluation.compare import LEAST_WHO_DIFFER
from mien.evaluation.compare import compare
from mien.evaluation.comparison import Comparison
from mien.evaluation.comparison import PackMade
from mien.evaluation.comparison_words import comparison_rows
from mien.evaluation.comparison_words import comparison_verdicts
from mien.evaluation.figures import OperatingSettings
from mien.evaluation.searches import Search
from mien.evaluation.searches import SplitSearches
from mien.vision.types import Quality

SETTINGS = OperatingSettings(None, 0.001, 0.001, None)
SEEN = Sample(
    np.zeros(4, np.float32),
    Quality(True, (), 0.9, 100.0, 300.0, 120.0, 1.0),
    0.0,
    np.zeros((5, 2), np.float32),
)
FOUND, MISSED, OTHER = 0.9, 0.1, 0.0
"""Similarity to oneself; the last is of those whom somebody else goes before."""


def point() -> OperatingPoint:
    return operating_point(
        calibration=None, accepted_fpir=0.001, threshold=None, otherwise=0.5, people=2, faces=2
    )


def search(person: str, similarity: float, *, enrolled: bool) -> Search:
    first = person if enrolled and similarity != OTHER else "somebody else"
    best = Ranked(
        person_id=first,
        similarity=similarity or FOUND,
        face_id="f",
        example_similarity=similarity or FOUND,
    )
    verdict = decide([best], point=point(), legible=True)
    return Search("photo", person, enrolled, SEEN, best, verdict)


def searches(probes: Mapping[str, Sequence[float]], strangers: int = 200) -> SplitSearches:
    """What a pack gave: by person, how similar each search was; strangers are 0.2 similar."""
    return SplitSearches(
        point=point(),
        people=len(probes),
        faces=len(probes),
        probes=[
            search(person, similarity, enrolled=True)
            for person, all_of_them in probes.items()
            for similarity in all_of_them
        ],
        strangers=[search(f"s{number}", 0.2, enrolled=False) for number in range(strangers)],
        samples={},
    )


def missing(count: int, *, of: int = 100, strangers: int = 200) -> SplitSearches:
    """The first so many people are missed, each searched for once."""
    return searches(
        {f"p{number}": [MISSED if number < count else FOUND] for number in range(of)}, strangers
    )


def made(pack: str) -> PackMade:
    return PackMade(pack, f"{pack}-contract", "d", "r", False, 4, 300, 12.5, {})


def compared(**packs: Sequence[SplitSearches]) -> Comparison:
    return compare(
        packs,
        [made(name) for name in packs],
        settings=SETTINGS,
        face="nearest-centre",
        seed=0,
        examples=1,
        enrolled=100,
        people=300,
        photos=300,
        timed_photos=40,
    )


def test_a_pack_is_told_apart_from_itself_by_nothing() -> None:
    [same] = compared(one=[missing(10)], other=[missing(10)]).differences
    assert (same.fnir, same.interval) == (0.0, (0.0, 0.0))
    assert same.people_who_differ == 0
    assert same.verdict == "not_told_apart"


def test_a_pack_that_misses_fewer_is_said_to_and_the_other_way_round_too() -> None:
    [fewer] = compared(one=[missing(30)], other=[missing(5)]).differences
    [more] = compared(one=[missing(5)], other=[missing(30)]).differences
    assert fewer.fnir == pytest.approx(-0.25)
    assert (fewer.verdict, more.verdict) == ("fewer", "more")
    assert fewer.interval is not None
    assert more.interval is not None
    low, high = fewer.interval
    assert -0.4 < low < -0.25 < high < -0.1
    assert more.interval == pytest.approx((-high, -low))
    assert (fewer.at, fewer.people_who_differ) == ("1e-2", 25)


def test_the_same_people_are_drawn_for_both() -> None:
    # Each alone could be off by 9 points; that the second misses seven more is nearly certain.
    result = compared(one=[missing(40)], other=[missing(47)])
    [difference] = result.differences
    alone = result.packs[0].fnir_at_fpir["1e-2"].interval
    assert alone is not None
    assert difference.interval is not None
    assert alone[1] - alone[0] > 0.17
    assert difference.interval[0] > 0.01
    assert difference.verdict == "more"


def test_few_people_show_no_difference_however_sure_their_photos_are() -> None:
    few = LEAST_WHO_DIFFER - 1
    names = [f"p{number}" for number in range(few)]
    result = compared(
        one=[searches({name: [MISSED] * 9 for name in names})],
        other=[searches({name: [FOUND] * 9 for name in names})],
    )
    [difference] = result.differences
    assert difference.interval == (-1.0, -1.0)
    assert difference.verdict == "not_told_apart"


def test_the_figures_are_the_mean_of_the_draws() -> None:
    pack = compared(one=[missing(10), missing(30)], other=[missing(0), missing(0)]).packs[0]
    assert pack.fnir_at_fpir["1e-2"].rate == pytest.approx(0.2)
    assert pack.rank_1.rate == 1.0
    assert pack.answers.enrolled_right == pytest.approx(0.8)
    assert pack.answers.enrolled_unknown == pytest.approx(0.2)
    assert pack.answers.strangers_unknown == 1.0


def test_somebody_who_is_found_at_times_differs_only_in_the_balance() -> None:
    one = [searches({"p": [MISSED, FOUND], "q": [FOUND, FOUND]})]
    other = [searches({"p": [FOUND, MISSED], "q": [MISSED, FOUND]})]
    [difference] = compared(one=one, other=other).differences
    assert difference.people_who_differ == 1


def test_wrong_names_and_photos_without_a_face_are_shares_of_all_searches() -> None:
    given = searches({"p": [FOUND, OTHER], "q": [MISSED]})
    given.probes.append(Search("photo", "q", True, None, None, None))
    answers = compared(one=[given], other=[given]).packs[0].answers
    assert answers.enrolled_right == answers.enrolled_wrong == 0.25
    assert answers.enrolled_unknown == answers.enrolled_no_face == 0.25


@pytest.mark.parametrize(
    ("strangers", "at", "bounds"),
    [(100, "1e-2", []), (99, "1e-1", ["1e-2"]), (9, None, ["1e-1", "1e-2"])],
)
def test_packs_are_compared_at_a_rate_that_the_strangers_can_show(
    strangers: int, at: str | None, bounds: list[str]
) -> None:
    result = compared(
        one=[missing(30, strangers=strangers)], other=[missing(5, strangers=strangers)]
    )
    [difference] = result.differences
    assert (difference.at, result.only_bounds) == (at, bounds)
    assert difference.verdict == ("fewer" if at else "too_few_strangers")
    for rate in bounds:
        interval = result.packs[0].fnir_at_fpir[rate].interval
        assert interval is not None
        assert interval[1] == 1.0


def test_every_pack_has_a_cell_in_every_row_and_every_other_one_a_verdict() -> None:
    result = compared(a=[missing(3)], b=[missing(40)], c=[missing(4)])
    assert {len(row) for row in comparison_rows(result)} == {4}
    assert len(comparison_verdicts(result)) == 2


def test_shares_of_one_row_have_the_same_decimal_places() -> None:
    result = compared(a=[missing(3)], b=[missing(4)], c=[missing(5)])
    stated = (0.00098, 0.00104, None)
    packs = [
        replace(pack, stated_fpir=share) for pack, share in zip(result.packs, stated, strict=True)
    ]
    rows = {row[0]: row[1:] for row in comparison_rows(replace(result, packs=packs))}
    assert rows["False matches, expected"] == ["0.098 %", "0.104 %", "not measured"]
    assert rows["Right person first"] == ["100.00 %"] * 3


def test_many_draws_at_once_are_what_each_would_be_alone() -> None:
    random = np.random.default_rng(3)
    genuine, impostor = random.normal(1, 1, 40), np.sort(random.normal(0, 1, 90))[::-1]
    of_genuine = random.integers(0, 3, (7, 40)).astype(float)
    of_impostor = random.integers(0, 3, (7, 90)).astype(float)
    of_genuine[2] = 0
    of_impostor[4] = 0
    rates = [0.1, 0.01, 0.5]
    told = curves.drawn_accepted_at(
        genuine, impostor, rates, of_genuine=of_genuine, of_impostor=of_impostor
    )
    for place, rate in enumerate(rates):
        alone = [
            curves.weighted_accepted_at(
                genuine, impostor, rate, of_genuine=of_genuine[row], of_impostor=of_impostor[row]
            )
            for row in range(7)
        ]
        assert told[place] == pytest.approx(alone, nan_ok=True)
