"""`mien faces move`, `wrong` and `portrait`: whose a face is, and who is shown by it."""

from typing import TYPE_CHECKING

import click

from mien.access.actor import OPERATOR
from mien.cli.changes import print_undo
from mien.cli.options import gallery_option
from mien.cli.options import same_name_option
from mien.cli.runtime import ready_runtime
from mien.cli.terminal.output import json_option
from mien.cli.terminal.output import print_json
from mien.cli.terminal.output import print_note
from mien.words.sentences import counted

if TYPE_CHECKING:
    from mien.gallery.enrolment.subject import Subject
    from mien.gallery.services import Call


@click.command()
@click.argument("face_ids", nargs=-1, required=True, metavar="ID...")
@click.option("--to", "to", metavar="WHO", help="Whose they are, by name or id.")
@click.option("--new", "new", metavar="NAME", help="Name of a new person whose they are.")
@click.option("--to-gallery", metavar="NAME", help="The person's gallery, if it is another one.")
@same_name_option
@gallery_option
@json_option
def move(
    *,
    face_ids: tuple[str, ...],
    to: str | None,
    new: str | None,
    to_gallery: str | None,
    allow_same_name: bool,
    gallery: str,
    as_json: bool,
) -> None:
    """Move faces to another person, known (--to) or new (--new)."""
    with ready_runtime(files=True) as runtime:
        from mien.gallery.people.move import move_faces

        call = runtime.call(OPERATOR)
        where = to_gallery or gallery
        subject = _subject(call, where, to=to, new=new, allow_same_name=allow_same_name)
        if subject is None:
            raise click.UsageError("Say whose they are: --to or --new.")
        done = move_faces(
            call, gallery=gallery, face_ids=face_ids, to=subject, to_gallery=to_gallery
        )
    if as_json:
        from mien.schemas.people_together import MovedOut

        print_json(MovedOut.of(done).model_dump(mode="json") | {"change_id": done.change_id})
        return
    print_note(f"Moved {counted(len(done.faces), 'face')} to {done.person.label}.")
    print_undo(done.change_id, gallery)


@click.command()
@click.argument("face_id", metavar="ID")
@click.option("--to", "to", metavar="WHO", help="Whose it is instead, by name or id.")
@click.option("--new", "new", metavar="NAME", help="Name of a new person whose it is.")
@same_name_option
@gallery_option
@json_option
def wrong(
    *,
    face_id: str,
    to: str | None,
    new: str | None,
    allow_same_name: bool,
    gallery: str,
    as_json: bool,
) -> None:
    """Say that a face is not the person's; it is moved (--to, --new) or deleted.

    Faces more similar to it than to the person's own are no longer identified as that person.
    """
    with ready_runtime(files=True) as runtime:
        from mien.gallery.people.wrong import mark_wrong

        call = runtime.call(OPERATOR)
        subject = _subject(call, gallery, to=to, new=new, allow_same_name=allow_same_name)
        done = mark_wrong(call, gallery=gallery, face_id=face_id, to=subject)
    if as_json:
        from mien.schemas.people_together import MarkedWrongOut

        print_json(MarkedWrongOut.of(done).model_dump(mode="json") | {"change_id": done.change_id})
        return
    now = f"moved to {done.moved_to.label}" if done.moved_to else "deleted"
    print_note(f"This face is not {done.person.label}: {now}.")
    print_undo(done.change_id, gallery)


@click.command()
@click.argument("who")
@click.argument("face_id", metavar="[ID]", required=False)
@gallery_option
@json_option
def portrait(*, who: str, face_id: str | None, gallery: str, as_json: bool) -> None:
    """Choose the face a person is shown by; without one, the best is chosen."""
    with ready_runtime() as runtime:
        from mien.gallery.people.look_up import look_up_person
        from mien.gallery.people.portrait import choose_portrait

        call = runtime.call(OPERATOR)
        person = look_up_person(call, gallery=gallery, who=who)
        person = choose_portrait(call, gallery=gallery, person_id=person.id, face_id=face_id)
    if as_json:
        from mien.schemas.people import PersonOut

        print_json(PersonOut.of(person).model_dump(mode="json"))
    else:
        print_note(f"{person.label} is shown by {person.portrait_face_id or 'no face'}.")


def _subject(
    call: "Call", gallery: str, *, to: str | None, new: str | None, allow_same_name: bool
) -> "Subject | None":
    from mien.gallery.enrolment.subject import KnownPerson
    from mien.gallery.enrolment.subject import NewPerson
    from mien.gallery.people.look_up import look_up_person

    if to is not None and new is not None:
        raise click.UsageError("Use --to or --new, not both.")
    if new is not None:
        return NewPerson(new, allow_same_name=allow_same_name)
    return None if to is None else KnownPerson(look_up_person(call, gallery=gallery, who=to).id)
