"""The commands that the documentation shows."""

import re
from dataclasses import dataclass
from pathlib import Path

_CONSOLE = re.compile(r"^```console\n(.*?)^```$", re.MULTILINE | re.DOTALL)


@dataclass(frozen=True, slots=True)
class Shown:
    """A command and the lines that it is said to print."""

    command: str
    output: tuple[str, ...]


def shown_commands(page: Path) -> list[Shown]:
    """Every command of a page, in order; a backslash at a line's end joins it with the next."""
    found: list[Shown] = []
    for block in _CONSOLE.findall(page.read_text(encoding="utf-8")):
        for part in re.split(r"^\$ ", block, flags=re.MULTILINE)[1:]:
            command, *output = part.replace("\\\n", " ").splitlines()
            found.append(Shown(command, tuple(output)))
    return found
