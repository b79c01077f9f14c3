"""The form that all others are made from."""

from collections.abc import Iterator
from collections.abc import Mapping
from contextlib import contextmanager
from types import MappingProxyType

from flask_wtf import FlaskForm
from wtforms import BooleanField
from wtforms import Field
from wtforms import PasswordField
from wtforms import SelectMultipleField
from wtforms import StringField

from mien.errors import ImageError
from mien.errors import InvalidInput
from mien.errors import MienError
from mien.errors import TooManyAttempts
from mien.http.problems import status_of
from mien.web.forms.state import FormState
from mien.web.language import translated
from mien.words import say

REJECTED = 422
"""Status of a page that shows a form again."""


class PageForm(FlaskForm):  # type: ignore[misc]  # Flask-WTF ships no types
    """A form that is shown again with what was typed and what is wrong with it.

    Attributes:
        status: HTTP status of the page that shows it again.
        headers: that belong to the status.
        problem: a sentence about the form as a whole.
    """

    status: int = REJECTED
    headers: Mapping[str, str] = MappingProxyType({})
    problem: str = ""

    @contextmanager
    def noting(self, *kinds: type[MienError], field: str = "") -> Iterator[None]:
        """Keep what a verb refuses as words beside a field; other errors travel on.

        An `InvalidInput` names its field itself; one of a field that the form has not is kept where
        it is among the kinds.

        Args:
            kinds: errors that this form has caused.
            field: the field they are about; empty for the form as a whole.
        """
        try:
            yield
        except InvalidInput as error:
            at = error.field if error.field in self else field if InvalidInput in kinds else ""
            if not at:
                raise
            self.say(at, say.error(error, translate=translated))
        except kinds as error:
            if field:
                self.say(field, say.error(error, translate=translated))
            else:
                self.problem = say.error(error, translate=translated)
            if isinstance(error, (ImageError, TooManyAttempts)):
                self.status = status_of(type(error))
            if isinstance(error, TooManyAttempts):
                self.headers = {"Retry-After": str(error.extra["retry_after_seconds"])}

    def state(self) -> FormState:
        """What the page shows of this form; passwords are never shown again."""
        shown = [field for field in self if field.name != "csrf_token"]
        return FormState(
            values={f.name: f.data or "" for f in shown if _is_text(f)},
            chosen={f.name: _chosen(f) for f in shown if not _is_text(f)},
            errors={f.name: str(f.errors[0]) for f in shown if f.errors},
            problem=self.problem,
        )

    def text(self, name: str) -> str:
        """What was typed into a field; empty when it was not sent."""
        return self[name].data or ""

    def say(self, field: str, words: str) -> None:
        """Say what is wrong beside a field."""
        self[field].errors = [*self[field].errors, words]


def _is_text(field: Field) -> bool:
    return isinstance(field, StringField) and not isinstance(field, PasswordField)


def _chosen(field: Field) -> tuple[str, ...]:
    if isinstance(field, SelectMultipleField):
        return tuple(field.data or ())
    if isinstance(field, BooleanField):
        return ("yes",) if field.data else ()
    return (str(field.data),) if isinstance(field.data, (str, int)) else ()
