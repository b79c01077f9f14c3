"""The commands that the documentation shows, who types them where, and what they print."""

import re
import subprocess
from dataclasses import dataclass
from dataclasses import field
from pathlib import Path

_BETWEEN = "@@"
_CONSOLE = re.compile(r"^```console\n(.*?)^```$", re.MULTILINE | re.DOTALL)
_PROMPT = re.compile(r"^(\w*)\$ ", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Shown:
    """A command and the lines that it is said to print.

    Attributes:
        account: what stands before the prompt; empty for the reader's own.
        terminal: each block of the page is one.
    """

    command: str
    output: tuple[str, ...]
    account: str = ""
    terminal: int = field(default=0, compare=False)


def shown_commands(page: Path, *, section: str = "") -> list[Shown]:
    """Every command of a page, in order; a backslash at a line's end joins it with the next.

    Args:
        section: the name by which a link leads to one section; only its commands are wanted then.
    """
    found: list[Shown] = []
    text = page.read_text(encoding="utf-8")
    for number, block in enumerate(_CONSOLE.findall(_section(text, section) if section else text)):
        prompts = _PROMPT.split(block)[1:]
        for account, part in zip(prompts[::2], prompts[1::2], strict=True):
            command, *output = part.replace("\\\n", " ").splitlines()
            found.append(Shown(command, tuple(output), account, number))
    return found


def _section(text: str, name: str) -> str:
    for part in re.split(r"^## ", text, flags=re.MULTILINE)[1:]:
        if part.partition("\n")[0].lower().replace(" ", "-") == name:
            return part
    raise AssertionError(f"there is no section {name}")


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
