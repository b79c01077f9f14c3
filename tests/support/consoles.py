"""The commands that the documentation shows, and what they print."""

import re
import subprocess
from dataclasses import dataclass
from pathlib import Path

_BETWEEN = "@@"
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


def run_all(commands: list[str], folder: Path, environment: dict[str, str]) -> list[str]:
    """What each command prints, run one after the other in one shell that stops at a failure."""
    script = "\n".join(["exec 2>&1", *(f"echo {_BETWEEN}\n{command}" for command in commands)])
    done = subprocess.run(
        ["bash", "-euo", "pipefail", "-c", script],
        cwd=folder,
        env=environment,
        stdout=subprocess.PIPE,
        text=True,
        timeout=120,
        check=False,
    )
    assert done.returncode == 0, done.stdout
    return done.stdout.split(f"{_BETWEEN}\n")[1:]


def assert_prints(shown: Shown, printed: str) -> None:
    """Make sure that a command has printed every line that it is said to print."""
    found = [_cells(line) for line in printed.splitlines()]
    for line in shown.output:
        # The headings of a table are for terminals.
        assert _cells(line) in found or line.startswith("photo "), (shown.command, printed)


def _cells(line: str) -> list[str]:
    """The first cells of a line, as a table or with tabs; figures depend on the pack."""
    return re.split(r"\t|  +", line.strip())[:3]
