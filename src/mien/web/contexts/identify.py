"""The home page, and what it finds."""

from dataclasses import dataclass
from typing import ClassVar

from mien.web.contexts.faces import FaceCard
from mien.web.contexts.faces import PhotoView
from mien.web.contexts.faces import Rate
from mien.web.contexts.forms import Choice
from mien.web.contexts.forms import FormState
from mien.web.contexts.page import Page


@dataclass(frozen=True, slots=True)
class IdentifyHome(Page):
    """Takes a photo in the field `photo`, the gallery's name in `gallery`, and `closely`.

    Attributes:
        form: problems with what was sent last.
        action_url: takes the POST, as multipart.
        galleries: to search in; a choice is shown from two on.
        gallery: the one chosen.
        people_count: people in that gallery; none shows where to begin.
        max_bytes: largest file accepted.
        add_person_url: where an empty gallery gets its first person.
    """

    template: ClassVar[str] = "identify/home.html"

    form: FormState
    action_url: str
    galleries: tuple[Choice, ...]
    gallery: str
    people_count: int
    max_bytes: int
    add_person_url: str


@dataclass(frozen=True, slots=True)
class IdentifyResult(Page):
    """The photo with its numbered faces, and a card for each.

    Attributes:
        photo: with one mark a face.
        faces: in the order of their numbers; empty when no face was found.
        gallery: where was searched.
        people_count: people in that gallery who could be found.
        threshold: likeness that a match needs there.
        accepted: share of strangers' searches that may name somebody, from which the threshold
            follows; None when it was set by hand or the model has not been calibrated.
        wrong: how often a stranger is named there; None when the model has not been calibrated.
        settings_url: where the threshold is set; empty for those who may not.
        names: names offered while one types whom a face belongs to.
        again_url: the page that takes another photo.
        let_go_url: takes a POST that erases the photo now.
        expires_at: ISO 8601 in UTC; until then the photo is held for the actions.
    """

    template: ClassVar[str] = "identify/result.html"

    photo: PhotoView
    faces: tuple[FaceCard, ...]
    gallery: str
    people_count: int
    threshold: float
    accepted: float | None
    wrong: Rate | None
    settings_url: str
    names: tuple[str, ...]
    again_url: str
    let_go_url: str
    expires_at: str
