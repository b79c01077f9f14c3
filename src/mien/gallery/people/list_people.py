"""People page by page, and the letters that they begin with."""

from collections.abc import Sequence

from sqlalchemy import Select
from sqlalchemy import case
from sqlalchemy import func
from sqlalchemy import select
from sqlalchemy.orm import Session

from mien.access import permissions
from mien.errors import InvalidInput
from mien.gallery.galleries import find_gallery
from mien.gallery.people.paging import cursor_after
from mien.gallery.people.paging import cursor_at
from mien.gallery.people.paging import page_before
from mien.gallery.people.paging import page_from
from mien.gallery.people.people import answers
from mien.gallery.people.person_rows import searched
from mien.gallery.results import Initial
from mien.gallery.results import PeopleSlice
from mien.gallery.services import Call
from mien.name_order import FIRST_WIDE
from mien.name_order import NARROW
from mien.name_order import WIDE
from mien.name_order import first_letter
from mien.options import Order
from mien.storage.models import FaceRow
from mien.storage.models import PersonRow

MOST_A_PAGE = 500


def list_people(
    call: Call,
    *,
    gallery: str,
    query: str = "",
    order: Order = "name",
    without_face: bool = False,
    limit: int = 50,
    cursor: str | None = None,
) -> PeopleSlice:
    """People in whose name or notes every word of the query is, page by page.

    Args:
        call: who asks, and with what.
        gallery: its name.
        query: words, or parts of words, in any order, whatever marks and case; empty for all.
        order: by name, or the newest first.
        without_face: only those who have no face, and so cannot be found in a photo.
        limit: people a page, 1 to 500.
        cursor: what the last page gave to go on; None for the first.

    Raises:
        GalleryNotFound: no gallery has this name.
        InvalidInput: the limit or the cursor is wrong.
    """
    permissions.require(call.actor, "people.read", gallery)
    if not 1 <= limit <= MOST_A_PAGE:
        raise InvalidInput("page_size", words={"most": MOST_A_PAGE}, field="limit")
    with call.services.database.read() as session:
        chosen = _chosen(session, gallery, query, without_face=without_face)
        total = session.scalar(select(func.count()).select_from(chosen.subquery())) or 0
        page = page_from(chosen, order, cursor)
        rows = session.scalars(page.limit(limit + 1)).all() if total else []
        people = answers(session, list(rows[:limit]))
        before: Sequence[PersonRow] = ()
        if cursor is not None:
            before = session.scalars(page_before(chosen, order, cursor).limit(limit + 1)).all()
    more = len(rows) > limit
    return PeopleSlice(
        people=tuple(people),
        total=total,
        next_cursor=cursor_after(rows[limit - 1], order) if more else None,
        previous_cursor=cursor_after(before[limit], order) if len(before) > limit else None,
        first=not before,
    )


def list_initials(
    call: Call, *, gallery: str, query: str = "", without_face: bool = False
) -> tuple[Initial, ...]:
    """The letters with which names begin, without marks, in the order of the names.

    Raises:
        GalleryNotFound: no gallery has this name.
    """
    permissions.require(call.actor, "people.read", gallery)
    with call.services.database.read() as session:
        named = _chosen(session, gallery, query, without_face=without_face).subquery()
        key = named.c.sort_key
        start = case(
            (key < FIRST_WIDE, func.substr(key, 1, NARROW)), else_=func.substr(key, 1, WIDE)
        )
        starts = session.scalars(select(start).group_by(start).order_by(start)).all()
    return tuple(Initial(first_letter(start), cursor_at(start)) for start in starts)


def _chosen(session: Session, gallery: str, query: str, *, without_face: bool) -> Select[PersonRow]:
    chosen = select(PersonRow).where(*searched(session, find_gallery(session, gallery).id, query))
    if without_face:
        chosen = chosen.where(~select(FaceRow.id).where(FaceRow.person_id == PersonRow.id).exists())
    return chosen
