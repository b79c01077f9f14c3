"""Which face commands take of a photo that shows several."""

from collections.abc import Callable
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from typing import TypeVar

import click

from mien.errors import SeveralFacesFound
from mien.options import TAKES

_Function = TypeVar("_Function", bound=Callable[..., Any])


def take_option(function: _Function) -> _Function:
    """Give a command `--take`."""
    return click.option(
        "--take",
        # Spelled out: the list's own module would load the models' libraries.
        type=click.Choice(TAKES),
        default="only",
        show_default=True,
        help="Which face to take of a photo with several; only refuses it. That others were "
        "passed over is told.",
    )(function)


@contextmanager
def saying_how(advice: str) -> Iterator[None]:
    """Say of photos with several faces what this command can do about it, in a sentence."""
    try:
        yield
    except SeveralFacesFound as error:
        from mien.decision.choose_face import with_advice

        raise with_advice(error, advice) from error
