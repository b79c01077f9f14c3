"""`mien unknown`: people who were seen and could not be named."""

from typing import TYPE_CHECKING

import click

from mien.access.actor import OPERATOR
from mien.cli.nouns import NounGroup
from mien.cli.options import gallery_option
from mien.cli.runtime import ready_runtime
from mien.cli.terminal.output import json_option
from mien.cli.terminal.output import print_json
from mien.cli.terminal.output import print_note
from mien.cli.terminal.output import print_table
from mien.cli.terminal.prompts import make_sure
from mien.cli.terminal.prompts import yes_option

if TYPE_CHECKING:
    from mien.gallery.people.clusters.rows import UnknownPerson


@click.group(cls=NounGroup)
def unknown() -> None:
    """Unknown people: seen in photos, not named yet.

    A gallery keeps them only if its setting keep-unknown-days says so: mien galleries change.
    """


@unknown.command("list")
@gallery_option
@click.option("--ignored", is_flag=True, help="List those that are ignored instead.")
@click.option(
    "--limit",
    type=int,
    default=100,
    show_default=True,
    metavar="N",
    help="Maximum number of people.",
)
@json_option
def list_(*, gallery: str, ignored: bool, limit: int, as_json: bool) -> None:
    """List unknown people, those seen most often first."""
    with ready_runtime(pack=True) as runtime:
        from mien.gallery.people.clusters.list_unknown import list_unknown

        found = list_unknown(
            runtime.call(OPERATOR),
            gallery=gallery,
            state="ignored" if ignored else "open",
            limit=limit,
        )
    if as_json:
        from mien.schemas.unknown import UnknownPeopleOut

        print_json(UnknownPeopleOut.of(found).model_dump(mode="json"))
        return
    empty = "No unknown people."
    if not found.keep_days:
        empty = (
            "This gallery does not keep the faces of unknown people. To keep them for 30 days: "
            f"mien galleries change {gallery} --keep-unknown-days 30"
        )
    print_table(
        ["id", "seen", "first", "last", "looks like"],
        [(each.id, *_row(each)) for each in found.people],
        empty=empty,
        names=["looks like"],
        lesser=["first"],
    )


def _row(person: "UnknownPerson") -> tuple[str, str, str, str]:
    like = person.looks_like
    return (
        f"{person.sightings:,}",
        f"{person.first_seen_at:%Y-%m-%d}",
        f"{person.last_seen_at:%Y-%m-%d}",
        f"{like.person.label} ({like.similarity:.2f})" if like else "",
    )


@unknown.command()
@click.argument("cluster_id", metavar="ID")
@gallery_option
@json_option
def show(*, cluster_id: str, gallery: str, as_json: bool) -> None:
    """Show every sighting of an unknown person, newest first."""
    with ready_runtime(pack=True) as runtime:
        from mien.gallery.people.clusters.list_unknown import show_unknown

        found = show_unknown(runtime.call(OPERATOR), gallery=gallery, cluster_id=cluster_id)
    if as_json:
        from mien.schemas.unknown import SightingsOut

        print_json(SightingsOut.of_sightings(found).model_dump(mode="json"))
        return
    print_table(
        ["face", "seen", "kept until", "quality"],
        [
            (
                face.id,
                f"{face.seen_at:%Y-%m-%d %H:%M}",
                f"{face.expires_at:%Y-%m-%d}",
                ", ".join(face.found.quality.reasons) or "good",
            )
            for face in found.faces
        ],
    )


@unknown.command()
@click.argument("cluster_id", metavar="ID")
@click.argument("who")
@gallery_option
@json_option
def name(*, cluster_id: str, who: str, gallery: str, as_json: bool) -> None:
    """Name an unknown person: WHO is someone in the gallery, or a new person.

    The best sightings become the person's examples; the others are deleted.
    """
    with ready_runtime(files=True, pack=True) as runtime:
        from mien.gallery.enrolment.subject import TypedPerson
        from mien.gallery.people.clusters.name import name_unknown

        named = name_unknown(
            runtime.call(OPERATOR),
            gallery=gallery,
            cluster_id=cluster_id,
            subject=TypedPerson(who),
        )
        from mien.schemas.unknown import NamedOut

        told = NamedOut.of(named)
    if as_json:
        print_json(told.model_dump(mode="json"))
        return
    for warning in told.warnings:
        print_note(f"Warning: {warning.detail} {warning.advice}")
    print_note(
        f"{'Added' if named.new_person else 'Known already:'} {named.person.label}. New faces: "
        f"{len(named.face_ids)}, other sightings deleted: {named.deleted}."
    )


@unknown.command()
@click.argument("cluster_id", metavar="ID")
@click.option("--undo", is_flag=True, help="List an ignored one again.")
@gallery_option
@json_option
def ignore(*, cluster_id: str, undo: bool, gallery: str, as_json: bool) -> None:
    """Ignore an unknown person, also when they are seen again."""
    with ready_runtime() as runtime:
        from mien.gallery.people.clusters.ignore import ignore_unknown
        from mien.gallery.people.clusters.ignore import unignore_unknown

        verb = unignore_unknown if undo else ignore_unknown
        verb(runtime.call(OPERATOR), gallery=gallery, cluster_id=cluster_id)
    if as_json:
        print_json({"id": cluster_id, "state": "open" if undo else "ignored"})
    else:
        print_note("Listed again." if undo else "Ignored.")


@unknown.command()
@click.argument("cluster_id", metavar="ID")
@click.argument("faces", metavar="FACE...", nargs=-1, required=True)
@gallery_option
@json_option
def split(*, cluster_id: str, faces: tuple[str, ...], gallery: str, as_json: bool) -> None:
    """Make another unknown person of some sightings; prints the id of the new one."""
    with ready_runtime() as runtime:
        from mien.gallery.people.clusters.split import split_unknown

        made = split_unknown(
            runtime.call(OPERATOR), gallery=gallery, cluster_id=cluster_id, face_ids=faces
        )
    if as_json:
        print_json({"id": made})
    else:
        click.echo(made)


@unknown.command()
@click.argument("cluster_id", metavar="ID")
@gallery_option
@yes_option
@json_option
def delete(*, cluster_id: str, gallery: str, yes: bool, as_json: bool) -> None:
    """Delete an unknown person with every sighting."""
    with ready_runtime() as runtime:
        from mien.gallery.people.clusters.delete_unknown import delete_unknown
        from mien.gallery.people.clusters.list_unknown import show_unknown

        call = runtime.call(OPERATOR)
        count = show_unknown(call, gallery=gallery, cluster_id=cluster_id).person.sightings
        make_sure(
            f"Delete this unknown person, seen {count:,} times? This cannot be undone.", yes=yes
        )
        gone = delete_unknown(call, gallery=gallery, cluster_id=cluster_id)
    if as_json:
        print_json({"id": cluster_id, "deleted": gone})
    else:
        print_note(f"Deleted. Sightings: {gone:,}.")
