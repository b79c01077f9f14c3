"""Groups of commands about one kind of thing, with the same verbs for every kind."""

from collections.abc import Mapping
from typing import Any
from typing import Final

import click

VERBS: Final = ("list", "show", "add", "change", "remove")
"""What is done with most things, in the order of help; what is done with few comes after."""


class NounGroup(click.Group):
    """A noun and its verbs.

    Args:
        former: what verbs were called before, and are in scripts; they go on working and are not
            shown.
    """

    def __init__(self, *args: Any, former: Mapping[str, str] | None = None, **given: Any) -> None:
        super().__init__(*args, **given)
        self._former = dict(former or {})

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """The command of this name, as it is now or was before."""
        return super().get_command(ctx, self._former.get(cmd_name, cmd_name))

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Every name, the common verbs first."""
        names = super().list_commands(ctx)
        return [*(verb for verb in VERBS if verb in names), *(n for n in names if n not in VERBS)]
