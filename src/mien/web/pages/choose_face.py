"""The choice of a face in a photo of several, one photo after the other."""

from collections.abc import Sequence
from dataclasses import dataclass
from dataclasses import replace
from typing import Any
from typing import ClassVar

from flask import url_for

from mien.gallery.enrolment.waiting import WaitingPhoto
from mien.gallery.held_photos import Held
from mien.gallery.recognition.identify_held import HeldProbe
from mien.gallery.results import Person
from mien.web.forms.state import FormState
from mien.web.pages.base import Page
from mien.web.pages.faces import BoxView
from mien.web.pages.faces import FaceMark
from mien.web.pages.faces import PhotoView
from mien.web.pages.faces import QualityView
from mien.web.pages.faces import box_view
from mien.web.pages.faces import probe_portrait_url
from mien.web.pages.faces import quality_view
from mien.web.pages.waiting import HeldPhotos
from mien.web.pages.waiting import held_photos


@dataclass(frozen=True, slots=True)
class FaceOption:
    """A face to choose from a photo that has several.

    Attributes:
        number: as on the photo, counted from 1; the value of the field `face`.
        portrait_url: the face in a 4:5 frame.
        box: where it is.
        quality: what is said of it beforehand; the gallery's gate decides.
    """

    number: int
    portrait_url: str
    box: BoxView
    quality: QualityView


@dataclass(frozen=True, slots=True)
class ChooseFacePage(Page):
    """Asks which of several faces on a photo belongs to the person; field `face`.

    Attributes:
        file_name: of the photo; empty where it is not known.
        faces_left_out: how many more the photo shows than can be chosen.
        position, count: which of the photos that wait for a choice this is, from 1.
        skip_url: the next of them; the person's page behind the last.
    """

    template: ClassVar[str] = "people/choose_face.html"

    form: FormState
    name: str
    file_name: str
    photo: PhotoView
    options: tuple[FaceOption, ...]
    faces_left_out: int
    position: int
    count: int
    held: HeldPhotos
    action_url: str
    skip_url: str
    back_url: str


def choose_face_page(
    person: Person,
    held: HeldProbe,
    waiting: Sequence[WaitingPhoto],
    *,
    form: FormState | None = None,
) -> ChooseFacePage:
    """The page that asks which face of a held photo is somebody's.

    Args:
        person: whose.
        held: the photo.
        waiting: all photos that wait for the person, this one among them.
        form: what was chosen before and refused; None chooses the likeliest face.
    """
    found = held.identification
    place: dict[str, Any] = {"gallery": found.gallery, "person_id": person.id}
    queue = [each for each in waiting if each.needs_choice]
    position = next((at for at, each in enumerate(queue, 1) if each.id == held.id), 1)
    return ChooseFacePage(
        form=_chosen(form, held.id, waiting),
        name=person.name,
        file_name=next((each.file_name for each in waiting if each.id == held.id), ""),
        photo=PhotoView(
            url=url_for("identify.photo", probe_id=held.id),
            width=found.width,
            height=found.height,
            marks=tuple(FaceMark(one.number, box_view(one.face.box)) for one in found.answers),
        ),
        options=tuple(
            FaceOption(
                number=answer.number,
                portrait_url=probe_portrait_url(held.id, answer.number),
                box=box_view(answer.face.box),
                quality=quality_view(answer.face),
            )
            for answer in found.answers
        ),
        faces_left_out=found.faces_left_out,
        position=position,
        count=max(len(queue), 1),
        held=held_photos(
            [Held(held.id, held.expires_at)], url_for("person.let_go", after=held.id, **place)
        ),
        action_url=url_for("person.choose_face", probe_id=held.id, **place),
        skip_url=after(held.id, waiting, gallery=found.gallery, person_id=person.id),
        back_url=url_for("person.show_one", **place),
    )


def after(probe_id: str, waiting: Sequence[WaitingPhoto], *, gallery: str, person_id: str) -> str:
    """Where to go behind a photo that needs a choice: to the next that does, or to the person.

    Args:
        probe_id: the photo; empty leads to the first.
        waiting: all photos that wait for the person.
        gallery: its name.
        person_id: who.
    """
    place: dict[str, Any] = {"gallery": gallery, "person_id": person_id}
    queue = [each.id for each in waiting if each.needs_choice]
    if probe_id and probe_id not in queue:
        return url_for("person.show_one", **place)
    left = queue[queue.index(probe_id) + 1 :] if probe_id else queue
    if not left:
        return url_for("person.show_one", **place)
    return url_for("person.ask_which_face", probe_id=left[0], **place)


def _chosen(form: FormState | None, probe_id: str, waiting: Sequence[WaitingPhoto]) -> FormState:
    likeliest = next((each.likeliest for each in waiting if each.id == probe_id), None)
    form = form or FormState()
    if likeliest is None or form.choice("face"):
        return form
    return replace(form, chosen={**form.chosen, "face": (str(likeliest),)})
