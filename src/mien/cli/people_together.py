"""`mien people merge`, `copy`, `doubles` and `confusions`: people who are one, or are taken for one."""

import click

from mien.access.actor import OPERATOR
from mien.cli.changes import print_undo
from mien.cli.options import gallery_option
from mien.cli.options import same_name_option
from mien.cli.runtime import ready_runtime
from mien.cli.terminal.output import json_option
from mien.cli.terminal.output import print_json
from mien.cli.terminal.output import print_note
from mien.cli.terminal.output import print_table
from mien.words.sentences import counted


@click.command()
@click.argument("who")
@click.argument("others", nargs=-1, required=True)
@gallery_option
@json_option
def merge(*, who: str, others: tuple[str, ...], gallery: str, as_json: bool) -> None:
    """Merge people who are one person, by name or id: all of OTHERS become part of WHO.

    WHO keeps name and metadata; faces, notes and metadata that are missing come from the others.
    """
    with ready_runtime() as runtime:
        from mien.gallery.people.look_up import look_up_person
        from mien.gallery.people.merge import merge_people

        call = runtime.call(OPERATOR)
        kept = look_up_person(call, gallery=gallery, who=who)
        from_ids = [look_up_person(call, gallery=gallery, who=each).id for each in others]
        done = merge_people(call, gallery=gallery, person_id=kept.id, from_ids=from_ids)
    if as_json:
        from mien.schemas.people import PersonOut

        person = PersonOut.of(done.person).model_dump(mode="json")
        print_json({"person": person, "change_id": done.change_id})
        return
    print_note(
        f"Added {counted(done.faces, 'face')} of {counted(done.merged, 'person', 'people')} to "
        f"{done.person.name} ({done.person.faces:,} in total)."
    )
    print_undo(done.change_id, gallery)


@click.command()
@click.argument("people", nargs=-1, required=True)
@click.option("--to", "to_gallery", required=True, metavar="GALLERY", help="The other gallery.")
@same_name_option
@gallery_option
@json_option
def copy(
    *,
    people: tuple[str, ...],
    to_gallery: str,
    allow_same_name: bool,
    gallery: str,
    as_json: bool,
) -> None:
    """Copy people with their faces to another gallery, by name or id."""
    with ready_runtime(files=True) as runtime:
        from mien.gallery.people.copy_people import copy_people
        from mien.gallery.people.look_up import look_up_person

        call = runtime.call(OPERATOR)
        done = copy_people(
            call,
            gallery=gallery,
            person_ids=[look_up_person(call, gallery=gallery, who=each).id for each in people],
            to_gallery=to_gallery,
            allow_same_name=allow_same_name,
        )
    if as_json:
        from mien.schemas.people_together import CopiedOut

        print_json(CopiedOut.of(done).model_dump(mode="json") | {"change_id": done.change_id})
        return
    print_note(
        f"Copied {counted(len(done.people), 'person', 'people')} with "
        f"{counted(done.faces, 'face')} to {done.gallery}."
    )
    print_undo(done.change_id, done.gallery)


@click.command()
@gallery_option
@click.option(
    "--limit",
    type=int,
    default=100,
    show_default=True,
    metavar="N",
    help="Maximum number of pairs.",
)
@json_option
def doubles(*, gallery: str, limit: int, as_json: bool) -> None:
    """List people who may be one and the same, most similar first."""
    with ready_runtime(pack=True) as runtime:
        from mien.gallery.people.likely_doubles import list_doubles

        found = list_doubles(runtime.call(OPERATOR), gallery=gallery, limit=limit)
    if as_json:
        from mien.schemas.people_together import DoublesOut

        print_json(DoublesOut.of(found).model_dump(mode="json"))
        return
    print_table(
        ["person", "other", "similarity", "because"],
        [
            (
                each.pair.people[0].label,
                each.pair.people[1].label,
                f"{each.pair.similarity:.2f}",
                ", ".join(each.grounds),
            )
            for each in found.doubles
        ],
        empty="Nobody is likely to be there twice.",
        names=["person", "other"],
        lesser=["because"],
    )


@click.command()
@click.argument("who")
@gallery_option
@json_option
def confusions(*, who: str, gallery: str, as_json: bool) -> None:
    """List who a person is confused with, by name or id."""
    with ready_runtime(pack=True) as runtime:
        from mien.gallery.people.confusions import list_confusions
        from mien.gallery.people.look_up import look_up_person

        call = runtime.call(OPERATOR)
        person = look_up_person(call, gallery=gallery, who=who)
        found = list_confusions(call, gallery=gallery, person_id=person.id)
    if as_json:
        from mien.schemas.people_together import ConfusionsOut

        print_json(ConfusionsOut.of(found).model_dump(mode="json"))
        return
    print_table(
        ["person", "because", "similarity", "face"],
        [
            (
                each.person.label if each.person else "",
                each.by,
                "" if each.similarity is None else f"{each.similarity:.2f}",
                each.face_id or "",
            )
            for each in found.found
        ],
        empty="Nobody is known to be confused with this person.",
        names=["person"],
        lesser=["face"],
    )
