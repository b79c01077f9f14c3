"""Lists page by page: a cursor says where a page ended, in a form that is nobody's to read."""

import base64
import binascii
import datetime as dt
import json
from collections.abc import Mapping
from typing import Final

from sqlalchemy import Select
from sqlalchemy import literal
from sqlalchemy import tuple_

from mien.errors import InvalidInput
from mien.names import can_be_stored
from mien.options import Order
from mien.storage.models import PersonRow
from mien.storage.types import UtcTime

# What a cursor holds; one that was given when names stood in another order says something else.
_KINDS: Final[Mapping[Order, str]] = {"name": "sort_key", "newest": "newest"}


def page_from(chosen: Select[PersonRow], order: Order, cursor: str | None) -> Select[PersonRow]:
    """Put people into an order and begin after a cursor.

    Raises:
        InvalidInput: the cursor is not one of this order.
    """
    place = _read_cursor(cursor, order)
    if order == "newest":
        # Version 4 ids have no order of their own; the time does, and the id breaks ties.
        ordered = chosen.order_by(PersonRow.created_at.desc(), PersonRow.id.desc())
        if place is None:
            return ordered
        at = literal(_read_time(place[0]), UtcTime)
        return ordered.where(tuple_(PersonRow.created_at, PersonRow.id) < tuple_(at, place[1]))
    ordered = chosen.order_by(PersonRow.sort_key, PersonRow.id)
    if place is None:
        return ordered
    return ordered.where(tuple_(PersonRow.sort_key, PersonRow.id) > tuple_(*place))


def page_before(chosen: Select[PersonRow], order: Order, cursor: str) -> Select[PersonRow]:
    """Put people into the reverse of an order and begin with the one at a cursor.

    Raises:
        InvalidInput: the cursor is not one of this order.
    """
    place = _read_cursor(cursor, order) or ("", "")
    if order == "newest":
        at = literal(_read_time(place[0]), UtcTime)
        return chosen.where(
            tuple_(PersonRow.created_at, PersonRow.id) >= tuple_(at, place[1])
        ).order_by(PersonRow.created_at, PersonRow.id)
    return chosen.where(tuple_(PersonRow.sort_key, PersonRow.id) <= tuple_(*place)).order_by(
        PersonRow.sort_key.desc(), PersonRow.id.desc()
    )


def cursor_after(row: PersonRow, order: Order) -> str:
    """What to ask for to go on after this person."""
    # Where the page ended, not at whom: that person may be gone when the next page is asked for.
    key = row.sort_key if order == "name" else row.created_at.isoformat()
    return _write_cursor(order, key, row.id)


def cursor_at(key: str) -> str:
    """What to ask for to begin with the names whose sort keys begin here."""
    return _write_cursor("name", key, "")


def _write_cursor(order: Order, key: str, person_id: str) -> str:
    place = json.dumps([_KINDS[order], key, person_id])
    return base64.urlsafe_b64encode(place.encode()).decode().rstrip("=")


def _read_cursor(cursor: str | None, order: Order) -> tuple[str, str] | None:
    if cursor is None:
        return None
    try:
        padded = cursor + "=" * (-len(cursor) % 4)
        place = json.loads(base64.b64decode(padded, altchars=b"-_", validate=True))
        said, key, person_id = place
    except (binascii.Error, ValueError, TypeError, RecursionError) as error:
        raise _bad_cursor() from error
    words = isinstance(place, list) and isinstance(key, str) and isinstance(person_id, str)
    if said != _KINDS[order] or not words or not can_be_stored(key + person_id):
        raise _bad_cursor()
    return key, person_id


def _read_time(text: str) -> dt.datetime:
    try:
        time = dt.datetime.fromisoformat(text)
        return time.astimezone(dt.UTC)
    except (ValueError, OverflowError) as error:
        raise _bad_cursor() from error


def _bad_cursor() -> InvalidInput:
    return InvalidInput("cursor", field="cursor")
