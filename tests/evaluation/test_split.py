import pytest
from hypothesis import given
from hypothesis import strategies as st

from mien.errors import InvalidInput
from mien.evaluation.split import split_people

COUNTS = st.lists(st.integers(1, 5), min_size=3, max_size=20).filter(
    lambda counts: max(counts) > 1 and min(counts) == 1
)


def photos(counts: list[int]) -> dict[str, list[str]]:
    return {
        f"p{place}": [f"p{place}/{number}.jpg" for number in range(count)]
        for place, count in enumerate(counts)
    }


@given(COUNTS, st.integers(0, 5), st.sampled_from(["half", "all", 1, 2]))
def test_nobody_is_in_two_places(counts: list[int], seed: int, enrolled: object) -> None:
    every = photos(counts)
    split = split_people(every, enrolled=enrolled, seed=seed)  # type: ignore[arg-type]  # drawn
    strangers = [person for _, person in split.strangers]
    assert not set(split.gallery) & set(strangers)
    assert set(split.gallery) | set(strangers) == set(every)
    assert len(strangers) == len(set(strangers))
    enrolled_photos = {photo for some in split.gallery.values() for photo in some}
    assert not enrolled_photos & {photo for photo, _ in split.probes}
    assert all(person in split.gallery for _, person in split.probes)
    assert all(photo in every[person] for photo, person in [*split.probes, *split.strangers])
    assert set(split.photos) >= enrolled_photos


def test_a_seed_always_gives_the_same_split_whatever_the_order() -> None:
    every = photos([3, 2, 2, 1, 1, 4])
    turned = {person: some[::-1] for person, some in reversed(every.items())}
    assert split_people(every, seed=7) == split_people(turned, seed=7)
    assert any(split_people(every, seed=7) != split_people(every, seed=seed) for seed in range(5))


def test_half_of_those_with_another_photo_are_enrolled_unless_told_otherwise() -> None:
    every = photos([2] * 10 + [1] * 7)
    assert len(split_people(every).gallery) == 5
    assert len(split_people(every).strangers) == 12
    everyone = split_people(every, enrolled="all")
    assert len(everyone.gallery) == 10
    assert {person for _, person in everyone.strangers} == {f"p{place}" for place in range(10, 17)}


def test_a_large_gallery_is_filled_up_with_people_who_are_not_searched_for() -> None:
    split = split_people(photos([2] * 3 + [1] * 7), enrolled=8)
    assert len(split.gallery) == 8
    assert len({person for _, person in split.probes}) == 3
    assert len(split.strangers) == 2


def test_several_examples_are_enrolled_of_each() -> None:
    split = split_people(photos([4, 4, 3, 2, 1]), enrolled="all", examples=3)
    assert sorted(len(some) for some in split.gallery.values()) == [3, 3]
    assert len(split.probes) == 2


def test_what_cannot_be_split_is_refused_with_the_way_out() -> None:
    with pytest.raises(InvalidInput, match="too_few_photos"):
        split_people(photos([1, 1, 1]))
    with pytest.raises(InvalidInput, match="no_strangers"):
        split_people(photos([2, 2]), enrolled="all")
    with pytest.raises(InvalidInput, match="no_strangers"):
        split_people(photos([2, 2, 1]), enrolled=3)
    with pytest.raises(InvalidInput, match="nobody_enrolled"):
        split_people(photos([2, 2]), enrolled=0)
