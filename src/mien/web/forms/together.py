"""Forms about several people or faces that were selected on a page."""

from flask import request
from wtforms import BooleanField
from wtforms import StringField

from mien.web.forms.base import PageForm


class SelectedForm(PageForm):
    """What is selected; without `sure` it is asked first."""

    sure = BooleanField()

    def ids(self, name: str) -> list[str]:
        """What is ticked in the boxes of this name, each once, in the page's order."""
        return list(dict.fromkeys(request.form.getlist(name)))


class DeleteSelectedForm(SelectedForm):
    """Deletes what is selected; `at_once` for good."""

    at_once = BooleanField()


class MergeSelectedForm(SelectedForm):
    """Makes the selected people one: `into` is the id of the one who is kept."""

    into = StringField()


class CopySelectedForm(SelectedForm):
    """Copies the selected people to another gallery; `another` says that they are no namesakes."""

    to = StringField()
    another = BooleanField()


class MoveSelectedForm(SelectedForm):
    """Whose the selected faces are: `who` in the gallery `to`; `refused` says they never were."""

    who = StringField()
    to = StringField()
    refused = BooleanField()
