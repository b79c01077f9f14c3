"""`mien users`: accounts."""

import click

from mien.access.actor import OPERATOR
from mien.cli.nouns import NounGroup
from mien.cli.runtime import ready_runtime
from mien.cli.terminal.output import json_option
from mien.cli.terminal.output import print_json
from mien.cli.terminal.output import print_note
from mien.cli.terminal.output import print_table
from mien.cli.terminal.prompts import ask_password
from mien.cli.terminal.prompts import make_sure
from mien.cli.terminal.prompts import yes_option


@click.group(cls=NounGroup, former={"password": "change"})
def users() -> None:
    """Accounts: who can sign in."""


@users.command()
@click.argument("name")
@click.option("--admin", is_flag=True, help="Can manage accounts, keys and galleries.")
@click.option("--password-stdin", is_flag=True, help="Read the password from standard input.")
@json_option
def add(*, name: str, admin: bool, password_stdin: bool, as_json: bool) -> None:
    """Add an account. On a terminal, asks for the password twice."""
    password = ask_password(from_stdin=password_stdin)
    with ready_runtime(makes=True) as runtime:
        from mien.access.users import add_user

        user = add_user(runtime.call(OPERATOR), name=name, password=password, is_admin=admin)
    if as_json:
        print_json(user)
    else:
        print_note(f"Added {user.name}{', an administrator' if user.is_admin else ''}.")


@users.command("list")
@json_option
def list_(*, as_json: bool) -> None:
    """List the accounts."""
    with ready_runtime() as runtime:
        from mien.access.users import list_users

        found = list_users(runtime.call(OPERATOR))
    if as_json:
        print_json({"users": found})
        return
    print_table(
        ["name", "role", "added"],
        [
            (each.name, "administrator" if each.is_admin else "user", f"{each.created_at:%Y-%m-%d}")
            for each in found
        ],
        empty="No accounts yet. Add one with `mien users add NAME --admin`.",
        names=["name"],
        lesser=["added"],
    )


@users.command()
@click.argument("name")
@click.option("--password-stdin", is_flag=True, help="Read the password from standard input.")
@json_option
def change(*, name: str, password_stdin: bool, as_json: bool) -> None:
    """Set a new password for an account and sign it out everywhere."""
    chosen = ask_password(from_stdin=password_stdin)
    with ready_runtime() as runtime:
        from mien.access.users import set_password

        user = set_password(runtime.call(OPERATOR), name=name, password=chosen)
    if as_json:
        print_json(user)
    else:
        print_note(f"{user.name} has a new password and is signed out everywhere.")


@users.command()
@click.argument("name")
@click.option(
    "--address",
    metavar="URL",
    help=(
        "Address people use for Mien, such as https://mien.example.org. Default: where `mien run` "
        "listens."
    ),
)
@json_option
def reset(*, name: str, address: str | None, as_json: bool) -> None:
    """Print a link for setting a new password.

    The link works once, for one day. Nothing changes until it is used; then the account is signed
    out everywhere.
    """
    with ready_runtime() as runtime:
        from mien.access.reset_links import issue_reset_link
        from mien.serving.listener import url_of

        secret, made = issue_reset_link(runtime.call(OPERATOR), name=name)
        start = address or url_of(runtime.settings.host, runtime.settings.port)
    link = f"{start.rstrip('/')}/reset/{secret}"
    if as_json:
        print_json({"link": link, "name": made.user.name, "expires_at": made.expires_at})
        return
    print_note(
        f"Send this link to {made.user.name} privately; it will not be shown again. It works "
        f"once, until {made.expires_at:%Y-%m-%d %H:%M} UTC."
    )
    click.echo(link)


@users.command("sign-out")
@click.argument("name")
@json_option
def sign_out(*, name: str, as_json: bool) -> None:
    """Sign an account out everywhere. Its password stays the same."""
    with ready_runtime() as runtime:
        from mien.access.sign_out_user import sign_out_user

        user = sign_out_user(runtime.call(OPERATOR), name=name)
    if as_json:
        print_json(user)
    else:
        print_note(f"{user.name} is signed out everywhere.")


@users.command()
@click.argument("name")
@yes_option
@json_option
def remove(*, name: str, yes: bool, as_json: bool) -> None:
    """Remove an account and sign it out everywhere."""
    make_sure(f"Remove the account {name}?", yes=yes)
    with ready_runtime() as runtime:
        from mien.access.users import remove_user

        user = remove_user(runtime.call(OPERATOR), name=name)
    if as_json:
        print_json(user)
    else:
        print_note(f"Removed {user.name}.")
