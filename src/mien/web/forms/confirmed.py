"""Forms that ask for one's own password again."""

from collections.abc import Iterator
from contextlib import contextmanager

from wtforms import PasswordField
from wtforms.validators import DataRequired

from mien.access.confirm import OwnPassword
from mien.errors import TooManyAttempts
from mien.errors import WrongCredentials
from mien.http.password_source import password_source
from mien.web.forms.base import PageForm

OWN_PASSWORD_MISSING = "Enter your own password."  # noqa: S105 - a sentence


class ConfirmedForm(PageForm):
    """Something that only the person at the browser may do, not whoever has its cookie."""

    own_password = PasswordField(validators=[DataRequired(OWN_PASSWORD_MISSING)])

    @contextmanager
    def confirming(self) -> Iterator[OwnPassword]:
        """The own password as verbs take it; what they say of it stands beside its field."""
        with self.noting(WrongCredentials, TooManyAttempts, field="own_password"):
            yield OwnPassword(self.text("own_password"), password_source())
