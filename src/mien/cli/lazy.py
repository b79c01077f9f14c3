"""A group of commands that imports each command when needed and reports its errors."""

import importlib
import sys
from collections.abc import Mapping
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from typing import NoReturn

import click

from mien.cli.terminal.output import ExitCode
from mien.cli.terminal.output import OutputMode
from mien.cli.terminal.output import print_error
from mien.cli.terminal.streams import give_up
from mien.cli.terminal.streams import is_of_writing
from mien.errors import MienError


@dataclass(frozen=True, slots=True)
class LazyCommand:
    """Where a command is, and its line in the list of commands, so that it need not be imported.

    Attributes:
        target: `module:attribute` of the click command.
        help: its first sentence.
    """

    target: str
    help: str

    def load(self) -> click.Command:
        """Import the command."""
        module, _, attribute = self.target.partition(":")
        command: click.Command = getattr(importlib.import_module(module), attribute)
        return command


class LazyGroup(click.Group):
    """The root group: quick to help, and the one place where errors become exit codes."""

    def __init__(
        self, *args: Any, commands: Mapping[str, LazyCommand] | None = None, **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        self.table = dict(commands or {})

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Every name, in the order of the table."""
        return [*self.table, *super().list_commands(ctx)]

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Import the command of this name; None when there is none."""
        if cmd_name in self.table:
            return self.table[cmd_name].load()
        return super().get_command(ctx, cmd_name)

    def format_commands(
        self,
        ctx: click.Context,  # noqa: ARG002 - click calls it so
        formatter: click.HelpFormatter,
    ) -> None:
        """Write the list of commands from the table alone."""
        with formatter.section("Commands"):
            formatter.write_dl([(name, command.help) for name, command in self.table.items()])

    def main(self, args: Sequence[str] | None = None, *rest: Any, **extra: Any) -> NoReturn:
        """Run the command named by the arguments and end the process with its exit code."""
        mode = OutputMode()
        extra.update(standalone_mode=False, obj=mode)
        try:
            result = super().main(args, *rest, **extra)
            sys.stdout.flush()
        except MienError as error:
            # Only what fails pays for the words.
            from mien.cli.terminal.sentences import sentence
            from mien.words import say

            print_error(sentence(error), code=error.code, extra=say.facts(error), mode=mode)
            sys.exit(ExitCode.FAILED)
        except click.UsageError as error:
            if mode.json:
                print_error(error.format_message(), code="usage", mode=mode)
            else:
                try:
                    error.show()
                except OSError:
                    give_up(sys.stderr)
            sys.exit(ExitCode.USAGE)
        except click.ClickException as error:
            print_error(error.format_message(), code="error", mode=mode)
            sys.exit(ExitCode.FAILED)
        except (click.Abort, KeyboardInterrupt):
            sys.exit(ExitCode.INTERRUPTED)
        except BrokenPipeError:
            # Whoever read the output has had enough. Python would complain again at its end,
            # when it flushes what is left.
            give_up(sys.stdout)
            sys.exit(ExitCode.FAILED)
        except OSError as error:
            if not is_of_writing(error):
                raise
            give_up(sys.stdout)
            detail = (
                f"Cannot write the output: {error.strerror}. The change may have been made "
                "nevertheless."
            )
            print_error(detail, code="output_failed", mode=mode)
            sys.exit(ExitCode.FAILED)
        sys.exit(result if isinstance(result, int) else ExitCode.OK)
