"""From a context to the text of a file."""

import dataclasses
from dataclasses import dataclass
from typing import Any

from jinja2 import Environment
from jinja2 import PackageLoader
from jinja2 import StrictUndefined


def render(template: str, context: Any) -> str:
    """The text of a template, filled from a frozen dataclass.

    Args:
        template: its name, without `.jinja`.
        context: holds every name that the template uses, and no more.
    """
    environment = Environment(
        loader=PackageLoader("mien.deploy"),
        undefined=StrictUndefined,
        keep_trailing_newline=True,
        trim_blocks=True,
        lstrip_blocks=True,
        autoescape=False,  # noqa: S701 - these are no pages; values are checked before
    )
    # By field, so that nothing within them is turned into a dictionary.
    fields = {field.name: getattr(context, field.name) for field in dataclasses.fields(context)}
    return environment.get_template(f"{template}.jinja").render(fields)


@dataclass(frozen=True, slots=True)
class RenderedFile:
    """A file, not yet written.

    Attributes:
        name: within the folder that it is written into.
        text: all of it.
    """

    name: str
    text: str
