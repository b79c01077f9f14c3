"""Forms that take photos."""

import re
from collections.abc import Iterable
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from typing import Final

from flask import request
from flask_wtf.file import FileField
from flask_wtf.file import FileRequired
from flask_wtf.file import MultipleFileField
from werkzeug.datastructures import FileStorage
from wtforms import BooleanField
from wtforms import HiddenField
from wtforms import IntegerField
from wtforms import RadioField
from wtforms import SelectMultipleField
from wtforms import StringField
from wtforms import TextAreaField
from wtforms import ValidationError
from wtforms.validators import DataRequired
from wtforms.validators import Optional

from mien.errors import PersonAmbiguous
from mien.errors import PersonNotFound
from mien.errors import PhotoNotGoodEnough
from mien.gallery.recognition.reach import Reach
from mien.options import Gate
from mien.options import PhotoOptions
from mien.settings import MOST_PHOTOS
from mien.web.forms.base import PageForm
from mien.web.forms.state import FormState
from mien.web.language import translated

_MOST_HELD: Final = 100
_NEXT_TERM: Final = re.compile(r",(?=[^,=]*=)")


def _not_too_many(_form: PageForm, field: MultipleFileField) -> None:
    count = len(field.data or ())
    if count > MOST_PHOTOS:
        raise ValidationError(
            f"You chose {count} photos. At most {MOST_PHOTOS} can be sent at once: "
            f"send {MOST_PHOTOS} now, and the others after that."
        )


class IdentifyForm(PageForm):
    """Photos, where to search and among whom, and whether to look for small and turned faces too."""

    photo = MultipleFileField(validators=[FileRequired("Choose a photo first."), _not_too_many])
    gallery = HiddenField()
    also = SelectMultipleField(validate_choice=False)
    where = StringField()
    closely = BooleanField()

    def files(self) -> list[FileStorage]:
        """The photos that were chosen."""
        return [file for file in self.photo.data or () if file]

    @property
    def reach(self) -> Reach:
        """Which other galleries are searched, and among whom."""
        return Reach(also=tuple(self.also.data or ()), where=split_terms(self.text("where")))

    @property
    def options(self) -> PhotoOptions:
        """How the photo is to be looked at."""
        return PhotoOptions(detail="high" if self.closely.data else "normal")


def split_terms(text: str) -> tuple[str, ...]:
    """Terms in one line: a comma begins the next one where `KEY=` follows, so values may have commas."""
    return tuple(term for each in _NEXT_TERM.split(text) if (term := each.strip(", ")))


class CompareForm(PageForm):
    """Two photos, each sent now or held since it was sent; `face_a` and `face_b` choose their faces."""

    photo_a = FileField()
    photo_b = FileField()
    held_a = HiddenField()
    held_b = HiddenField()


class CheckPersonForm(PageForm):
    """A photo that is compared with one person."""

    photo = FileField(validators=[FileRequired("Choose a photo first.")])


class AddPhotosForm(PageForm):
    """Photos of somebody who is known."""

    photos = MultipleFileField(
        validators=[FileRequired("Choose at least one photo."), _not_too_many]
    )


class NewPersonForm(PageForm):
    """Somebody new; `another` says that two people have the name, `without_photo` that none is sent."""

    name = StringField(validators=[DataRequired("Type a name.")])
    notes = TextAreaField()
    another = BooleanField()
    without_photo = BooleanField()
    photos = MultipleFileField(validators=[_not_too_many])

    def files(self) -> list[FileStorage]:
        """The photos that were chosen; a browser sends an empty one where there are none."""
        return [file for file in self.photos.data or () if file]

    def held(self) -> list[str]:
        """Photos that were sent before and are held."""
        return request.form.getlist("held")[:_MOST_HELD]

    def face_of(self, held: str) -> int | None:
        """Which face of a held photo was chosen; 0 for none of them, None where nothing was."""
        return request.form.get(f"face-{held}", type=int)

    def gate_of(self, held: str) -> Gate | None:
        """The gate for a held photo; None for the gallery's own."""
        return "off" if f"anyway-{held}" in request.form else None

    def state_with(self, held: Iterable[str]) -> FormState:
        """What the page shows again, with photos that are held by now."""
        ids = tuple(dict.fromkeys(held))
        asked = [f"{name}-{each}" for each in ids for name in ("face", "anyway")]
        given = {name: tuple(request.form.getlist(name)) for name in asked if name in request.form}
        state = self.state()
        return replace(state, chosen={**state.chosen, **given, "held": ids})


class GatedForm(PageForm):
    """A form that stores a face; `anyway` lets through what the gallery's gate refuses."""

    anyway = BooleanField()

    @property
    def gate(self) -> Gate | None:
        """The gate for this face; None for the gallery's own."""
        return "off" if self.anyway.data else None


class FrameForm(PageForm):
    """A picture of a camera, the gallery, and as JSON the faces in it that are followed already."""

    photo = FileField()
    gallery = HiddenField()
    known = HiddenField()


class AddFromFrameForm(GatedForm):
    """A picture of a camera, as JSON the box of a face in it, and whose face that is."""

    photo = FileField()
    gallery = HiddenField()
    box = HiddenField()
    name = StringField()


class ChooseFaceForm(GatedForm):
    """Which face of a photo; the choices are set by the view."""

    face = RadioField(
        coerce=int, validators=[DataRequired("Choose a face.")], validate_choice=False
    )


class AddFaceForm(GatedForm):
    """Whose a face is: somebody by id, or by a typed name, known or new.

    `another` says of somebody new that two people have the name; `following` is the number of the
    face that is asked about next, empty for this one again.
    """

    person_id = HiddenField()
    name = StringField()
    following = IntegerField(validators=[Optional()])
    another = BooleanField()

    @contextmanager
    def noting_refusals(self) -> Iterator[None]:
        """Keep what storing a face refuses as words; see `noting`."""
        try:
            with (
                self.noting(PersonNotFound, field="name"),
                self.noting(PhotoNotGoodEnough),
            ):
                yield
        except PersonAmbiguous:
            # The page shows who they are, and needs no ids.
            self.say("name", translated("Several people here have this name. Choose one of them."))
