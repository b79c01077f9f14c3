"""Turns keys and values into sentences; the pages, the API and the command line all use it.

Each function takes `translate`, which translates a message into the reader's language; English by
default.
"""

import math
from collections.abc import Callable
from collections.abc import Mapping
from typing import Any
from typing import Final
from typing import Protocol
from typing import TypeAlias

from mien.errors import MienError
from mien.errors import Objection
from mien.words.errors import ERRORS
from mien.words.gate import GATE
from mien.words.marking import N_
from mien.words.telling import Told
from mien.words.warnings import WARNINGS

_UNWORDED: Final = N_("Something went wrong: {key}.")

Translate: TypeAlias = Callable[[str], str]


class Warned(Protocol):
    """What a warning's sentence is made from; it has figures where it is a reason of the gate."""

    @property
    def key(self) -> str: ...  # noqa: D102 - as in `Objection`
    @property
    def figure(self) -> float | None: ...  # noqa: D102
    @property
    def limit(self) -> float | None: ...  # noqa: D102


def english(text: str) -> str:
    """No translation: the catalogue is in English."""
    return text


def error(error: MienError, *, translate: Translate = english) -> str:
    """What happened and what to do about it, in a sentence or two."""
    fields = {
        name: _in_words(value, translate) for name, value in {**error.extra, **error.words}.items()
    }
    reasons = error.extra.get("reasons", ())
    if reasons and isinstance(reasons[0], Objection):
        # Somebody does one thing at a time, and then sees what is left.
        fields["advice"] = objection(reasons[0], translate=translate).advice
    try:
        return translate(ERRORS[error.key]).format_map(fields)
    except (KeyError, ValueError):
        # A mistake in the catalogue, or in a translation, must not hide what went wrong.
        return translate(_UNWORDED).format(key=error.key)


def facts(error: MienError, *, translate: Translate = english) -> dict[str, Any]:
    """What programs are told about an error besides its code, as JSON values."""
    return {name: _as_json(value, translate) for name, value in error.extra.items()}


def objection(objection: Objection, *, translate: Translate = english) -> Told:
    """What is wrong with a face, and how to do better."""
    return _told(GATE[objection.key], objection.figure, objection.limit, translate)


def warning(warning: Warned, *, translate: Translate = english) -> Told:
    """What is unusual about a new example, and what to do about it."""
    told = WARNINGS.get(warning.key) or GATE[warning.key]
    return _told(told, warning.figure or 0.0, warning.limit or 0.0, translate)


def rounded(figure: float) -> float:
    """A figure as programs are told it."""
    return round(figure, 1)


def _told(told: Told, figure: float, limit: float, translate: Translate) -> Told:
    # Rounded so that a figure never reads like the limit that it misses.
    whole = math.floor(figure) if figure < limit else math.ceil(figure)
    return Told(translate(told.what).format(figure=whole, limit=limit), translate(told.advice))


def _in_words(value: Any, translate: Translate) -> Any:
    if isinstance(value, MienError):
        return error(value, translate=translate)
    if isinstance(value, Objection):
        return objection(value, translate=translate).what
    if isinstance(value, (list, tuple)):
        return " ".join(str(_in_words(each, translate)) for each in value)
    return value


def _as_json(value: Any, translate: Translate) -> Any:
    if isinstance(value, MienError):
        return error(value, translate=translate)
    if isinstance(value, Objection):
        told = objection(value, translate=translate)
        return {
            "code": value.code,
            "detail": told.what,
            "advice": told.advice,
            "figure": rounded(value.figure),
            "limit": value.limit,
            "unit": value.unit,
        }
    if isinstance(value, Mapping):
        return {name: _as_json(each, translate) for name, each in value.items()}
    if isinstance(value, (list, tuple)):
        return [_as_json(each, translate) for each in value]
    return value
