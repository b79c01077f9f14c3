import pytest

from mien.evaluation.words import one_in
from mien.web.text.rates import one_in as one_in_on_pages


@pytest.mark.parametrize("rate", [0.1, 0.003, 0.00037, 1e-5, 1.0])
def test_the_terminal_and_the_pages_say_a_rate_alike(rate: float) -> None:
    assert one_in(rate) == one_in_on_pages(rate)


def test_a_rate_is_said_to_two_digits() -> None:
    assert one_in(0.003) == "1 in 330"
    assert one_in(1e-3) == "1 in 1,000"
    assert one_in(0) == "never"
