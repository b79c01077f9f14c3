"""`mien people`: who is in a gallery."""

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import click

from mien.access.actor import OPERATOR
from mien.cli.changes import print_undo
from mien.cli.enrolling import enrol_of_one
from mien.cli.enrolling import faces_as_json
from mien.cli.nouns import NounGroup
from mien.cli.options import face_number_option
from mien.cli.options import gallery_option
from mien.cli.options import photo_gate_option
from mien.cli.options import photo_options
from mien.cli.options import photo_paths
from mien.cli.options import same_name_option
from mien.cli.options import take_option
from mien.cli.options import undoable_option
from mien.cli.people_change import change
from mien.cli.people_change import parsed
from mien.cli.people_change import rename
from mien.cli.people_import import import_people
from mien.cli.people_review import review
from mien.cli.people_together import confusions
from mien.cli.people_together import copy
from mien.cli.people_together import doubles
from mien.cli.people_together import merge
from mien.cli.runtime import ready_runtime
from mien.cli.terminal.enrolment_warnings import print_warnings
from mien.cli.terminal.erasure import print_erasure
from mien.cli.terminal.output import ExitCode
from mien.cli.terminal.output import json_option
from mien.cli.terminal.output import print_json
from mien.cli.terminal.output import print_note
from mien.cli.terminal.output import print_table
from mien.cli.terminal.photo_files import PhotoResults
from mien.cli.terminal.photo_files import find_photos
from mien.cli.terminal.prompts import make_sure
from mien.cli.terminal.prompts import yes_option
from mien.names import ID_PATTERN
from mien.options import ORDERS
from mien.options import PEOPLE_FILTERS
from mien.words.sentences import counted

if TYPE_CHECKING:
    from mien.gallery.enrolment.subject import Subject
    from mien.gallery.results import Enrolment
    from mien.gallery.results import Person
    from mien.gallery.results import StoredFace
    from mien.gallery.services import Call
    from mien.options import Gate
    from mien.options import Order
    from mien.options import PeopleFilter
    from mien.options import PhotoOptions
    from mien.options import Take


@click.group(cls=NounGroup)
def people() -> None:
    """People in a gallery: list, show, add, change, remove, import, review, merge."""


@people.command()
@click.argument("name")
@photo_paths(minimum=0)
@gallery_option
@click.option("--notes", metavar="TEXT", help="Notes about the person.")
@click.option("--metadata", metavar="JSON", help="Any JSON object.")
@same_name_option
@face_number_option
@take_option
@photo_gate_option
@photo_options
@json_option
@click.pass_context
def add(
    context: click.Context,
    *,
    name: str,
    photos: tuple[Path, ...],
    gallery: str,
    notes: str | None,
    metadata: str | None,
    allow_same_name: bool,
    face: int | None,
    take: "Take",
    gate: "Gate | None",
    options: "PhotoOptions",
    as_json: bool,
) -> None:
    """Add a person, or add photos to an existing one, by name or id.

    Without a photo the name must be new, or use --same-name. Give a folder to use every picture in
    it. Photos that the gate rejects are reported with the reason. Photos that may be a mistake are
    stored and reported.
    """
    facts = parsed(metadata)
    found = find_photos(photos)
    with ready_runtime(makes=True, files=True, models=bool(found)) as runtime:
        from mien.gallery.enrolment.enrol_each import EachOptions
        from mien.gallery.people.people import change_person
        from mien.gallery.people.people import create_person
        from mien.gallery.people.people import show_person

        call = runtime.call(OPERATOR)
        looked: PhotoResults[Enrolment] = PhotoResults([], [])
        if found:
            taking = EachOptions(options, face, take, gate)
            subject = _subject(name, allow_same_name=allow_same_name)
            looked = enrol_of_one(runtime, found, gallery=gallery, subject=subject, options=taking)
            if not looked.done:
                context.exit(ExitCode.FAILED)
            person_id = looked.done[0][1].person.id
            if notes is not None or facts is not None:
                change_person(
                    call, gallery=gallery, person_id=person_id, notes=notes, metadata=facts
                )
        else:
            person_id = create_person(
                call,
                gallery=gallery,
                name=name,
                notes=notes or "",
                metadata=facts,
                allow_same_name=allow_same_name,
            ).id
        person = show_person(call, gallery=gallery, person_id=person_id)
    is_new = not found or any(done.new_person for _, done in looked.done)
    if as_json:
        from mien.schemas.people import PersonOut

        print_json(
            {
                "person": PersonOut.of(person).model_dump(mode="json"),
                "new": is_new,
                "faces": faces_as_json(looked.done),
                "refused": looked.refused,
            }
        )
    else:
        print_warnings(looked.done)
        if is_new:
            print_note(f"Added {person.name} with {counted(person.faces, 'face')}.")
        else:
            added = counted(sum(done.stored for _, done in looked.done), "face")
            print_note(f"Added {added} to {person.name} ({person.faces:,} in total).")
        click.echo(person.id)
    context.exit(looked.exit_code)


