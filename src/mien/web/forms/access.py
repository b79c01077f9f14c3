"""Forms of the pages before one is signed in."""

from wtforms import PasswordField
from wtforms import StringField
from wtforms.validators import DataRequired
from wtforms.validators import EqualTo

from mien.web.forms.base import PageForm


class SetUpForm(PageForm):
    """The first administrator."""

    name = StringField(validators=[DataRequired("Type a name to sign in with.")])
    password = PasswordField(validators=[DataRequired("Choose a password.")])
    password_again = PasswordField(
        validators=[EqualTo("password", "The two passwords differ. Type them again.")]
    )


class ResetForm(PageForm):
    """A new password by a link."""

    password = PasswordField(validators=[DataRequired("Choose a password.")])
    password_again = PasswordField(
        validators=[EqualTo("password", "The two passwords differ. Type them again.")]
    )


class SignInForm(PageForm):
    """Name and password; `next` is where to go afterwards."""

    name = StringField(validators=[DataRequired("Type your name.")])
    password = PasswordField(validators=[DataRequired("Type your password.")])
    next = StringField()
