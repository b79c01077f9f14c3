"""What was typed into a form and is wrong with it, kept until its page is shown again.

A form that was refused leads back to its page, as one that was accepted does, so that reloading that
page never sends it again.
"""

from flask import session

from mien.web.forms.base import PageForm
from mien.web.forms.state import FormState

_KEY = "kept_form"
# It travels in a cookie, and browsers drop cookies of more than four kilobytes.
_MOST_CHARACTERS = 300


def keep_form(form: PageForm, place: str) -> None:
    """Keep a form's state for the next page.

    Args:
        form: that was refused.
        place: where it is shown again.
    """
    state = form.state()
    session[_KEY] = {
        "place": place,
        "values": {name: value[:_MOST_CHARACTERS] for name, value in state.values.items()},
        "chosen": {name: list(values) for name, values in state.chosen.items()},
        "errors": dict(state.errors),
        "problem": state.problem,
    }


def kept_form(place: str) -> FormState | None:
    """What was kept for this place; given once. None when nothing was."""
    kept = session.get(_KEY)
    if not kept or kept["place"] != place:
        return None
    del session[_KEY]
    return FormState(
        values=kept["values"],
        chosen={name: tuple(values) for name, values in kept["chosen"].items()},
        errors=kept["errors"],
        problem=kept["problem"],
    )
