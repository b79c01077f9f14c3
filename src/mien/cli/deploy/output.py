"""Shared by the commands of `mien deploy render`: where files go, and which command made them."""

import os
import shlex
import sys
from pathlib import Path
from typing import TYPE_CHECKING
from typing import TypeVar

import click
from click.core import ParameterSource

from mien.cli.terminal.output import print_note
from mien.errors import InvalidInput
from mien.settings import SECRETS

if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any

    from mien.deploy.render import RenderedFile

_Function = TypeVar("_Function", bound="Callable[..., Any]")
_SECRETS = frozenset(f"MIEN_{name.upper()}" for name in SECRETS)


def out_option(function: _Function) -> _Function:
    """Give a command `--out`."""
    return click.option(
        "--out",
        type=click.Path(file_okay=False, path_type=Path),
        metavar="FOLDER",
        help="Write to this folder instead of standard output.",
    )(function)


def spoken(context: click.Context) -> str:
    """The command that makes a file again: settings that are set, and every option given.

    Settings that hold a secret are left out, but not those that name a file with one. Behind sudo,
    which keeps no settings and has a path of its own, the settings and the whole path follow it.
    """
    settings = [
        f"{name}={value}"
        for name, value in sorted(os.environ.items())
        if name.startswith("MIEN_") and name not in _SECRETS
    ]
    if "SUDO_UID" in os.environ:
        words = ["sudo", *settings, str(Path(sys.argv[0]).absolute())]
    else:
        words = [*settings, "mien"]
    words += context.command_path.split()[1:]
    for parameter in context.command.params:
        name = parameter.name or ""
        if context.get_parameter_source(name) is not ParameterSource.COMMANDLINE:
            continue
        value = context.params[name]
        values = value if isinstance(value, tuple) else (value,)
        for each in values:
            words.append(parameter.opts[0])
            if each is not True:
                words.append(str(each))
    return shlex.join(words)


def deliver(files: "tuple[RenderedFile, ...]", out: Path | None) -> None:
    """Write files into a folder, or print the only one.

    Raises:
        click.UsageError: there are several, and no folder.
        InvalidInput: the folder cannot be written to.
    """
    if out is None:
        if len(files) > 1:
            names = ", ".join(each.name for each in files)
            raise click.UsageError(
                f"This writes several files ({names}). Choose a folder with --out."
            )
        click.echo(files[0].text, nl=False)
        return
    try:
        out.mkdir(parents=True, exist_ok=True)
        for each in files:
            (out / each.name).write_text(each.text, encoding="utf-8")
    except OSError as error:
        raise InvalidInput(
            "folder_not_writable", words={"folder": out, "why": error.strerror}, field="out"
        ) from error
    for each in files:
        print_note(f"Wrote {out / each.name}.")
