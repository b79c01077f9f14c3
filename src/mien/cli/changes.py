"""`mien changes`: what was done to people and faces, and undoing it."""

from typing import TYPE_CHECKING

import click

from mien.access.actor import OPERATOR
from mien.cli.nouns import NounGroup
from mien.cli.options import gallery_option
from mien.cli.runtime import ready_runtime
from mien.cli.terminal.erasure import print_erasure
from mien.cli.terminal.output import ExitCode
from mien.cli.terminal.output import json_option
from mien.cli.terminal.output import print_json
from mien.cli.terminal.output import print_note
from mien.cli.terminal.output import print_table
from mien.cli.terminal.prompts import make_sure
from mien.cli.terminal.prompts import yes_option
from mien.words.sentences import counted

if TYPE_CHECKING:
    from mien.gallery.people.changes import Change


@click.group(cls=NounGroup)
def changes() -> None:
    """Changes of people and faces: list, undo, erase."""


@changes.command("list")
@gallery_option
@click.option("--open", "open_only", is_flag=True, help="Only changes that can be undone.")
@click.option(
    "--limit",
    type=int,
    default=50,
    show_default=True,
    metavar="N",
    help="Maximum number of changes.",
)
@json_option
def list_(*, gallery: str, open_only: bool, limit: int, as_json: bool) -> None:
    """List changes of people and faces in a gallery, newest first."""
    with ready_runtime() as runtime:
        from mien.gallery.people.changes import list_changes

        found = list_changes(
            runtime.call(OPERATOR), gallery=gallery, limit=limit, open_only=open_only
        )
    if as_json:
        from mien.schemas.changes import ChangesOut

        print_json(ChangesOut.of(found).model_dump(mode="json"))
        return
    print_table(
        ["id", "what", "people", "faces", "when", "state"],
        [
            (each.id, each.kind, _named(each), each.faces, f"{each.at:%Y-%m-%d %H:%M}", each.state)
            for each in found.changes
        ],
        empty="Nothing has been changed lately.",
        names=["people"],
        lesser=["when", "faces"],
    )


@changes.command()
@click.argument("change_id", metavar="ID")
@gallery_option
@json_option
def undo(*, change_id: str, gallery: str, as_json: bool) -> None:
    """Undo a change as a whole; people and faces are as before."""
    with ready_runtime() as runtime:
        from mien.gallery.people.undo import undo_change

        change = undo_change(runtime.call(OPERATOR), gallery=gallery, change_id=change_id)
    if as_json:
        from mien.schemas.changes import ChangeOut

        print_json(ChangeOut.of(change).model_dump(mode="json"))
    else:
        print_note(f"Undone: {change.kind} ({_named(change)}).")


@changes.command()
@click.argument("change_id", metavar="ID")
@gallery_option
@click.option(
    "--search-originals",
    is_flag=True,
    help="Also search for deleted people in original photos kept for others.",
)
@click.option(
    "--delete-originals", is_flag=True, help="Search them, and delete those that show the people."
)
@yes_option
@json_option
@click.pass_context
def erase(
    context: click.Context,
    *,
    change_id: str,
    gallery: str,
    search_originals: bool,
    delete_originals: bool,
    yes: bool,
    as_json: bool,
) -> None:
    """End a change now: what it deleted is erased with proof, and cannot be undone.

    The exit codes are those of `mien people remove`.
    """
    with ready_runtime(models=search_originals or delete_originals) as runtime:
        from mien.gallery.people.changes import show_change
        from mien.gallery.people.erase_change import erase_now

        call = runtime.call(OPERATOR)
        change = show_change(call, gallery=gallery, change_id=change_id)
        make_sure(f"Erase what “{change.kind}” ({_named(change)}) has deleted, for good?", yes=yes)
        ended = erase_now(
            call,
            gallery=gallery,
            change_id=change_id,
            search_originals=search_originals,
            delete_originals=delete_originals,
        )
    if as_json:
        from mien.schemas.changes import EndedChangeOut

        print_json(EndedChangeOut.of(ended).model_dump(mode="json"))
    else:
        for proof in ended.erasures:
            print_erasure(proof)
        if ended.faces:
            print_note(f"Deleted {counted(ended.faces, 'face')}.")
        print_note("This can no longer be undone.")
    if not all(each.erased for each in ended.erasures):
        context.exit(ExitCode.FAILED)
    complete = all(each.complete for each in ended.erasures)
    context.exit(ExitCode.OK if complete else ExitCode.SOME_FAILED)


def print_undo(change_id: str | None, gallery: str) -> None:
    """Say how what was just done is undone; nothing where it cannot be."""
    if change_id:
        where = "" if gallery == "default" else f" --gallery {gallery}"
        print_note(f"To undo this: mien changes undo {change_id}{where}")


def _named(change: "Change") -> str:
    names = [each.label for each in change.named]
    more = change.people - len(names)
    return ", ".join([*names, f"{more:,} more"] if names and more > 0 else names)
