"""Two photos: the same person or not."""

from dataclasses import dataclass
from typing import ClassVar

from mien.web.contexts.faces import Rate
from mien.web.contexts.forms import FormState
from mien.web.contexts.page import Page


@dataclass(frozen=True, slots=True)
class ComparedPhoto:
    """One of the two photos.

    Attributes:
        portrait_url: the face compared.
        face_count: how many faces the photo had.
        poor: what is poor about the face, as codes; see `QualityView`.
    """

    portrait_url: str
    face_count: int
    poor: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Comparison:
    """What a comparison found.

    Attributes:
        same_person: whether the similarity reaches the threshold.
        similarity, threshold: in [-1, 1].
        photo_a, photo_b: what was compared.
        legible: whether both faces show enough to be told from others.
        alike: how often different people are as much alike; None when not measured.
        wrong: how often different people pass as one; None when not measured.
    """

    same_person: bool
    similarity: float
    threshold: float
    photo_a: ComparedPhoto
    photo_b: ComparedPhoto
    legible: bool = True
    alike: Rate | None = None
    wrong: Rate | None = None


@dataclass(frozen=True, slots=True)
class ComparePage(Page):
    """Takes `photo_a` and `photo_b`, and shows what the last two gave; None before the first."""

    template: ClassVar[str] = "compare.html"

    form: FormState
    action_url: str
    result: Comparison | None
    max_bytes: int
