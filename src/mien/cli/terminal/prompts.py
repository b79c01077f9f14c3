"""Questions to the person at the terminal."""

import sys
from collections.abc import Callable
from typing import Any
from typing import TypeVar

import click

_Function = TypeVar("_Function", bound=Callable[..., Any])


def yes_option(function: _Function) -> _Function:
    """Give a command `--yes`."""
    return click.option("--yes", is_flag=True, help="Do not ask for confirmation.")(function)


def is_terminal() -> bool:
    """Whether someone is there to answer."""
    return sys.stdin.isatty()


def make_sure(question: str, *, yes: bool) -> None:
    """Ask, unless `--yes` was said.

    Raises:
        click.Abort: the answer is no.
        click.UsageError: there is nobody to ask.
    """
    if yes:
        return
    if not is_terminal():
        raise click.UsageError(
            "There is no terminal to ask for confirmation. Use --yes to confirm."
        )
    click.confirm(question, abort=True, err=True)


def ask_password(*, from_stdin: bool) -> str:
    """A password: typed twice on a terminal, or the first line of standard input.

    Raises:
        click.UsageError: there is nobody to ask.
    """
    if from_stdin:
        return sys.stdin.readline().rstrip("\r\n")
    if not is_terminal():
        raise click.UsageError(
            "There is no terminal to ask for a password. Send it with --password-stdin."
        )
    password: str = click.prompt("Password", hide_input=True, confirmation_prompt=True, err=True)
    return password
