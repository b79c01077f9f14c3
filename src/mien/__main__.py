"""`python -m mien` and the command `mien`."""

import io
import sys

from mien.cli import cli
from mien.cli.terminal.streams import hold_standard_streams


def main() -> None:
    """Run the command line."""
    hold_standard_streams()
    _let_any_text_be_printed()
    cli()


def _let_any_text_be_printed() -> None:
    """Escape what the locale has no characters for, instead of failing at a name."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")


if __name__ == "__main__":
    main()
