"""`mien keys`: API keys."""

import click

from mien.access.actor import OPERATOR
from mien.cli.nouns import NounGroup
from mien.cli.runtime import ready_runtime
from mien.cli.terminal.output import json_option
from mien.cli.terminal.output import print_json
from mien.cli.terminal.output import print_note
from mien.cli.terminal.output import print_table
from mien.options import SCOPES


@click.group(cls=NounGroup, former={"create": "add", "revoke": "remove"})
def keys() -> None:
    """API keys for programs."""


@keys.command()
@click.argument("name")
@click.option(
    "--scope",
    "scopes",
    type=click.Choice(SCOPES),
    multiple=True,
    required=True,
    help="What the key may do; can be repeated. admin allows everything.",
)
@json_option
def add(*, name: str, scopes: tuple[str, ...], as_json: bool) -> None:
    """Create a key and show it once.

    Only a hash is stored, so the key cannot be shown again.
    """
    with ready_runtime(makes=True) as runtime:
        from mien.access.api_keys import create_key

        secret, key = create_key(runtime.call(OPERATOR), name=name, scopes=scopes)
    if as_json:
        print_json({"key": secret, "id": key.id, "name": key.name, "scopes": key.scopes})
        return
    print_note(
        "Save this key now; it will not be shown again. Send it as `Authorization: Bearer KEY`."
    )
    click.echo(secret)


@keys.command("list")
@json_option
def list_(*, as_json: bool) -> None:
    """List the keys, newest first, including revoked ones."""
    with ready_runtime() as runtime:
        from mien.access.api_keys import list_keys

        found = list_keys(runtime.call(OPERATOR))
    if as_json:
        print_json({"keys": found})
        return
    print_table(
        ["id", "name", "starts with", "scopes", "last used", "state"],
        [
            (
                each.id,
                each.name,
                each.hint,
                " ".join(each.scopes),
                f"{each.used_at:%Y-%m-%d %H:%M}" if each.used_at else "never",
                "revoked" if each.revoked_at else "active",
            )
            for each in found
        ],
        empty="No keys yet. Create one with `mien keys add NAME --scope SCOPE`.",
        names=["name"],
        lesser=["starts with", "last used"],
    )


@keys.command()
@click.argument("key_id", metavar="ID")
@json_option
def remove(*, key_id: str, as_json: bool) -> None:
    """Revoke a key. It stays in the list, marked as revoked."""
    with ready_runtime() as runtime:
        from mien.access.api_keys import revoke_key

        key = revoke_key(runtime.call(OPERATOR), key_id=key_id)
    if as_json:
        print_json(key)
    else:
        print_note(f"Revoked {key.name} ({key.hint}…).")
