"""Fallback names for settings and their values."""

from typing import Final

_CAPITALS: Final = {"fpir": "FPIR", "fmr": "FMR"}


def label(field: str) -> str:
    """A setting's field as words: `accepted_fpir` is “accepted FPIR”."""
    return " ".join(_CAPITALS.get(word, word) for word in field.split("_"))


def plain(value: object) -> str:
    """A setting's value in full: rounded, it could look like another."""
    if value is None:
        return "not set"
    if isinstance(value, bool):
        return "yes" if value else "no"
    return str(value) or "empty"
