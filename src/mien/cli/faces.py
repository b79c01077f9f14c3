"""`mien faces`: the examples by which a person is known."""

from pathlib import Path
from typing import TYPE_CHECKING

import click

from mien.access.actor import OPERATOR
from mien.cli.changes import print_undo
from mien.cli.enrolling import enrol_of_one
from mien.cli.enrolling import faces_as_json
from mien.cli.faces_move import move
from mien.cli.faces_move import portrait
from mien.cli.faces_move import wrong
from mien.cli.nouns import NounGroup
from mien.cli.options import face_number_option
from mien.cli.options import gallery_option
from mien.cli.options import photo_gate_option
from mien.cli.options import photo_options
from mien.cli.options import photo_paths
from mien.cli.options import take_option
from mien.cli.options import undoable_option
from mien.cli.runtime import ready_runtime
from mien.cli.terminal.enrolment_warnings import print_warnings
from mien.cli.terminal.output import json_option
from mien.cli.terminal.output import print_json
from mien.cli.terminal.output import print_note
from mien.cli.terminal.output import print_table
from mien.cli.terminal.photo_files import find_photos
from mien.cli.terminal.prompts import make_sure
from mien.cli.terminal.prompts import yes_option

if TYPE_CHECKING:
    from mien.gallery.results import Person
    from mien.gallery.results import StoredFace
    from mien.options import Gate
    from mien.options import PhotoOptions
    from mien.options import Take


@click.group(cls=NounGroup)
def faces() -> None:
    """Faces: the examples a person is recognised by."""


@faces.command("list")
@click.argument("who")
@gallery_option
@json_option
def list_(*, who: str, gallery: str, as_json: bool) -> None:
    """List the faces of a person, by name or id, best first."""
    with ready_runtime() as runtime:
        from mien.gallery.people.faces import list_faces
        from mien.gallery.people.look_up import look_up_person

        call = runtime.call(OPERATOR)
        person = look_up_person(call, gallery=gallery, who=who)
        found = list_faces(call, gallery=gallery, person_id=person.id)
    if as_json:
        from mien.schemas.faces import StoredFaceOut

        print_json({"faces": [StoredFaceOut.of(face).model_dump(mode="json") for face in found]})
        return
    print_table(
        ["id", "quality", "photo", "added", "to review"],
        [
            (
                face.id,
                ", ".join(face.found.quality.reasons) or "good",
                _photo(face),
                f"{face.created_at:%Y-%m-%d}",
                ", ".join(each.code for each in face.suspicions),
            )
            for face in found
        ],
        empty="No faces yet. Add one with `mien faces add WHO PHOTO`.",
        lesser=["added", "photo"],
    )


@faces.command()
@click.argument("who")
@click.argument("face_id", metavar="ID")
@gallery_option
@json_option
def show(*, who: str, face_id: str, gallery: str, as_json: bool) -> None:
    """Show one face of a person: its place in the photo, its quality, and doubts about it."""
    with ready_runtime() as runtime:
        from mien.gallery.people.faces import show_face
        from mien.gallery.people.look_up import look_up_person

        call = runtime.call(OPERATOR)
        person = look_up_person(call, gallery=gallery, who=who)
        face = show_face(call, gallery=gallery, person_id=person.id, face_id=face_id)
    if as_json:
        from mien.schemas.faces import StoredFaceOut

        print_json(StoredFaceOut.of(face).model_dump(mode="json"))
        return
    box, quality = face.found.box, face.found.quality
    print_table(
        ["", face.id],
        [
            ("person", person.name),
            ("quality", ", ".join(quality.reasons) or "good"),
            ("width", f"{round(box.width)} px"),
            ("height", f"{round(box.height)} px"),
            ("score", f"{face.found.score:.2f}"),
            ("photo", _photo(face)),
            ("added", f"{face.created_at:%Y-%m-%d}"),
            *(("to review", each.code) for each in face.suspicions),
        ],
    )


@faces.command()
@click.argument("who")
@photo_paths()
@gallery_option
@face_number_option
@take_option
@photo_gate_option
@photo_options
@json_option
@click.pass_context
def add(
    context: click.Context,
    *,
    who: str,
    photos: tuple[Path, ...],
    gallery: str,
    face: int | None,
    take: "Take",
    gate: "Gate | None",
    options: "PhotoOptions",
    as_json: bool,
) -> None:
    """Add photos to an existing person, by name or id.

    `mien people add` does the same and creates the person if needed.
    """
    found = find_photos(photos)
    with ready_runtime(files=True, models=True) as runtime:
        from mien.gallery.enrolment.enrol_each import EachOptions
        from mien.gallery.enrolment.subject import KnownPerson
        from mien.gallery.people.look_up import look_up_person

        person = look_up_person(runtime.call(OPERATOR), gallery=gallery, who=who)
        looked = enrol_of_one(
            runtime,
            found,
            gallery=gallery,
            subject=KnownPerson(person.id),
            options=EachOptions(options, face, take, gate),
        )
    if as_json:
        print_json({"faces": faces_as_json(looked.done), "refused": looked.refused})
    else:
        print_warnings(looked.done)
        for _, made in looked.done:
            click.echo(made.face.id)
    context.exit(looked.exit_code)


@faces.command()
@click.argument("who")
@click.argument("face_id", metavar="ID")
@gallery_option
@undoable_option
@yes_option
@json_option
def remove(
    *, who: str, face_id: str, gallery: str, undoable: bool, yes: bool, as_json: bool
) -> None:
    """Remove one face of a person, and its photo unless another face needs it."""
    with ready_runtime() as runtime:
        from mien.gallery.people.faces import delete_face
        from mien.gallery.people.faces import show_face
        from mien.gallery.people.look_up import look_up_person

        call = runtime.call(OPERATOR)
        person = look_up_person(call, gallery=gallery, who=who)
        show_face(call, gallery=gallery, person_id=person.id, face_id=face_id)
        if undoable:
            from mien.gallery.people.delete import delete_faces

            change_id = delete_faces(call, gallery=gallery, face_ids=[face_id]).change_id
            _tell_deleted(face_id, person, gallery, change_id, as_json=as_json)
            return
        make_sure(f"Remove the face {face_id} of {person.name}? This cannot be undone.", yes=yes)
        delete_face(call, gallery=gallery, person_id=person.id, face_id=face_id)
    if as_json:
        print_json({"id": face_id, "person_id": person.id})
    else:
        print_note(f"Removed the face {face_id} of {person.name}.")


faces.add_command(move)
faces.add_command(wrong)
faces.add_command(portrait)


def _tell_deleted(
    face_id: str, person: "Person", gallery: str, change_id: str | None, *, as_json: bool
) -> None:
    if as_json:
        print_json({"id": face_id, "person_id": person.id, "change_id": change_id})
        return
    print_note(f"Removed the face {face_id} of {person.name}.")
    print_undo(change_id, gallery)


def _photo(face: "StoredFace") -> str:
    return "kept" if face.photo_id is not None else "not kept"
