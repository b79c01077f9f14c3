"""All galleries, and the settings of one."""

from dataclasses import dataclass
from typing import ClassVar

from mien.web.contexts.forms import FormState
from mien.web.contexts.page import Page


@dataclass(frozen=True, slots=True)
class GalleryRow:
    """One gallery of the list; portraits are those of up to four of its people."""

    name: str
    url: str
    settings_url: str
    people_count: int
    face_count: int
    portraits: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class GalleriesPage(Page):
    """All galleries."""

    template: ClassVar[str] = "galleries/list.html"

    galleries: tuple[GalleryRow, ...]
    new_url: str


@dataclass(frozen=True, slots=True)
class NewGalleryPage(Page):
    """Creates a gallery; field `name`, and `keep_photos` with the value `yes` when ticked."""

    template: ClassVar[str] = "galleries/new.html"

    form: FormState
    action_url: str
    back_url: str


@dataclass(frozen=True, slots=True)
class GallerySettingsPage(Page):
    """Changes `name`, `threshold` and `keep_photos`.

    Attributes:
        form: typed so far, or what holds now; a ticked box is `chosen["keep_photos"] = ("yes",)`.
        name: as it is now.
        renamable: the default gallery keeps its name, and cannot be deleted.
        default_threshold: what the model pack recommends.
        model: the pack that this gallery is bound to.
        people_count, face_count: how large it is.
        created_at: ISO 8601 in UTC.
        action_url: takes the POST.
        delete_url: the page that asks; empty where it may not be deleted.
        back_url: the list of galleries.
    """

    template: ClassVar[str] = "galleries/settings.html"

    form: FormState
    name: str
    renamable: bool
    default_threshold: float
    model: str
    people_count: int
    face_count: int
    created_at: str
    action_url: str
    delete_url: str
    back_url: str
