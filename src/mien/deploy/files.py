"""What rendering gives."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class RenderedFile:
    """A file, not yet written.

    Attributes:
        name: within the folder that it is written into.
        text: all of it.
    """

    name: str
    text: str
