"""`mien galleries`: sets of people."""

from typing import TYPE_CHECKING

import click

from mien.cli.asking import make_sure
from mien.cli.asking import yes_option
from mien.cli.output import json_option
from mien.cli.output import print_json
from mien.cli.output import print_note
from mien.cli.output import print_table
from mien.cli.ready import ready_runtime

if TYPE_CHECKING:
    from mien.gallery.answers import Gallery

_photos_option = click.option(
    "--keep-photos/--no-keep-photos",
    default=None,
    help="Whether original photos are kept beside the portraits.",
)


@click.group()
def galleries() -> None:
    """Galleries: sets of people that are searched apart from each other."""


@galleries.command("list")
@json_option
def list_(*, as_json: bool) -> None:
    """List the galleries."""
    with ready_runtime() as runtime:
        from mien.gallery.galleries import list_galleries

        found = list_galleries(runtime.tools)
    if as_json:
        from mien.api.galleries import GalleryOut

        print_json({"galleries": [GalleryOut.of(each).model_dump(mode="json") for each in found]})
        return
    print_table(
        ["name", "people", "faces", "pack", "threshold", "photos"],
        [
            (
                each.name,
                each.people,
                each.faces,
                each.pack,
                "automatic" if each.threshold is None else each.threshold,
                "kept" if each.keep_photos else "not kept",
            )
            for each in found
        ],
        empty="No gallery yet. The first start of `mien run` makes one.",
    )


@galleries.command()
@click.argument("name")
@click.option(
    "--threshold", type=float, metavar="S", help="Similarity of a match; else the pack's."
)
@_photos_option
@json_option
def create(*, name: str, threshold: float | None, keep_photos: bool | None, as_json: bool) -> None:
    """Make an empty gallery, bound to the model pack in use."""
    with ready_runtime(models=True) as runtime:
        from mien.gallery.galleries import create_gallery

        made = create_gallery(
            runtime.tools, name=name, threshold=threshold, keep_photos=keep_photos is not False
        )
    _show(made, as_json=as_json)


@galleries.command()
@click.argument("name")
@json_option
def show(*, name: str, as_json: bool) -> None:
    """Show a gallery."""
    with ready_runtime() as runtime:
        from mien.gallery.galleries import show_gallery

        found = show_gallery(runtime.tools, name=name)
    _show(found, as_json=as_json)


@galleries.command()
@click.argument("name")
@click.option("--rename", metavar="NAME", help="Its name from now on.")
@click.option("--threshold", metavar="S|auto", help="Similarity of a match; auto is the pack's.")
@_photos_option
@json_option
def change(
    *,
    name: str,
    rename: str | None,
    threshold: str | None,
    keep_photos: bool | None,
    as_json: bool,
) -> None:
    """Rename a gallery or change its settings."""
    figure = _figure(threshold)
    with ready_runtime() as runtime:
        from mien.gallery.galleries import change_gallery

        changed = change_gallery(
            runtime.tools,
            name=name,
            new_name=rename,
            threshold=figure,
            automatic_threshold=threshold == "auto",
            keep_photos=keep_photos,
        )
    _show(changed, as_json=as_json)


@galleries.command()
@click.argument("name")
@yes_option
@json_option
def remove(*, name: str, yes: bool, as_json: bool) -> None:
    """Remove a gallery with everybody in it."""
    with ready_runtime() as runtime:
        from mien.gallery.galleries import delete_gallery
        from mien.gallery.galleries import show_gallery

        found = show_gallery(runtime.tools, name=name)
        make_sure(f"Remove {found.name} with {found.people} person(s) for good?", yes=yes)
        gone = delete_gallery(runtime.tools, name=name)
    if as_json:
        print_json({"name": gone.name, "people": gone.people, "faces": gone.faces})
    else:
        print_note(f"Removed {gone.name} with {gone.people} person(s), {gone.faces} face(s).")


def _figure(threshold: str | None) -> float | None:
    if threshold in (None, "auto"):
        return None
    try:
        return float(threshold)
    except ValueError as error:
        raise click.BadParameter("A number or auto.", param_hint="--threshold") from error


def _show(gallery: "Gallery", *, as_json: bool) -> None:
    if as_json:
        from mien.api.galleries import GalleryOut

        print_json(GalleryOut.of(gallery).model_dump(mode="json"))
        return
    threshold = "automatic" if gallery.threshold is None else gallery.threshold
    print_table(
        ["", gallery.name],
        [
            ("name", gallery.name),
            ("people", gallery.people),
            ("faces", gallery.faces),
            ("pack", gallery.pack),
            ("threshold", threshold),
            ("photos", "kept" if gallery.keep_photos else "not kept"),
            ("since", f"{gallery.created_at:%Y-%m-%d}"),
        ],
    )
