import pytest

from mien.web.text.rates import Rate
from mien.web.text.rates import accepted_words
from mien.web.text.rates import how_often
from mien.web.text.rates import one_in


@pytest.mark.parametrize(
    ("rate", "words"),
    [
        (Rate(0), "no searches"),
        (Rate(0.00005), "about 1 in 20,000 searches"),
        (Rate(0.00005, rarer=True), "fewer than 1 in 20,000 searches"),
        (Rate(0.4), "about 1 in 2 searches"),
        (Rate(0.72), "about 7 in 10 searches"),
        (Rate(0.97), "nearly all searches"),
    ],
)
def test_a_rate_is_said_as_it_is_understood(rate: Rate, words: str) -> None:
    assert how_often(rate, "searches") == words


def test_what_is_accepted_is_said_in_odds() -> None:
    assert one_in(0.00001) == "1 in 100,000"
    assert accepted_words(0.003) == "about 1 in 330 strangers may be named by mistake"
