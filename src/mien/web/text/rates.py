"""How often something happens, in words."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from mien.decision.rates import odds

# From here on "1 of so many" says less than a share of ten.
_OFTEN = 0.4
_ALWAYS = 0.95
"""The filters by the names that templates know."""


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
    return f"1 in {odds(share):,}"


def how_often(rate: Rate, things: str) -> str:
    """How many of all searches or comparisons: “about 1 of 20,000 searches”.

    Args:
        rate: how often.
        things: the word for many of them.
    """
    if rate.share <= 0:
        return f"no {things}"
    if rate.rarer:
        return f"fewer than 1 of {odds(rate.share):,} {things}"
    if rate.share >= _ALWAYS:
        return f"nearly all {things}"
    if rate.share > _OFTEN:
        return f"about {round(10 * rate.share)} of 10 {things}"
    return f"about 1 of {odds(rate.share):,} {things}"


def accepted_words(share: float) -> str:
    """What a gallery accepts: “1 wrong name in 1,000 searches by strangers”."""
    return f"1 wrong name in {odds(share):,} searches by strangers"


FILTERS: dict[str, Callable[..., Any]] = {
    "accepted_words": accepted_words,
}