@people.command("list")
@gallery_option
@click.option(
    "--query",
    default="",
    metavar="TEXT",
    help="Only people with these words, or parts of them, in their name or notes.",
)
@click.option(
    "--order",
    type=click.Choice(ORDERS),
    help="By name (default), by the last word of the name, newest first, or most faces first.",
)
@click.option("--newest", is_flag=True, help="The same as --order newest.")
@click.option(
    "--filter",
    "only",
    type=click.Choice(PEOPLE_FILTERS),
    help="Only people with no face or one, with a face to review, or who look like somebody else.",
)
@click.option(
    "--without-face",
    is_flag=True,
    help="Only people without a face, whom no search can find; the same as --filter no-face.",
)
@json_option
def list_(
    *,
    gallery: str,
    query: str,
    order: "Order | None",
    newest: bool,
    only: "PeopleFilter | None",
    without_face: bool,
    as_json: bool,
) -> None:
    """List the people in a gallery."""
    if newest and order not in (None, "newest"):
        raise click.UsageError("Use either --order or --newest.")
    if without_face and only not in (None, "no-face"):
        raise click.UsageError("Use either --filter or --without-face.")
    with ready_runtime() as runtime:
        found = list(
            _everybody(
                runtime.call(OPERATOR),
                gallery=gallery,
                query=query,
                order="newest" if newest else order or "name",
                only="no-face" if without_face else only or "all",
            )
        )
    if as_json:
        from mien.schemas.people import PersonOut

        print_json(
            {
                "people": [PersonOut.of(person).model_dump(mode="json") for person in found],
                "total": len(found),
            }
        )
        return
    print_table(
        ["id", "name", "faces", "added"],
        [(each.id, each.label, each.faces, f"{each.created_at:%Y-%m-%d}") for each in found],
        empty="Nobody yet. Add someone with `mien people add NAME PHOTO`.",
        names=["name"],
        lesser=["added"],
    )


@people.command()
@click.argument("who")
@gallery_option
@json_option
def show(*, who: str, gallery: str, as_json: bool) -> None:
    """Show a person and their faces, by name or id."""
    with ready_runtime() as runtime:
        from mien.gallery.people.faces import list_faces
        from mien.gallery.people.look_up import look_up_person

        person = look_up_person(runtime.call(OPERATOR), gallery=gallery, who=who)
        faces = list_faces(runtime.call(OPERATOR), gallery=gallery, person_id=person.id)
    if as_json:
        from mien.schemas.faces import StoredFaceOut
        from mien.schemas.people import PersonOut

        print_json(
            {
                **PersonOut.of(person).model_dump(mode="json"),
                "faces": [StoredFaceOut.of(face).model_dump(mode="json") for face in faces],
            }
        )
        return
    facts = [("id", person.id), ("name", person.name), ("added", f"{person.created_at:%Y-%m-%d}")]
    if person.notes:
        facts.append(("notes", person.notes))
    if person.metadata:
        facts.append(("metadata", json.dumps(person.metadata, ensure_ascii=False)))
    facts += [("face", f"{face.id} ({', '.join(_said_of(face))})") for face in faces]
    print_table(["", person.name], facts)


