"""What a form shows: the values typed so far and what is wrong with them."""

from collections.abc import Mapping
from dataclasses import dataclass
from dataclasses import field


@dataclass(frozen=True, slots=True)
class FormState:
    """The state of one form, whatever library has read it.

    Attributes:
        values: text by field name; a missing name is an empty field.
        chosen: for fields with several choices, the chosen values by field name.
        errors: one sentence by field name, saying what to do.
        problem: a sentence about the form as a whole.
    """

    values: Mapping[str, str] = field(default_factory=dict)
    chosen: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    errors: Mapping[str, str] = field(default_factory=dict)
    problem: str = ""

    def value(self, name: str) -> str:
        """The text typed into a field so far."""
        return self.values.get(name, "")

    def error(self, name: str) -> str:
        """What is wrong with a field; empty when nothing is."""
        return self.errors.get(name, "")

    def choice(self, name: str) -> str:
        """The first of the values chosen; empty when there is none."""
        return next(iter(self.chosen.get(name, ())), "")

    def has(self, name: str, value: str) -> bool:
        """Whether one of several choices is chosen."""
        return value in self.chosen.get(name, ())


@dataclass(frozen=True, slots=True)
class Choice:
    """One of several things to choose from."""

    value: str
    label: str
    hint: str = ""
