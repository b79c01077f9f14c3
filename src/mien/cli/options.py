"""Options and arguments that several commands share."""

import functools
from collections.abc import Callable
from pathlib import Path
from typing import Any
from typing import TypeVar
from typing import cast

import click

from mien.options import DETAILS
from mien.options import GATES
from mien.options import TAKES
from mien.options import Detail
from mien.options import PhotoOptions

_Function = TypeVar("_Function", bound=Callable[..., Any])


def verbose_option(function: _Function) -> _Function:
    """Give a command that serves `--verbose`."""
    return click.option(
        "--verbose",
        "-v",
        is_flag=True,
        help="Show every request on a terminal; otherwise only warnings are shown.",
    )(function)


def take_option(function: _Function) -> _Function:
    """Give a command `--take`."""
    return click.option(
        "--take",
        type=click.Choice(TAKES),
        default="only",
        show_default=True,
        help='Which face to use if a photo shows several; "only" rejects such photos. You are told '
        "when other faces were skipped.",
    )(function)


def face_number_option(function: _Function) -> _Function:
    """Give a command `--face`, for each of its photos."""
    return click.option(
        "--face",
        type=int,
        metavar="N",
        help="Number of the face to use in each photo; 1 is the largest.",
    )(function)


def photo_gate_option(function: _Function) -> _Function:
    """Give a command `--gate`, for its own photos alone."""
    return click.option(
        "--gate",
        type=click.Choice(GATES),
        help="How good these photos must be. Default: the gallery's own gate.",
    )(function)


def undoable_option(function: _Function) -> _Function:
    """Give a command `--undoable`."""
    return click.option(
        "--undoable",
        is_flag=True,
        help="Keep what is deleted where no search finds it until it can no longer be undone "
        "(MIEN_UNDO_HOURS), instead of erasing it now.",
    )(function)


def gallery_option(function: _Function) -> _Function:
    """Give a command `--gallery`."""
    return click.option(
        "--gallery",
        default="default",
        show_default=True,
        metavar="NAME",
        help="The gallery to use.",
    )(function)


def reach_options(function: _Function) -> _Function:
    """Give a command `--gallery`, which may be repeated, and `--where`.

    They come as `gallery` and as `reach`.
    """

    @functools.wraps(function)
    def gathered(
        *arguments: Any, galleries: tuple[str, ...], where: tuple[str, ...], **others: Any
    ) -> Any:
        from mien.gallery.recognition.reach import Reach

        first, *also = galleries
        return function(
            *arguments, gallery=first, reach=Reach(also=tuple(also), where=where), **others
        )

    for option in (
        click.option(
            "--where",
            multiple=True,
            metavar="KEY=VALUE",
            help="Search only people whose metadata say this, such as team=night. Repeat it for "
            "more, all of which must hold.",
        ),
        click.option(
            "--gallery",
            "galleries",
            multiple=True,
            default=["default"],
            show_default=True,
            metavar="NAME",
            help="The gallery to search. Repeat it to search several as if they were one.",
        ),
    ):
        gathered = option(gathered)
    return cast("_Function", gathered)


def photo_paths(minimum: int = 1) -> Callable[[Callable[..., object]], Callable[..., object]]:
    """Give a command photos and folders of photos, as the argument `photos`."""
    return click.argument(
        "photos",
        metavar="PHOTO..." if minimum else "[PHOTO]...",
        nargs=-1,
        required=bool(minimum),
        type=click.Path(exists=True, path_type=Path),
    )


def photo_options(function: _Function) -> _Function:
    """Give a command the options that say how photos are looked at, as one argument `options`."""

    @functools.wraps(function)
    def gathered(*arguments: Any, detail: Detail, **others: Any) -> Any:
        return function(*arguments, options=PhotoOptions(detail=detail), **others)

    option = click.option(
        "--detail",
        type=click.Choice(DETAILS),
        default="normal",
        show_default=True,
        help="How closely to search; high also finds small and turned faces but takes several "
        "times as long.",
    )
    return cast("_Function", option(gathered))


same_name_option = click.option(
    "--same-name",
    "allow_same_name",
    is_flag=True,
    help="Allow another person with the same name.",
)
