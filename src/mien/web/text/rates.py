"""How often something happens, in words."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from mien.decision.rates import odds

# From here on "1 of so many" says less than a share of ten.
_OFTEN = 0.4
_ALWAYS = 0.95
_MILLION = 1_000_000


@dataclass(frozen=True, slots=True)
class Rate:
    """How often something happens.

    Attributes:
        share: of all times, in [0, 1].
        rarer: whether it is rarer than this, and so rare that nobody has measured it.
    """

    share: float
    rarer: bool = False


def one_in(share: float) -> str:
    """A share as odds: “1 in 1,000”."""
    return f"1 in {_count(odds(share))}"


def how_often(rate: Rate, things: str) -> str:
    """How many of all searches or comparisons: “about 1 in 20,000 searches”.

    Args:
        rate: how often.
        things: the word for many of them.
    """
    if rate.share <= 0:
        return f"no {things}"
    if rate.rarer:
        return f"fewer than 1 in {_count(odds(rate.share))} {things}"
    if rate.share >= _ALWAYS:
        return f"nearly all {things}"
    if rate.share > _OFTEN:
        return f"about {round(10 * rate.share)} in 10 {things}"
    return f"about 1 in {_count(odds(rate.share))} {things}"


def accepted_words(share: float) -> str:
    """What a gallery accepts: “about 1 in 1,000 strangers may be named by mistake”."""
    return f"about {one_in(share)} strangers may be named by mistake"


def _count(number: int) -> str:
    """A count as one reads it: “1,000”, “11 million”."""
    if number < _MILLION:
        return f"{number:,}"
    return f"{number / _MILLION:.3g} million"


FILTERS: dict[str, Callable[..., Any]] = {
    "accepted_words": accepted_words,
}
