"""`mien activity`: what was done, by whom, and when."""

from typing import TYPE_CHECKING

import click

from mien.access.actor import OPERATOR
from mien.cli.runtime import ready_runtime
from mien.cli.terminal.output import json_option
from mien.cli.terminal.output import print_json
from mien.cli.terminal.output import print_table
from mien.words.events import ACTORS
from mien.words.events import GROUPS
from mien.words.events import tell_event
from mien.words.events import tell_facts

if TYPE_CHECKING:
    from mien.gallery.activity import Event
    from mien.gallery.activity import EventGroup


@click.command()
@click.option("--gallery", metavar="NAME", help="Only what is about this gallery.")
@click.option(
    "--person",
    metavar="WHO",
    help="Only what was done to this person, by name or id, or by the id of somebody deleted.",
)
@click.option(
    "--by", "actor", metavar="ID", help="Only by this user or key, `operator` or `system`."
)
@click.option("--kind", "group", type=click.Choice(list(GROUPS)), help="Only what is about this.")
@click.option(
    "--limit", type=int, default=50, show_default=True, metavar="N", help="Maximum number of lines."
)
@json_option
def activity(
    *,
    gallery: str | None,
    person: str | None,
    actor: str | None,
    group: "EventGroup | None",
    limit: int,
    as_json: bool,
) -> None:
    """Show what was done, by whom, when: newest first."""
    with ready_runtime() as runtime:
        from mien.errors import PersonNotFound
        from mien.gallery.activity import list_activity
        from mien.gallery.people.look_up import look_up_person

        call = runtime.call(OPERATOR)
        if person is not None:
            try:
                person = look_up_person(call, gallery=gallery or "default", who=person).id
            except PersonNotFound:
                # Of somebody deleted the id alone is left.
                if not list_activity(call, person_id=person, limit=1).events:
                    raise
        found = list_activity(
            call, gallery=gallery, person_id=person, actor=actor, group=group, limit=limit
        )
    if as_json:
        from mien.schemas.activity import ActivityOut

        print_json(ActivityOut.of(found).model_dump(mode="json"))
        return
    print_table(
        ["when", "what", "how much", "by", "gallery"],
        [
            (
                f"{each.at:%Y-%m-%d %H:%M}",
                tell_event(each.kind, each.subject_kind, each.subject_name),
                tell_facts(each.facts),
                _by(each),
                each.gallery.name if each.gallery else "",
            )
            for each in found.events
        ],
        empty="Nothing was done yet that fits.",
        names=["what"],
        lesser=["how much", "gallery"],
    )


def _by(event: "Event") -> str:
    return event.actor_name or ACTORS[event.actor_kind]
