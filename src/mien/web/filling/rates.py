"""Rates as the pages show them."""

from mien.web.contexts.faces import Rate


def rate_view(rate: float | None, least: float) -> Rate | None:
    """A rate, and whether it is rarer than can be said; None when nothing was measured.

    Args:
        rate: a share, in [0, 1].
        least: the smallest that has been measured.
    """
    return None if rate is None else Rate(rate, rarer=rate <= least)
