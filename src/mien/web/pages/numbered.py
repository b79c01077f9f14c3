"""Links to the numbered pages of a long list."""

from collections.abc import Callable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class PageLink:
    """One page of a list.

    Attributes:
        number: from 1.
        url: the page.
        current: whether it is the one shown.
        after_gap: whether pages between the link before and this one are left out.
    """

    number: int
    url: str
    current: bool
    after_gap: bool


def page_links(number: int, count: int, at: Callable[[int], str]) -> tuple[PageLink, ...]:
    """The first page, the last one and those around the one shown; none where there is only one.

    Args:
        number: of the page shown.
        count: of all pages.
        at: the address of a page.
    """
    if count == 1:
        return ()
    around = {1, number - 1, number, number + 1, count}
    shown = sorted(each for each in around if 1 <= each <= count)
    before = [0, *shown[:-1]]
    return tuple(
        PageLink(each, at(each), each == number, after_gap=each > last + 1)
        for each, last in zip(shown, before, strict=True)
    )
