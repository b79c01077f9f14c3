"""Errors as rows keep them, so that a door can make their sentence later, in its reader's language."""

from collections.abc import Mapping
from dataclasses import asdict
from typing import Any

from mien.errors import MienError
from mien.errors import Objection


def as_stored(error: MienError) -> dict[str, Any]:
    """The key of an error's sentence and the values of it, as JSON."""
    facts: dict[str, Any] = {}
    for name, value in {**error.extra, **error.words}.items():
        if isinstance(value, MienError):
            facts[name] = {"error": as_stored(value)}
        elif isinstance(value, (list, tuple)) and all(isinstance(e, Objection) for e in value):
            facts[name] = {"objections": [asdict(each) for each in value]}
        elif isinstance(value, (str, int, float, bool)) or value is None:
            facts[name] = value
        else:
            facts[name] = str(value)
    return {"key": error.key, "facts": facts}


def from_stored(key: str, facts: Mapping[str, Any]) -> MienError:
    """An error that says what was stored of one."""
    code, _, variant = key.partition(".")
    kind = type("StoredError", (MienError,), {"code": code})
    told: dict[str, Any] = {}
    for name, value in facts.items():
        if isinstance(value, dict) and "error" in value:
            told[name] = from_stored(value["error"]["key"], value["error"]["facts"])
        elif isinstance(value, dict) and "objections" in value:
            told[name] = [
                Objection(
                    code=each["code"],
                    variant=each["variant"],
                    figure=each["figure"],
                    limit=each["limit"],
                    unit=each["unit"],
                )
                for each in value["objections"]
            ]
        else:
            told[name] = value
    error: MienError = kind(variant, **told)
    return error
