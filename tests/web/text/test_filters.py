from datetime import UTC
from datetime import datetime
from datetime import timedelta
from typing import get_args

import pytest

from mien.web.text import filters

NOW = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("number", "words"), [(0, "no faces"), (1, "1 face"), (2, "2 faces"), (1204, "1,204 faces")]
)
def test_a_count_agrees_with_its_noun(number: int, words: str) -> None:
    assert filters.counted(number, "face") == words


def test_a_count_may_have_a_plural_of_its_own() -> None:
    assert filters.counted(3, "person", "people") == "3 people"
    assert filters.counted(1, "person", "people") == "1 person"


@pytest.mark.parametrize(
    ("value", "words"),
    [(0.7149, "0.71"), (-0.07, "\N{MINUS SIGN}0.07"), (-0.001, "0.00"), (1, "1.00")],
)
def test_a_similarity_has_two_decimals_and_a_true_minus(value: float, words: str) -> None:
    assert filters.decimal(value) == words


@pytest.mark.parametrize(
    ("size", "words"),
    [
        (1, "1 byte"),
        (1023, "1,023 bytes"),
        (640 * 1024, "640 KB"),
        (1_572_864, "1.5 MB"),
        (20 * 1024 * 1024, "20 MB"),
        (3 * 1024**3 // 2, "1.5 GB"),
    ],
)
def test_a_file_size_is_in_the_unit_that_suits_it(size: int, words: str) -> None:
    assert filters.file_size(size) == words


@pytest.mark.parametrize(
    ("ago", "words"),
    [
        (timedelta(seconds=3), "just now"),
        (timedelta(seconds=-3), "in a moment"),
        (timedelta(minutes=1), "1 minute ago"),
        (timedelta(minutes=59, seconds=59), "59 minutes ago"),
        (timedelta(minutes=-59), "in 59 minutes"),
        (timedelta(hours=5), "5 hours ago"),
        (timedelta(hours=25), "yesterday"),
        (timedelta(hours=-25), "tomorrow"),
        (timedelta(days=3), "3 days ago"),
        (timedelta(days=40), "13 October 2026"),
    ],
)
def test_a_time_reads_relative(ago: timedelta, words: str) -> None:
    assert filters.relative_time(NOW - ago, NOW) == words


@pytest.mark.parametrize(
    "iso", ["2026-11-22T11:00:00Z", "2026-11-22T12:00:00+01:00", "2026-11-22T11:00:00"]
)
def test_a_time_element_carries_the_exact_time_in_utc(iso: str) -> None:
    drawn = filters.time_element(iso, NOW)
    assert 'datetime="2026-11-22T11:00:00Z"' in drawn
    assert 'title="22 November 2026, 11:00 UTC"' in drawn
    assert ">1 hour ago</time>" in drawn


def test_quality_is_a_small_word() -> None:
    assert filters.quality_words(()) == "good"
    assert filters.quality_words(("too_small", "cut_off")) == "small, cut off"
    assert filters.quality_words(("new_reason",)) == "new reason"


def test_a_share_is_exact_enough_for_a_drawing() -> None:
    assert filters.share(1, 3) == "33.333%"
    assert filters.share(-10, 200) == "-5%"


@pytest.mark.parametrize("scope", ["read", "identify", "enrol", "admin"])
def test_every_scope_has_words(scope: str) -> None:
    assert filters.scope_words(scope) != scope


def test_every_theme_can_be_chosen() -> None:
    from mien.web.layout import Theme
    from mien.web.pages.account import THEME_CHOICES

    assert [choice.value for choice in THEME_CHOICES] == list(get_args(Theme))


def test_an_identifier_is_broken_at_its_joints_alone() -> None:
    assert filters.breakable("faces_left_out") == "faces_<wbr>left_<wbr>out"
    assert filters.breakable("/api/v1") == "/<wbr>api/<wbr>v1"
    assert filters.breakable("<b>") == "&lt;b&gt;"
