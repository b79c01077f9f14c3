"""Two photos: the same person or not."""

from dataclasses import dataclass
from typing import ClassVar

from mien.web.contexts.forms import FormState
from mien.web.contexts.page import Page


@dataclass(frozen=True, slots=True)
class ComparedPhoto:
    """One of the two photos: the portrait compared, and how many faces the photo had."""

    portrait_url: str
    face_count: int


@dataclass(frozen=True, slots=True)
class Comparison:
    """What a comparison found; similarity and threshold are in [-1, 1]."""

    same_person: bool
    similarity: float
    threshold: float
    photo_a: ComparedPhoto
    photo_b: ComparedPhoto


@dataclass(frozen=True, slots=True)
class ComparePage(Page):
    """Takes `photo_a` and `photo_b`, and shows what the last two gave; None before the first."""

    template: ClassVar[str] = "compare.html"

    form: FormState
    action_url: str
    result: Comparison | None
    max_bytes: int
