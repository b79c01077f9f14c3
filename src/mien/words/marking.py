"""Marks a message for translation."""


def N_(text: str) -> str:  # noqa: N802 - the name that gettext's tools look for
    """The same text; `make words` collects these, and they are translated when shown."""
    return text
