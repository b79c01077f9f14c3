"""The settings of a gallery as options of commands, made from what the settings say of themselves."""

import types
from collections.abc import Callable
from collections.abc import Mapping
from typing import Any
from typing import Literal
from typing import TypeVar
from typing import Union
from typing import get_args
from typing import get_origin

import click
from pydantic.fields import FieldInfo

from mien.gallery.settings import GallerySettings

AUTO = "auto"
"""What to type for a setting that is derived from others."""

_Function = TypeVar("_Function", bound=Callable[..., Any])


class _OrAuto(click.ParamType[float | str]):
    """A number, or the word that has it derived from other settings."""

    name = "number"

    def convert(
        self, value: Any, parameter: click.Parameter | None, context: click.Context | None
    ) -> float | str:
        """The number, or the word."""
        return AUTO if value == AUTO else click.FLOAT.convert(value, parameter, context)


def settings_options(function: _Function) -> _Function:
    """Give a command an option for every setting of a gallery; None where it is not given."""
    for name, field in reversed(GallerySettings.model_fields.items()):
        function = _option(name, field)(function)
    return function


def given(options: Mapping[str, object]) -> dict[str, Any]:
    """The settings that were given, by field."""
    return {
        name: None if value == AUTO else value
        for name, value in options.items()
        if value is not None
    }


def _option(name: str, field: FieldInfo) -> Callable[[_Function], _Function]:
    # In a sentence of its own and without the marks that the API's description has.
    about = (field.description or "").replace("`", "").replace("null", AUTO)
    option = "--" + name.replace("_", "-")
    allowed = field.annotation
    if allowed is bool:
        return click.option(f"{option}/--no-{option[2:]}", default=None, help=about)
    if get_origin(allowed) is Literal:
        return click.option(option, type=click.Choice(get_args(allowed)), help=about)
    if get_origin(allowed) in (Union, types.UnionType):
        return click.option(option, type=_OrAuto(), metavar=f"S|{AUTO}", help=about)
    if allowed is int:
        return click.option(option, type=int, metavar="N", help=about)
    if allowed is float:
        return click.option(option, type=float, metavar="R", help=about)
    return click.option(option, metavar="TEXT", help=about)
