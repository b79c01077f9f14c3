"""Marks a text of the catalogue for translators."""


def N_(text: str) -> str:  # noqa: N802 - the name that gettext's tools look for
    """The same text; `make words` gathers what is marked, and a door translates it when it speaks."""
    return text
