"""Forms about unknown people."""

from wtforms import SelectMultipleField
from wtforms import StringField
from wtforms.validators import DataRequired

from mien.web.forms.base import PageForm


class NameUnknownForm(PageForm):
    """Who an unknown person is: somebody in the gallery, or somebody new."""

    name = StringField(validators=[DataRequired("Type a name.")])


class SplitForm(PageForm):
    """Which sightings show someone else; the values are the ids of faces."""

    face_ids = SelectMultipleField(validate_choice=False)

    def chosen(self) -> tuple[str, ...]:
        """The ids of the faces that were ticked."""
        return tuple(self.face_ids.data or ())