@people.command()
@click.argument("who")
@gallery_option
@click.option(
    "--search-originals",
    is_flag=True,
    help="Also search for the person in original photos kept for other people.",
)
@click.option(
    "--delete-originals",
    is_flag=True,
    help="Search them, and delete those that show the person.",
)
@undoable_option
@yes_option
@json_option
@click.pass_context
def remove(
    context: click.Context,
    *,
    who: str,
    gallery: str,
    search_originals: bool,
    delete_originals: bool,
    undoable: bool,
    yes: bool,
    as_json: bool,
) -> None:
    """Delete a person, by name or id: faces, photos and vectors, with proof.

    The exit code is 1 if something is left, and 3 if other original photos show the person, or may
    show them and were not searched. With --undoable the proof comes from `mien changes erase`.
    """
    if undoable and (search_originals or delete_originals):
        raise click.UsageError("Search originals with `mien changes erase`, not with --undoable.")
    with ready_runtime(models=search_originals or delete_originals) as runtime:
        from mien.gallery.people.forget import forget_person
        from mien.gallery.people.look_up import look_up_person

        person = look_up_person(runtime.call(OPERATOR), gallery=gallery, who=who)
        if undoable:
            _delete_for_now(runtime.call(OPERATOR), gallery, person, as_json=as_json)
            return
        make_sure(
            f"Delete {person.label} and {counted(person.faces, 'face')}? This cannot be undone.",
            yes=yes,
        )
        proof = forget_person(
            runtime.call(OPERATOR),
            gallery=gallery,
            person_id=person.id,
            search_originals=search_originals,
            delete_originals=delete_originals,
        )
    if as_json:
        from mien.schemas.erasure import ErasureOut

        print_json(ErasureOut.of(proof).model_dump(mode="json"))
    else:
        print_erasure(proof)
    if not proof.erased:
        context.exit(ExitCode.FAILED)
    context.exit(ExitCode.OK if proof.complete else ExitCode.SOME_FAILED)


people.add_command(change)
people.add_command(rename)
people.add_command(import_people)
people.add_command(review)
people.add_command(merge)
people.add_command(copy)
people.add_command(doubles)
people.add_command(confusions)


def _delete_for_now(call: "Call", gallery: str, person: "Person", *, as_json: bool) -> None:
    from mien.gallery.people.delete import delete_people

    done = delete_people(call, gallery=gallery, person_ids=[person.id])
    if as_json:
        print_json({"id": person.id, "change_id": done.change_id})
        return
    print_note(f"Deleted {person.label} with {counted(done.faces, 'face')}.")
    print_undo(done.change_id, gallery)


def _said_of(face: "StoredFace") -> list[str]:
    """What is poor about a face, and what is suspected of it."""
    return [*(face.found.quality.reasons or ["good"]), *(each.code for each in face.suspicions)]


def _subject(who: str, *, allow_same_name: bool) -> "Subject":
    from mien.gallery.enrolment.subject import KnownPerson
    from mien.gallery.enrolment.subject import NamedPerson
    from mien.gallery.enrolment.subject import NewPerson

    if allow_same_name:
        return NewPerson(who, allow_same_name=True)
    return KnownPerson(who) if re.fullmatch(ID_PATTERN, who) else NamedPerson(who)


def _everybody(
    call: "Call", *, gallery: str, query: str, order: "Order", only: "PeopleFilter"
) -> "Iterator[Person]":
    from mien.gallery.people.list_people import MOST_A_PAGE
    from mien.gallery.people.list_people import list_people

    cursor = None
    while True:
        page = list_people(
            call,
            gallery=gallery,
            query=query,
            order=order,
            only=only,
            limit=MOST_A_PAGE,
            cursor=cursor,
        )
        yield from page.people
        cursor = page.next_cursor
        if cursor is None:
            return
