"""Every command that is shown or named exists, and takes what it is given."""

import json
import re
import shlex
from contextlib import suppress
from pathlib import Path

import click
import pytest

from consoles import shown_commands
from mien.cli import cli
from mien.schemas.identification import IdentificationOut

ROOT = Path(__file__).resolve().parent.parent.parent
PAGES = [*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md")]
SOURCES = [
    path
    for path in (ROOT / "src").rglob("*")
    if path.suffix in {".py", ".html", ".md", ".toml", ".js"}
]
CALL = re.compile(r"(?:^|\$\(|[|;&] |/bin/)mien ([^)|;&]+)")
SPAN = re.compile(r"`(?:\.venv/bin/)?mien ([^`]+)`")


def root() -> click.Context:
    # A command keeps the names of its help option from the first context that it sees.
    return click.Context(cli, info_name="mien", **cli.context_settings)


def command_of(words: list[str]) -> tuple[click.Command, list[str]]:
    """The command that words lead to, and what is left for it."""
    command: click.Command = cli
    context = root()
    while isinstance(command, click.Group) and words and not words[0].startswith("-"):
        found = command.get_command(context, words[0])
        assert found is not None, f"there is no command {words[0]!r} in {' '.join(words)!r}"
        command, words = found, words[1:]
    return command, words


def calls() -> list[tuple[str, str]]:
    return [
        (page.name, arguments.strip())
        for page in PAGES
        for shown in shown_commands(page)
        for arguments in CALL.findall(shown.command)
    ]


def test_there_are_commands_to_look_at() -> None:
    assert len(calls()) > 5


@pytest.mark.parametrize(("page", "arguments"), calls())
def test_a_command_that_is_shown_is_understood(
    page: str, arguments: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    command, words = command_of(shlex.split(arguments))
    for word in words:
        if word.endswith("/"):
            Path(word).mkdir()
        elif word.endswith((".jpg", ".png", ".tar.gz", ".txt")):
            Path(word).parent.mkdir(exist_ok=True)
            Path(word).touch()
    # An option that answers at once, such as --version, leaves nothing to do.
    with suppress(click.exceptions.Exit):
        command.make_context("it", words, parent=root())


@pytest.mark.parametrize("path", [*PAGES, *SOURCES], ids=lambda path: path.name)
def test_a_command_that_is_named_exists(path: Path) -> None:
    for named in SPAN.findall(path.read_text(encoding="utf-8")):
        # Words in capitals, in brackets and in braces stand for others.
        words = [word.strip(".,;:") for word in named.split()]
        if "<" not in words[0] and "…" not in words[0]:
            command_of([word for word in words if not word.isupper() and word[0] not in "{[<"])


@pytest.mark.parametrize("page", PAGES, ids=lambda path: path.name)
def test_an_answer_that_is_shown_is_the_whole_answer(page: Path) -> None:
    for block in re.findall(
        r"^```json\n(.*?)^```$", page.read_text("utf-8"), re.MULTILINE | re.DOTALL
    ):
        shown = json.loads(block)
        assert IdentificationOut.model_validate(shown).model_dump(mode="json") == shown
