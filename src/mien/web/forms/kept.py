"""What was typed into a form, kept until its page is shown again.

A form that was refused leads back to its page, as one that was accepted does, so that reloading that
page never sends it again. The rows keep it; the cookie has its id alone, since browsers drop cookies
of more than four kilobytes.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from flask import session

from mien.access.kept_input import keep_input
from mien.access.kept_input import take_input
from mien.http.context import this_call
from mien.web.forms.base import PageForm
from mien.web.forms.state import FormState

_KEY = "kept"
_MOST = 4


@dataclass(frozen=True, slots=True)
class Refusal:
    """A photo that gave no face, by its file's name, and why in a sentence or two."""

    file_name: str
    reason: str


@dataclass(frozen=True, slots=True)
class Kept:
    """What a page shows once more.

    Attributes:
        form: typed so far; None where only something is told.
        refused: photos that were sent and gave no face.
    """

    form: FormState | None
    refused: tuple[Refusal, ...]


def keep_form(form: PageForm, place: str, *, refused: Sequence[Refusal] = ()) -> None:
    """Keep a form's state for the next page.

    Args:
        form: that was refused.
        place: the address of the page that shows it again.
        refused: photos that were sent with it and gave no face.
    """
    keep_state(form.state(), place, refused=refused)


def keep_state(state: FormState | None, place: str, *, refused: Sequence[Refusal] = ()) -> None:
    """The same for a state of a form, or for refused photos alone."""
    content: dict[str, Any] = {"refused": [[each.file_name, each.reason] for each in refused]}
    if state is not None:
        content["form"] = {
            "values": dict(state.values),
            "chosen": {name: list(values) for name, values in state.chosen.items()},
            "errors": dict(state.errors),
            "problem": state.problem,
        }
    call = this_call()
    kept_id = keep_input(call, user_id=call.actor.id or "", place=place, content=content)
    if kept_id is not None:
        note_kept(place, kept_id)


def note_kept(place: str, kept_id: str) -> None:
    """Let this browser ask for what was kept for a page."""
    kept = {name: each for name, each in session.get(_KEY, {}).items() if name != place}
    session[_KEY] = dict([*kept.items(), (place, kept_id)][-_MOST:])


def kept_for(place: str) -> Kept:
    """What was kept for this place; given once."""
    content = take_kept(place) or {}
    form = content.get("form")
    state = None
    if form:
        state = FormState(
            values=form["values"],
            chosen={name: tuple(values) for name, values in form["chosen"].items()},
            errors=form["errors"],
            problem=form["problem"],
        )
    return Kept(state, tuple(Refusal(*each) for each in content.get("refused", ())))


def kept_form(place: str) -> FormState | None:
    """The state of the form alone. None when nothing was kept."""
    return kept_for(place).form


def take_kept(place: str) -> dict[str, Any] | None:
    """The content as it was kept."""
    kept = dict(session.get(_KEY, {}))
    kept_id = kept.pop(place, None)
    if kept_id is None:
        return None
    session[_KEY] = kept
    return take_input(this_call(), kept_id=kept_id, place=place)
