"""People by numbered pages, as a page for people shows them."""

from sqlalchemy import func
from sqlalchemy import select

from mien.access import permissions
from mien.errors import InvalidInput
from mien.gallery.galleries import find_gallery
from mien.gallery.people.chosen_people import chosen_people
from mien.gallery.people.list_people import MOST_A_PAGE
from mien.gallery.people.paging import is_until
from mien.gallery.people.paging import page_before
from mien.gallery.people.paging import places_from
from mien.gallery.people.paging import read_cursor
from mien.gallery.people.paging import write_cursor
from mien.gallery.people.people import answers
from mien.gallery.results import PeoplePlace
from mien.gallery.services import Call
from mien.options import Order
from mien.options import PeopleFilter
from mien.storage.models import PersonRow


def show_people_page(
    call: Call,
    *,
    gallery: str,
    query: str = "",
    order: Order = "name",
    only: PeopleFilter = "all",
    size: int = 50,
    number: int = 1,
    cursor: str | None = None,
) -> PeoplePlace:
    """One page of a list by its number; what is passed over is read from an index alone.

    Args:
        call: who asks, and with what.
        gallery: its name.
        query: words, or parts of words, in any order; empty for all.
        order: of the list.
        only: which people.
        size: people a page, 1 to 500.
        number: of the page, from 1; the last page where there are fewer.
        cursor: begins the page elsewhere, as at a letter; the number is then found from it.

    Raises:
        GalleryNotFound: no gallery has this name.
        InvalidInput: the size or the cursor is wrong.
    """
    permissions.require(call.actor, "people.read", gallery)
    if not 1 <= size <= MOST_A_PAGE:
        raise InvalidInput("page_size", words={"most": MOST_A_PAGE}, field="limit")
    place = read_cursor(cursor, order)
    with call.services.database.read() as session:
        found = find_gallery(session, gallery)
        chosen = chosen_people(call.services, session, found, query, only)
        counted = select(func.count()).select_from
        total = session.scalar(counted(chosen.subquery())) or 0
        pages = max(1, -(-total // size))
        previous = None
        if place is None:
            number = min(max(number, 1), pages)
            before = skipped = (number - 1) * size
        else:
            until = chosen.where(is_until(order, place)).subquery()
            before, skipped = session.scalar(counted(until)) or 0, 0
            number = min(before // size + 1, pages)
            if before > size:
                back = page_before(chosen, order, place).offset(size).limit(1)
                previous = session.execute(back).one_or_none()
        # Keys alone, which are in an index; the rest is read of those who are shown.
        keys = places_from(chosen, order, place).offset(skipped).limit(size + 1)
        places = [tuple(row) for row in session.execute(keys)]
        shown = [place[-1] for place in places[:size]]
        rows = session.scalars(select(PersonRow).where(PersonRow.id.in_(shown)))
        of = {row.id: row for row in rows}
        people = answers(session, [of[person_id] for person_id in shown])
    return PeoplePlace(
        people=tuple(people),
        total=total,
        number=number,
        pages=pages,
        next_cursor=write_cursor(order, places[size - 1]) if len(places) > size else None,
        previous_cursor=None if previous is None else write_cursor(order, tuple(previous[1:])),
        first=before == 0,
    )
