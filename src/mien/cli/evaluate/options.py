"""Options and arguments that commands below `mien evaluate` share."""

from collections.abc import Callable
from pathlib import Path
from typing import Any
from typing import TypeVar

import click

from mien.evaluation.photos import photos_of_people

_Function = TypeVar("_Function", bound=Callable[..., Any])

FOLDER = click.argument(
    "folder", type=click.Path(exists=True, file_okay=False, path_type=Path), metavar="DIR"
)
ONE_PERSON = click.option(
    "--one-person",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    metavar="FILE",
    help=(
        "A list of folders that show the same person: one person per line, folders separated by "
        "tabs."
    ),
)


def split_options(function: _Function) -> _Function:
    """Give a command the options that say who is enrolled, with how many photos."""
    options = (
        click.option(
            "--enrolled",
            default="half",
            show_default=True,
            metavar="N",
            help=(
                "People to enrol: a number, or half or all of those who have another photo to "
                "search with."
            ),
        ),
        click.option(
            "--examples",
            type=click.IntRange(min=1),
            default=1,
            show_default=True,
            metavar="K",
            help="Photos to enrol of each person.",
        ),
        click.option(
            "--seed",
            type=int,
            default=0,
            show_default=True,
            help="Changes which people and photos are chosen.",
        ),
        ONE_PERSON,
    )
    for option in reversed(options):
        function = option(function)
    return function


def people_in(folder: Path, one_person: Path | None) -> dict[str, list[str]]:
    """The photos of each person, those with several folders under one name."""
    from mien.evaluation.one_person import merge_people
    from mien.evaluation.one_person import read_one_person

    photos = photos_of_people(folder)
    return merge_people(photos, read_one_person(one_person)) if one_person else photos
