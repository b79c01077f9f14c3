"""Forms that undo changes, and that say whose a face is or that two people are one."""

from wtforms import BooleanField
from wtforms import StringField

from mien.web.forms.base import PageForm


class UndoForm(PageForm):
    """Takes back a change; `back` is the page to go to."""

    back = StringField()


class MergeForm(PageForm):
    """Who is the same person: `other` is chosen by id, or `who` typed, by name or id."""

    other = StringField()
    who = StringField()


class MoveFaceForm(PageForm):
    """Whose a face is: `who` is known or new; `refused` says that it never was the person's."""

    who = StringField()
    refused = BooleanField()


class PortraitForm(PageForm):
    """Shows a person by a face."""
