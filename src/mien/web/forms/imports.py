"""Forms of an import: what is to be imported and how, and a part of a file that script sends."""

from typing import Final
from typing import cast

from flask_wtf.file import FileField
from flask_wtf.file import MultipleFileField
from werkzeug.datastructures import FileStorage
from wtforms import HiddenField
from wtforms import IntegerField
from wtforms import RadioField
from wtforms.validators import InputRequired
from wtforms.validators import NumberRange

from mien.jobs.start_import import ImportOptions
from mien.options import Gate
from mien.options import Take
from mien.web.forms.base import PageForm

AGREE: Final = "agree"
AS_GALLERY: Final = "gallery"
_TAKES: Final = (AGREE, "largest", "only")
_GATES: Final = (AS_GALLERY, "off")


class ImportForm(PageForm):
    """Archives or pictures in folders, and how they are taken."""

    title = HiddenField()
    files = MultipleFileField()
    # Its types know the shape alone that is to go.
    take = RadioField(choices=list(_TAKES), default=AGREE)  # type: ignore[arg-type]
    gate = RadioField(choices=list(_GATES), default=AS_GALLERY)  # type: ignore[arg-type]

    def chosen(self) -> list[FileStorage]:
        """The files that were chosen; a browser sends an empty one where there are none."""
        return [file for file in self.files.data or () if file]

    @property
    def options(self) -> ImportOptions:
        """As the verb takes them."""
        take = None if self.take.data == AGREE else cast("Take", self.take.data)
        gate = None if self.gate.data == AS_GALLERY else cast("Gate", self.gate.data)
        return ImportOptions(take=take, gate=gate)


class FilePartForm(PageForm):
    """The next part of a file."""

    path = HiddenField(validators=[InputRequired()])
    offset = IntegerField(validators=[InputRequired(), NumberRange(min=0)])
    part = FileField()
