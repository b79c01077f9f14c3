"""Lists page by page: a cursor says where a page ended, in a form that is nobody's to read."""

import base64
import binascii
import datetime as dt
import json
import re
from collections.abc import Mapping
from collections.abc import Sequence
from typing import Any
from typing import Final
from typing import TypeAlias

from sqlalchemy import ColumnElement
from sqlalchemy import Select
from sqlalchemy import func
from sqlalchemy import literal
from sqlalchemy import select
from sqlalchemy import tuple_

from mien.errors import InvalidInput
from mien.names import can_be_stored
from mien.options import Order
from mien.storage.models import FaceRow
from mien.storage.models import PersonRow
from mien.storage.types import UtcTime

Place: TypeAlias = tuple[Any, ...]
"""Where somebody stands in an order: the values of its keys."""

# What a cursor holds; one that was given when names stood in another order says something else.
_KINDS: Final[Mapping[Order, str]] = {
    "name": "sort_key",
    "surname": "surname_key",
    "newest": "newest",
    "faces": "faces",
}
_COUNT: Final = re.compile(r"-?[0-9]{1,9}", re.ASCII)


def keys_of(order: Order) -> tuple[ColumnElement[Any], ...]:
    """What people are put in order by; the last tells apart what is otherwise alike.

    Version 4 ids have no order of their own. All keys but those of `faces` are in one index, so a
    page is read from where it begins; faces are counted for everybody who may be on it.
    """
    person_id = PersonRow.id.expression
    if order == "newest":
        return (PersonRow.created_at.expression, person_id)
    if order == "surname":
        return (PersonRow.surname_key.expression, person_id)
    if order == "faces":
        # Below zero, so that all three keys rise.
        return (-face_count(), PersonRow.sort_key.expression, person_id)
    return (PersonRow.sort_key.expression, person_id)


def face_count() -> ColumnElement[int]:
    """How many faces somebody of a query has."""
    return (
        select(func.count())
        .select_from(FaceRow)
        .where(FaceRow.person_id == PersonRow.id)
        .correlate(PersonRow)
        .scalar_subquery()
    )


def page_from(chosen: Select[PersonRow], order: Order, place: Place | None) -> Select[Any]:
    """Put people into an order and begin after a place; each row has the keys behind the person."""
    keys = keys_of(order)
    ordered = chosen.add_columns(*keys).order_by(*(_along(key, order) for key in keys))
    if place is None:
        return ordered
    here, there = tuple_(*keys), _literals(order, place)
    return ordered.where(here < there if order == "newest" else here > there)


def page_before(chosen: Select[PersonRow], order: Order, place: Place) -> Select[Any]:
    """Put people into the reverse of an order and begin with the one at a place."""
    keys = keys_of(order)
    return (
        chosen.add_columns(*keys)
        .where(is_until(order, place))
        .order_by(*(key if order == "newest" else key.desc() for key in keys))
    )


def is_until(order: Order, place: Place) -> ColumnElement[bool]:
    """That somebody stands at a place or before it."""
    here, there = tuple_(*keys_of(order)), _literals(order, place)
    return here >= there if order == "newest" else here <= there


def places_from(chosen: Select[PersonRow], order: Order, place: Place | None) -> Select[Any]:
    """The same as `page_from` with the keys alone, which are read from the index of the order."""
    return page_from(chosen, order, place).with_only_columns(*keys_of(order))


def write_cursor(order: Order, place: Place) -> str:
    """What to ask for to go on after a place.

    It is where the page ended, not at whom: that person may be gone when the next one is asked for.
    """
    parts = [each.isoformat() if isinstance(each, dt.datetime) else str(each) for each in place]
    text = json.dumps([_KINDS[order], *parts])
    return base64.urlsafe_b64encode(text.encode()).decode().rstrip("=")


def cursor_at(key: str, order: Order = "name") -> str:
    """What to ask for to begin with the names whose sort keys begin here."""
    return write_cursor(order, (key, ""))


def read_cursor(cursor: str | None, order: Order) -> Place | None:
    """The place that a cursor says; None for the start.

    Raises:
        InvalidInput: the cursor is not one of this order.
    """
    if cursor is None:
        return None
    try:
        padded = cursor + "=" * (-len(cursor) % 4)
        told = json.loads(base64.b64decode(padded, altchars=b"-_", validate=True))
    except (binascii.Error, ValueError, TypeError, RecursionError) as error:
        raise _bad_cursor() from error
    if not isinstance(told, list) or not all(isinstance(each, str) for each in told):
        raise _bad_cursor()
    if told[:1] != [_KINDS[order]] or len(told) != len(keys_of(order)) + 1:
        raise _bad_cursor()
    return _read_place(told[1:], order)


def _read_place(parts: Sequence[str], order: Order) -> Place:
    if not can_be_stored("".join(parts)):
        raise _bad_cursor()
    if order == "newest":
        return (_read_time(parts[0]), *parts[1:])
    if order == "faces":
        if not _COUNT.fullmatch(parts[0]):
            raise _bad_cursor()
        return (int(parts[0]), *parts[1:])
    return tuple(parts)


def _along(key: ColumnElement[Any], order: Order) -> ColumnElement[Any]:
    return key.desc() if order == "newest" else key


def _literals(order: Order, place: Place) -> ColumnElement[Any]:
    if order == "newest":
        return tuple_(literal(place[0], UtcTime), place[1])
    return tuple_(*place)


def _read_time(text: str) -> dt.datetime:
    try:
        time = dt.datetime.fromisoformat(text)
        return time.astimezone(dt.UTC)
    except (ValueError, OverflowError) as error:
        raise _bad_cursor() from error


def _bad_cursor() -> InvalidInput:
    return InvalidInput("cursor", field="cursor")
