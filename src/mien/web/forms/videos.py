"""Forms of a video: which one and how often it is looked at, and a part of it that script sends."""

from typing import Final

from flask_wtf.file import FileField
from flask_wtf.file import MultipleFileField
from werkzeug.datastructures import FileStorage
from wtforms import HiddenField
from wtforms import IntegerField
from wtforms import RadioField
from wtforms.validators import InputRequired
from wtforms.validators import NumberRange

from mien.web.forms.base import PageForm

_EVERY: Final = ("0.2", "0.5", "1", "2")


class VideoForm(PageForm):
    """A video, and how far apart its pictures are looked at, in seconds."""

    title = HiddenField()
    files = MultipleFileField()
    # Its types know the shape alone that is to go.
    every = RadioField(choices=list(_EVERY), default="0.5")  # type: ignore[arg-type]

    def chosen(self) -> list[FileStorage]:
        """The files that were chosen; a browser sends an empty one where there are none."""
        return [file for file in self.files.data or () if file]

    @property
    def seconds(self) -> float:
        """How far apart pictures are looked at."""
        return float(self.every.data)


class VideoPartForm(PageForm):
    """The next part of a video."""

    offset = IntegerField(validators=[InputRequired(), NumberRange(min=0)])
    part = FileField()
