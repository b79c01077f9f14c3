"""What all pages have in common."""

from dataclasses import dataclass
from typing import ClassVar


@dataclass(frozen=True, slots=True)
class Page:
    """A page: the template that draws it, and its fields as that template's variables.

    Attributes:
        template: file under `templates/`.
        partial: the part that is also drawn alone for script; empty where there is none.
    """

    template: ClassVar[str]
    partial: ClassVar[str] = ""
