"""People chosen by what their metadata say: terms such as `team=night`, in Python and in SQL."""

import json
import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from typing import Final

from sqlalchemy import ColumnElement
from sqlalchemy import and_
from sqlalchemy import case
from sqlalchemy import func
from sqlalchemy import or_
from sqlalchemy import select
from sqlalchemy import type_coerce
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Session

from mien.errors import InvalidInput
from mien.names import can_be_stored
from mien.storage.models import PersonRow

MOST_TERMS: Final = 10
TERM_LENGTH: Final = 500
# Larger whole numbers are compared as fractions.
_WHOLE: Final = 2**63


@dataclass(frozen=True, slots=True)
class Term:
    """That one entry of somebody's metadata has a value.

    Attributes:
        key: of the entry.
        value: as text. It stands for itself, for the same number and for the same truth value; of
            a list it is one of the elements.
    """

    key: str
    value: str

    def __str__(self) -> str:
        return f"{self.key}={self.value}"


def parse_terms(texts: Sequence[str], *, field: str = "where") -> tuple[Term, ...]:
    """Terms as they are typed, each `key=value`; spaces around either are ignored.

    Args:
        texts: one a term.
        field: what they are called where they are given.

    Raises:
        InvalidInput: there are too many, or one is none.
    """
    if len(texts) > MOST_TERMS:
        raise InvalidInput("terms_too_many", words={"most": MOST_TERMS}, field=field)
    return tuple(dict.fromkeys(_parsed(text, field) for text in texts))


def _parsed(text: str, field: str) -> Term:
    key, equals, value = (part.strip() for part in text.partition("="))
    if not equals or not key:
        raise InvalidInput("term_form", field=field)
    if len(text) > TERM_LENGTH:
        raise InvalidInput("term_too_long", words={"most": TERM_LENGTH}, field=field)
    if not can_be_stored(text):
        raise InvalidInput("term_characters", field=field)
    return Term(key, value)


def saying(session: Session, terms: Sequence[Term]) -> list[ColumnElement[bool]]:
    """That the metadata of a person of a query say all of this.

    Args:
        session: in which it is asked; databases differ.
        terms: none says nothing.
    """
    said = _in_sqlite if session.get_bind().dialect.name == "sqlite" else _in_postgresql
    return [said(term) for term in terms]


def _in_postgresql(term: Term) -> ColumnElement[bool]:
    details = type_coerce(PersonRow.details, JSONB)
    return or_(
        *(
            details.contains({term.key: entry})
            for value in (term.value, *_other_meanings(term.value))
            for entry in (value, [value])
        )
    )


def _in_sqlite(term: Term) -> ColumnElement[bool]:
    # Looked for in the text first, which takes a tenth of the time that reading it does.
    stored = [term.key] if _other_meanings(term.value) else [term.key, term.value]
    perhaps = [func.instr(PersonRow.details, json.dumps(each)) > 0 for each in stored]
    # What lies deeper than SQLite reads is passed over instead of failing the whole question.
    can_be_read = and_(*perhaps, func.json_valid(PersonRow.details) == 1)
    readable = case((can_be_read, PersonRow.details), else_="{}")
    entry = func.json_each(readable).table_valued("key", "value", "type")
    elements = case((entry.c.type == "array", entry.c.value), else_="[]")
    element = func.json_each(elements).table_valued("value", "type")
    in_list = select(element.c.type).where(_means(element.c, term.value)).correlate(entry).exists()
    said = (
        select(entry.c.type)
        .where(entry.c.key == term.key, or_(_means(entry.c, term.value), in_list))
        .correlate(PersonRow)
        .exists()
    )
    return and_(*perhaps, said)


def _means(entry: Any, value: str) -> ColumnElement[bool]:
    meanings = [and_(entry.type == "text", entry.value == value)]
    for other in _other_meanings(value):
        if isinstance(other, bool):
            meanings.append(entry.type == json.dumps(other))
        else:
            number = other if abs(other) < _WHOLE else float(other)
            meanings.append(and_(entry.type.in_(("integer", "real")), entry.value == number))
    return or_(*meanings)


def _other_meanings(value: str) -> tuple[bool | int | float, ...]:
    """What a text stands for in JSON besides itself."""
    try:
        read = json.loads(value)
    except (ValueError, RecursionError):
        return ()
    if isinstance(read, bool):
        return (read,)
    if isinstance(read, int | float) and _is_finite(read):
        return (read,)
    return ()


def _is_finite(number: float) -> bool:
    try:
        return math.isfinite(number)
    except OverflowError:  # a whole number beyond every fraction
        return False
