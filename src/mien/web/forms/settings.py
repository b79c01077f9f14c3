"""Forms of galleries, keys and accounts."""

from typing import get_args

from wtforms import BooleanField
from wtforms import PasswordField
from wtforms import RadioField
from wtforms import SelectMultipleField
from wtforms import StringField
from wtforms import ValidationError
from wtforms.validators import DataRequired
from wtforms.validators import EqualTo

from mien.gallery.keys import SCOPES
from mien.web.contexts.chrome import Theme
from mien.web.forms.base import PageForm


class NewGalleryForm(PageForm):
    """A new gallery."""

    name = StringField(validators=[DataRequired("Type a name.")])
    keep_photos = BooleanField(default=True)


class GallerySettingsForm(PageForm):
    """The settings of a gallery; an empty threshold is the model's own."""

    name = StringField()
    threshold = StringField()
    keep_photos = BooleanField()

    def validate_threshold(self, _field: StringField) -> None:
        """Refuse what is no number; the range is the verb's matter."""
        try:
            self.likeness()
        except ValueError as error:
            raise ValidationError("Type a number such as 0.45, or nothing.") from error

    def likeness(self) -> float | None:
        """The threshold typed, in [-1, 1]; None for the model's own."""
        typed = self.text("threshold").strip().replace(",", ".")
        return float(typed.replace("\N{MINUS SIGN}", "-")) if typed else None


class NewKeyForm(PageForm):
    """A new API key."""

    name = StringField(validators=[DataRequired("Type a name.")])
    scopes = SelectMultipleField(
        choices=list(SCOPES),  # type: ignore[arg-type]  # the stubs know no plain words yet
        validators=[DataRequired("Choose at least one.")],
    )


class PasswordForm(PageForm):
    """A new password for oneself."""

    current_password = PasswordField(validators=[DataRequired("Type your current password.")])
    password = PasswordField(validators=[DataRequired("Choose a new password.")])
    password_again = PasswordField(
        validators=[EqualTo("password", "The two passwords differ. Type them again.")]
    )


class ThemeForm(PageForm):
    """The appearance of this browser."""

    theme = RadioField(choices=list(get_args(Theme)))


class NewUserForm(PageForm):
    """A new account."""

    name = StringField(validators=[DataRequired("Type a name to sign in with.")])
    password = PasswordField(validators=[DataRequired("Choose a password.")])
    is_admin = BooleanField()
