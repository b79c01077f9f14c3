"""`mien galleries`: sets of people."""

from typing import TYPE_CHECKING

import click

from mien.access.actor import OPERATOR
from mien.cli.gallery_options import given
from mien.cli.gallery_options import settings_options
from mien.cli.nouns import NounGroup
from mien.cli.runtime import ready_runtime
from mien.cli.terminal.output import json_option
from mien.cli.terminal.output import one_in
from mien.cli.terminal.output import print_json
from mien.cli.terminal.output import print_note
from mien.cli.terminal.output import print_table
from mien.cli.terminal.prompts import make_sure
from mien.cli.terminal.prompts import yes_option
from mien.words.sentences import counted

if TYPE_CHECKING:
    from mien.gallery.results import Gallery


@click.group(cls=NounGroup, former={"create": "add"})
def galleries() -> None:
    """Galleries: separate sets of people. A search stays within one gallery."""


@galleries.command("list")
@json_option
def list_(*, as_json: bool) -> None:
    """List the galleries."""
    with ready_runtime() as runtime:
        from mien.gallery.galleries import list_galleries

        found = list_galleries(runtime.call(OPERATOR))
    if as_json:
        from mien.schemas.galleries import GalleryOut

        print_json(
            {"galleries": [GalleryOut.from_gallery(each).model_dump(mode="json") for each in found]}
        )
        return
    print_table(
        ["name", "people", "faces", "pack", "threshold", "photos"],
        [
            (
                each.name,
                each.people,
                each.faces,
                each.pack,
                "automatic" if each.settings.threshold is None else each.settings.threshold,
                "kept" if each.settings.keep_photos else "not kept",
            )
            for each in found
        ],
        empty="No galleries yet. `mien run` creates one at its first start.",
        names=["name"],
        lesser=["photos", "threshold", "pack"],
    )


@galleries.command()
@click.argument("name")
@settings_options
@json_option
def add(*, name: str, as_json: bool, **settings: object) -> None:
    """Create an empty gallery, bound to the model pack in use."""
    with ready_runtime(makes=True, pack=True) as runtime:
        from mien.gallery.galleries import create_gallery

        made = create_gallery(runtime.call(OPERATOR), name=name, settings=given(settings))
    _show(made, as_json=as_json)


@galleries.command()
@click.argument("name")
@json_option
def show(*, name: str, as_json: bool) -> None:
    """Show a gallery."""
    with ready_runtime() as runtime:
        from mien.gallery.galleries import show_gallery

        found = show_gallery(runtime.call(OPERATOR), name=name)
    _show(found, as_json=as_json)


@galleries.command()
@click.argument("name")
@click.option("--name", "--rename", "new_name", metavar="NAME", help="New name.")
@settings_options
@json_option
def change(*, name: str, new_name: str | None, as_json: bool, **settings: object) -> None:
    """Rename a gallery or change its settings."""
    with ready_runtime() as runtime:
        from mien.gallery.galleries import change_gallery

        changed = change_gallery(
            runtime.call(OPERATOR), name=name, new_name=new_name, settings=given(settings)
        )
    _show(changed, as_json=as_json)


@galleries.command()
@click.argument("name")
@click.option(
    "--accepted-fpir",
    "rates",
    type=float,
    metavar="R",
    multiple=True,
    help="Share of strangers' searches that may name someone. Repeat it to compare several.",
)
@click.option(
    "--threshold",
    "thresholds",
    type=float,
    metavar="S",
    multiple=True,
    help="A fixed similarity.",
)
@json_option
def weigh(
    *, name: str, rates: tuple[float, ...], thresholds: tuple[float, ...], as_json: bool
) -> None:
    """Show how other settings would have answered recent searches. Changes nothing.

    The first line shows the current settings. Only counts are shown, no names.
    """
    with ready_runtime(pack=True) as runtime:
        from mien.gallery.recognition.what_if import Setting
        from mien.gallery.recognition.what_if import weigh_all

        settings = [
            Setting(),
            *(Setting(accepted_fpir=rate) for rate in rates),
            *(Setting(threshold=threshold) for threshold in thresholds),
        ]
        weighed = weigh_all(runtime.call(OPERATOR), gallery=name, settings=settings)
    if as_json:
        from mien.schemas.galleries import WeighedOut

        print_json({"settings": [WeighedOut.of(each).model_dump(mode="json") for each in weighed]})
        return
    print_table(
        ["accepted FPIR", "threshold", "match", "ambiguous", "unknown", "look alike", "of"],
        [
            (
                one_in(each.point.accepted_fpir)
                or ("fixed" if each.point.calibration is None else "by hand"),
                f"{each.point.threshold:.3f}",
                *each.decisions.values(),
                each.alike,
                each.compared,
            )
            for each in weighed
        ],
    )


@galleries.command()
@click.argument("name")
@yes_option
@json_option
def remove(*, name: str, yes: bool, as_json: bool) -> None:
    """Remove a gallery and everyone in it."""
    with ready_runtime() as runtime:
        from mien.gallery.galleries import delete_gallery
        from mien.gallery.galleries import show_gallery

        found = show_gallery(runtime.call(OPERATOR), name=name)
        make_sure(
            f"Remove {found.name} and {counted(found.people, 'person', 'people')}? This cannot be "
            "undone.",
            yes=yes,
        )
        gone = delete_gallery(runtime.call(OPERATOR), name=name)
    if as_json:
        print_json({"name": gone.name, "people": gone.people, "faces": gone.faces})
    else:
        print_note(
            f"Removed {gone.name} with {counted(gone.people, 'person', 'people')} and "
            f"{counted(gone.faces, 'face')}."
        )


def _show(gallery: "Gallery", *, as_json: bool) -> None:
    if as_json:
        from mien.schemas.galleries import GalleryOut

        print_json(GalleryOut.from_gallery(gallery).model_dump(mode="json"))
        return
    print_table(
        ["", gallery.name],
        [
            ("name", gallery.name),
            ("shown as", gallery.title),
            ("people", gallery.people),
            ("searched", f"{gallery.searched} with a face"),
            ("faces", gallery.faces),
            ("pack", gallery.pack),
            *_settings(gallery),
            ("created", f"{gallery.created_at:%Y-%m-%d}"),
        ],
    )


def _settings(gallery: "Gallery") -> list[tuple[str, str]]:
    from mien.words import settings as words

    rows = []
    for field in type(gallery.settings).model_fields:
        value = getattr(gallery.settings, field)
        match field:
            case "display_name":
                # Above, as what the gallery is shown as.
                continue
            case "threshold":
                rows.append(("threshold", "automatic" if value is None else str(value)))
            case "accepted_fpir" | "accepted_fmr":
                rows.append((words.label(field), f"{value:g}"))
            case "keep_photos":
                rows.append(("photos", "kept" if value else "not kept"))
            case _:
                rows.append((words.label(field), words.plain(value)))
    return rows
