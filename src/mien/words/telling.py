"""A message that says what is wrong and what to do about it."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Told:
    """What is wrong, and what to do about it.

    Attributes:
        what: what is wrong or unusual, in a sentence.
        advice: what to do about it, in a sentence or two.
    """

    what: str
    advice: str

    def __str__(self) -> str:
        return f"{self.what} {self.advice}"
