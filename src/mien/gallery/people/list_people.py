"""People page by page, and the letters that they begin with."""

from collections.abc import Sequence
from typing import Any
from typing import Literal

from sqlalchemy import case
from sqlalchemy import func
from sqlalchemy import select

from mien.access import permissions
from mien.errors import InvalidInput
from mien.gallery.galleries import find_gallery
from mien.gallery.people.chosen_people import chosen_people
from mien.gallery.people.paging import cursor_at
from mien.gallery.people.paging import page_before
from mien.gallery.people.paging import page_from
from mien.gallery.people.paging import read_cursor
from mien.gallery.people.paging import write_cursor
from mien.gallery.people.people import answers
from mien.gallery.results import Initial
from mien.gallery.results import PeopleSlice
from mien.gallery.services import Call
from mien.name_order import FIRST_WIDE
from mien.name_order import NARROW
from mien.name_order import WIDE
from mien.name_order import first_letter
from mien.options import Order
from mien.options import PeopleFilter

MOST_A_PAGE = 500


def list_people(
    call: Call,
    *,
    gallery: str,
    query: str = "",
    order: Order = "name",
    only: PeopleFilter = "all",
    limit: int = 50,
    cursor: str | None = None,
) -> PeopleSlice:
    """People in whose name or notes every word of the query is, page by page.

    Args:
        call: who asks, and with what.
        gallery: its name.
        query: words, or parts of words, in any order, whatever marks and case; empty for all.
        order: of the list.
        only: which of them; those without a face cannot be found in a photo.
        limit: people a page, 1 to 500.
        cursor: what the last page gave to go on; None for the first.

    Raises:
        GalleryNotFound: no gallery has this name.
        InvalidInput: the limit or the cursor is wrong.
    """
    permissions.require(call.actor, "people.read", gallery)
    if not 1 <= limit <= MOST_A_PAGE:
        raise InvalidInput("page_size", words={"most": MOST_A_PAGE}, field="limit")
    place = read_cursor(cursor, order)
    with call.services.database.read() as session:
        found = find_gallery(session, gallery)
        chosen = chosen_people(call.services, session, found, query, only)
        total = session.scalar(select(func.count()).select_from(chosen.subquery())) or 0
        rows: Sequence[Any] = ()
        before: Sequence[Any] = ()
        if total:
            rows = session.execute(page_from(chosen, order, place).limit(limit + 1)).all()
        if place is not None:
            before = session.execute(page_before(chosen, order, place).limit(limit + 1)).all()
        people = answers(session, [person for person, *_ in rows[:limit]])
    more = len(rows) > limit
    return PeopleSlice(
        people=tuple(people),
        total=total,
        next_cursor=write_cursor(order, tuple(rows[limit - 1][1:])) if more else None,
        previous_cursor=write_cursor(order, tuple(before[limit][1:]))
        if len(before) > limit
        else None,
        first=not before,
    )


def list_initials(
    call: Call,
    *,
    gallery: str,
    query: str = "",
    order: Literal["name", "surname"] = "name",
    only: PeopleFilter = "all",
) -> tuple[Initial, ...]:
    """The letters with which names begin, without marks, in the order of the names.

    Raises:
        GalleryNotFound: no gallery has this name.
    """
    permissions.require(call.actor, "people.read", gallery)
    with call.services.database.read() as session:
        found = find_gallery(session, gallery)
        named = chosen_people(call.services, session, found, query, only).subquery()
        key = named.c.sort_key if order == "name" else named.c.surname_key
        start = case(
            (key < FIRST_WIDE, func.substr(key, 1, NARROW)), else_=func.substr(key, 1, WIDE)
        )
        starts = session.scalars(select(start).group_by(start).order_by(start)).all()
    return tuple(Initial(first_letter(start), cursor_at(start, order)) for start in starts)
