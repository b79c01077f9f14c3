"""What a server prints when it starts: its address, how to begin, and the model pack in use."""

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from mien.cli.terminal.output import print_note
from mien.storage.exposure import find_exposed
from mien.words import say

if TYPE_CHECKING:
    from mien.gallery.pack_in_use import PackInUse
    from mien.packs.choose import PassedOver
    from mien.packs.manifest import Manifest


def tell_where(address: str, token: str | None) -> None:
    """Print the address of the server."""
    print_note(f"Mien is running at {address}/ (press Ctrl+C to stop)")
    tell_link(address, token)


def tell_serving(addresses: list[str], token: str | None) -> None:
    """Print the addresses a server with several processes listens at."""
    print_note(f"Mien is running at {', '.join(addresses)}")
    tell_link(addresses[0] if addresses[0].startswith("http") else "", token)


def tell_link(address: str, token: str | None) -> None:
    """Print the link that creates the administrator, if there is none yet."""
    if token is not None:
        print_note(f"Create the administrator account (link works once): {address}/setup/{token}")


def tell_pack(pack: "PackInUse", *, wanted: str) -> None:
    """Print which model pack was chosen at the first start, or that the current one is kept.

    Args:
        pack: the one in use.
        wanted: what MIEN_PACK says.
    """
    if not pack.first_time:
        tell_pack_kept(pack.manifest.name, wanted=wanted)
        return
    tell_choice(pack.manifest, pack.passed_over)


def tell_choice(manifest: "Manifest", passed_over: "Sequence[PassedOver]") -> None:
    """Print which pack is used, which were passed over, and what is to be known of its files."""
    for passed in passed_over:
        print_note(f'Skipped model pack "{passed.pack}": {say.error(passed.why)}')
    print_note(f'Using model pack "{manifest.name}". {manifest.summary}')
    for file in manifest.files:
        if file.notice:
            print_note(f"About {file.name}: {file.notice}")


def tell_pack_kept(name: str, *, wanted: str) -> None:
    """Tell a person who set MIEN_PACK to a pack that is not in use how to change it."""
    if wanted not in {"auto", name}:
        print_note(
            f'MIEN_PACK only applies to new installations; this one uses model pack "{name}". '
            f"To change it, run `mien models use {wanted}`."
        )


def tell_exposed(home: Path) -> None:
    """Tell an operator which files in the home other accounts can reach, and how to stop that."""
    for each in find_exposed(home):
        do = "change" if each.writable else "read"
        print_note(
            f"Other accounts on this machine can {do} {each.path}. To stop that, run: {each.remedy}"
        )
