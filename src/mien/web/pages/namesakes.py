"""Who has a name that was typed, on the page that says so."""

from flask import url_for

from mien.gallery.people.namesakes import list_namesakes
from mien.gallery.services import Call
from mien.web.forms.state import FormState
from mien.web.pages.faces import Namesake
from mien.web.pages.faces import crop_url


def namesakes_of(
    call: Call,
    *,
    gallery: str,
    form: FormState | None,
    but_for: str | None = None,
) -> tuple[Namesake, ...]:
    """Who has the name that was refused; nobody where it was not.

    Args:
        call: who asks, and with what.
        gallery: its name.
        form: what was typed; None for a page that is shown for the first time.
        but_for: the id of whoever is being renamed.
    """
    if form is None or not form.error("name") or not form.value("name"):
        return ()
    people = list_namesakes(call, gallery=gallery, name=form.value("name"))
    return tuple(
        Namesake(
            person_id=person.id,
            name=person.label,
            url=url_for("person.show_one", gallery=gallery, person_id=person.id),
            portrait_url=crop_url(gallery, person.id, person.portrait_face_id),
        )
        for person in people
        if person.id != but_for
    )
