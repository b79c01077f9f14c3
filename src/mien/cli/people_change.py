"""`mien people change`: another name, other notes, other metadata."""

import json
from typing import Any

import click

from mien.access.actor import OPERATOR
from mien.cli.options import gallery_option
from mien.cli.options import same_name_option
from mien.cli.runtime import ready_runtime
from mien.cli.terminal.output import json_option
from mien.cli.terminal.output import print_json
from mien.cli.terminal.output import print_note


@click.command()
@click.argument("who")
@click.option("--name", metavar="NAME", help="New name.")
@click.option("--notes", metavar="TEXT", help="Notes about the person; empty removes them.")
@click.option("--metadata", metavar="JSON", help="Any JSON object; replaces the current one.")
@same_name_option
@gallery_option
@json_option
def change(
    *,
    who: str,
    name: str | None,
    notes: str | None,
    metadata: str | None,
    allow_same_name: bool,
    gallery: str,
    as_json: bool,
) -> None:
    """Change a person's name, notes or metadata, by name or id."""
    if name is None and notes is None and metadata is None:
        raise click.UsageError("Say what to change: --name, --notes or --metadata.")
    _change(
        who,
        gallery,
        as_json=as_json,
        name=name,
        notes=notes,
        metadata=parsed(metadata),
        allow_same_name=allow_same_name,
    )


@click.command(hidden=True)
@click.argument("who")
@click.argument("name")
@same_name_option
@gallery_option
@json_option
def rename(*, who: str, name: str, allow_same_name: bool, gallery: str, as_json: bool) -> None:
    """Give a person another name; what `change --name` was called before."""
    _change(who, gallery, as_json=as_json, name=name, allow_same_name=allow_same_name)


def parsed(metadata: str | None) -> dict[str, Any] | None:
    """The JSON object that was given; None for none.

    Raises:
        click.BadParameter: it is not JSON, or not an object.
    """
    if metadata is None:
        return None
    try:
        value = json.loads(metadata)
    except ValueError as error:
        raise click.BadParameter("This is not JSON.", param_hint="--metadata") from error
    if not isinstance(value, dict):
        raise click.BadParameter("This is not a JSON object.", param_hint="--metadata")
    return value


def _change(
    who: str,
    gallery: str,
    *,
    as_json: bool,
    name: str | None = None,
    notes: str | None = None,
    metadata: dict[str, Any] | None = None,
    allow_same_name: bool = False,
) -> None:
    with ready_runtime() as runtime:
        from mien.gallery.people.look_up import look_up_person
        from mien.gallery.people.people import change_person

        person = look_up_person(runtime.call(OPERATOR), gallery=gallery, who=who)
        person = change_person(
            runtime.call(OPERATOR),
            gallery=gallery,
            person_id=person.id,
            name=name,
            notes=notes,
            metadata=metadata,
            allow_same_name=allow_same_name,
        )
    if as_json:
        from mien.schemas.people import PersonOut

        print_json(PersonOut.of(person).model_dump(mode="json"))
    elif name is not None:
        print_note(f"The name is now {person.name}.")
    else:
        print_note(f"Changed {person.name}.")
