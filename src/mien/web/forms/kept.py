"""What was typed into a form, kept until its page is shown again.

A form that was refused leads back to its page, as one that was accepted does, so that reloading that
page never sends it again. The rows keep it; the cookie has its id alone, since browsers drop cookies
of more than four kilobytes.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from dataclasses import replace
from typing import Any

from flask import request
from flask import session
from werkzeug.datastructures import MultiDict

from mien.access.kept_input import keep_input
from mien.access.kept_input import take_input
from mien.http.context import this_call
from mien.web.forms.base import PageForm
from mien.web.forms.state import FormState

_KEY = "kept"
_MOST = 4
_NOT_SAVED = "This is not saved yet: you were signed out. Look through it and send it again."
_FILES_AGAIN = "Choose the photos again."


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


def keep_typed(user_id: str, place: str) -> bool:
    """Keep the form of the present request for somebody who has to sign in first.

    No password is kept, and no file.

    Args:
        user_id: whose form it was.
        place: its address.

    Returns:
        Whether it is kept.
    """
    fields = request.form.items(multi=True)
    typed = [[name, text] for name, text in fields if _is_kept(name)]
    files = any(file for file in request.files.values())
    content = {"typed": typed, "files": files}
    kept_id = keep_input(this_call(), user_id=user_id, place=place, content=content)
    if kept_id is None:
        return False
    note_kept(place, kept_id)
    return True


def _is_kept(name: str | None) -> bool:
    return bool(name) and name != "csrf_token" and "password" not in str(name)


def _typed_before(form: type[PageForm], content: dict[str, Any]) -> FormState:
    """What was typed before somebody had to sign in, not judged yet."""
    typed: MultiDict[str, str] = MultiDict(content["typed"])
    state = form(formdata=typed).state()
    others = {name: tuple(typed.getlist(name)) for name in typed if name not in state.values}
    words = _NOT_SAVED if not content["files"] else f"{_NOT_SAVED} {_FILES_AGAIN}"
    return replace(state, chosen={**others, **state.chosen}, problem=words)


def notes() -> dict[str, str]:
    """What this browser may ask for, to be noted again behind a sign-in."""
    return dict(session.get(_KEY, {}))


def note_kept(place: str, kept_id: str) -> None:
    """Let this browser ask for what was kept for a page."""
    kept = {name: each for name, each in session.get(_KEY, {}).items() if name != place}
    session[_KEY] = dict([*kept.items(), (place, kept_id)][-_MOST:])


def kept_for(place: str, shown: type[PageForm] | None = None) -> Kept:
    """What was kept for this place; given once.

    Args:
        place: the address of the page.
        shown: the form that it shows.
    """
    content = _take(place) or {}
    if shown is not None and "typed" in content:
        return Kept(_typed_before(shown, content), ())
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


def kept_form(place: str, shown: type[PageForm]) -> FormState | None:
    """The state of the form alone. None when nothing was kept."""
    return kept_for(place, shown).form


def _take(place: str) -> dict[str, Any] | None:
    """The content as it was kept."""
    kept = dict(session.get(_KEY, {}))
    kept_id = kept.pop(place, None)
    if kept_id is None:
        return None
    session[_KEY] = kept
    return take_input(this_call(), kept_id=kept_id, place=place)
