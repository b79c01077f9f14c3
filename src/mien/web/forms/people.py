"""Forms about somebody who is in a gallery."""

from wtforms import BooleanField
from wtforms import StringField
from wtforms import TextAreaField
from wtforms.validators import DataRequired

from mien.errors import InvalidInput
from mien.names import name_key
from mien.web.forms.base import PageForm


class EditPersonForm(PageForm):
    """What somebody is called, and what is noted; `another` says that two people have the name."""

    name = StringField(validators=[DataRequired("Type a name.")])
    notes = TextAreaField()
    another = BooleanField()


class ForgetForm(PageForm):
    """How somebody is deleted: at once, and what is done about originals kept because of others."""

    at_once = BooleanField()
    search_originals = BooleanField()
    delete_originals = BooleanField()


class DeleteFaceForm(PageForm):
    """How a face is deleted."""

    at_once = BooleanField()


class ConfirmForm(PageForm):
    """A yes to something that cannot be undone; `name` where a name has to be typed."""

    name = StringField()

    def confirms(self, name: str) -> bool:
        """Whether this name was typed; says so beside the field when it was not."""
        with self.noting():
            if name_key(self.text("name")) != name_key(name):
                raise InvalidInput("confirm_name", words={"name": name}, field="name")
            return True
        return False
