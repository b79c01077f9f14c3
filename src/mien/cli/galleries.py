"""`mien galleries`: sets of people."""

from typing import TYPE_CHECKING

import click

from mien.cli.runtime import ready_runtime
from mien.cli.terminal.output import json_option
from mien.cli.terminal.output import one_of
from mien.cli.terminal.output import print_json
from mien.cli.terminal.output import print_note
from mien.cli.terminal.output import print_table
from mien.cli.terminal.prompts import make_sure
from mien.cli.terminal.prompts import yes_option
from mien.options import GATES

if TYPE_CHECKING:
    from mien.gallery.results import Gallery
    from mien.options import Gate

_photos_option = click.option(
    "--keep-photos/--no-keep-photos",
    default=None,
    help="Whether original photos are kept beside the portraits.",
)

_fpir_option = click.option(
    "--accepted-fpir",
    type=float,
    metavar="R",
    help="Share of strangers' searches that may name somebody, such as 0.001.",
)
_fmr_option = click.option(
    "--accepted-fmr",
    type=float,
    metavar="R",
    help="Share of comparisons of two people that may pass as one.",
)
_gate_option = click.option(
    "--gate",
    type=click.Choice(GATES),
    help="How much a photo has to be worth to be stored.",
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

        found = list_galleries(runtime.services)
    if as_json:
        from mien.schemas.galleries import GalleryOut

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
    "--threshold",
    type=float,
    metavar="S",
    help="Similarity of a match; else it follows from the accepted rate.",
)
@_fpir_option
@_fmr_option
@_gate_option
@_photos_option
@json_option
def create(
    *,
    name: str,
    threshold: float | None,
    accepted_fpir: float | None,
    accepted_fmr: float | None,
    gate: "Gate | None",
    keep_photos: bool | None,
    as_json: bool,
) -> None:
    """Make an empty gallery, bound to the model pack in use."""
    with ready_runtime(pack=True) as runtime:
        from mien.gallery.galleries import create_gallery

        given = {"accepted_fpir": accepted_fpir, "accepted_fmr": accepted_fmr, "gate": gate}
        made = create_gallery(
            runtime.services,
            name=name,
            threshold=threshold,
            keep_photos=keep_photos is not False,
            **{option: value for option, value in given.items() if value is not None},  # type: ignore[arg-type]  # each is what its option says
        )
    _show(made, as_json=as_json)


@galleries.command()
@click.argument("name")
@json_option
def show(*, name: str, as_json: bool) -> None:
    """Show a gallery."""
    with ready_runtime() as runtime:
        from mien.gallery.galleries import show_gallery

        found = show_gallery(runtime.services, name=name)
    _show(found, as_json=as_json)


@galleries.command()
@click.argument("name")
@click.option("--rename", metavar="NAME", help="Its name from now on.")
@click.option(
    "--threshold",
    metavar="S|auto",
    help="Similarity of a match; auto lets it follow from the accepted rate.",
)
@_fpir_option
@_fmr_option
@_gate_option
@_photos_option
@json_option
def change(
    *,
    name: str,
    rename: str | None,
    threshold: str | None,
    accepted_fpir: float | None,
    accepted_fmr: float | None,
    gate: "Gate | None",
    keep_photos: bool | None,
    as_json: bool,
) -> None:
    """Rename a gallery or change its settings."""
    figure = _figure(threshold)
    with ready_runtime() as runtime:
        from mien.gallery.galleries import change_gallery

        changed = change_gallery(
            runtime.services,
            name=name,
            new_name=rename,
            threshold=figure,
            automatic_threshold=threshold == "auto",
            accepted_fpir=accepted_fpir,
            accepted_fmr=accepted_fmr,
            gate=gate,
            keep_photos=keep_photos,
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
    help="Share of strangers' searches that may name somebody; several are compared.",
)
@click.option(
    "--threshold", "thresholds", type=float, metavar="S", multiple=True, help="A likeness by hand."
)
@json_option
def weigh(
    *, name: str, rates: tuple[float, ...], thresholds: tuple[float, ...], as_json: bool
) -> None:
    """Show what other settings would have done to the last searches; changes nothing.

    The first line is the gallery as it is set. Counts only: nobody is named.
    """
    with ready_runtime(pack=True) as runtime:
        from mien.gallery.recognition.what_if import Setting
        from mien.gallery.recognition.what_if import weigh_all

        settings = [
            Setting(),
            *(Setting(accepted_fpir=rate) for rate in rates),
            *(Setting(threshold=threshold) for threshold in thresholds),
        ]
        weighed = weigh_all(runtime.services, gallery=name, settings=settings)
    if as_json:
        from mien.schemas.galleries import WeighedOut

        print_json({"settings": [WeighedOut.of(each).model_dump(mode="json") for each in weighed]})
        return
    print_table(
        ["accepted FPIR", "threshold", "match", "ambiguous", "unknown", "look alike", "of"],
        [
            (
                one_of(each.point.accepted_fpir)
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
    """Remove a gallery with everybody in it."""
    with ready_runtime() as runtime:
        from mien.gallery.galleries import delete_gallery
        from mien.gallery.galleries import show_gallery

        found = show_gallery(runtime.services, name=name)
        make_sure(f"Remove {found.name} with {found.people} person(s) for good?", yes=yes)
        gone = delete_gallery(runtime.services, name=name)
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
        from mien.schemas.galleries import GalleryOut

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
            ("accepted FPIR", f"{gallery.accepted_fpir:g}"),
            ("accepted FMR", f"{gallery.accepted_fmr:g}"),
            ("gate", gallery.gate),
            ("photos", "kept" if gallery.keep_photos else "not kept"),
            ("since", f"{gallery.created_at:%Y-%m-%d}"),
        ],
    )
