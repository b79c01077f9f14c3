"""Command groups named after a noun, with the same verbs in each."""

from collections.abc import Mapping
from typing import Any
from typing import Final

import click

VERBS: Final = ("list", "show", "add", "change", "remove")
"""The common verbs, in the order shown in help; other verbs come after."""


class NounGroup(click.Group):
    """A noun and its verbs.

    Args:
        former: former names of verbs; they still work, for scripts, but are not shown.
    """

    def __init__(self, *args: Any, former: Mapping[str, str] | None = None, **given: Any) -> None:
        super().__init__(*args, **given)
        self._former = dict(former or {})

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """The command with this name, current or former."""
        return super().get_command(ctx, self._former.get(cmd_name, cmd_name))

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Every name, the common verbs first."""
        names = super().list_commands(ctx)
        return [*(verb for verb in VERBS if verb in names), *(n for n in names if n not in VERBS)]
