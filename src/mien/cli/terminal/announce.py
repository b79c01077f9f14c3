"""What a server tells a person at its start: where it is, how to begin, which model pack it uses."""

from pathlib import Path
from typing import TYPE_CHECKING

from mien.cli.terminal.output import print_note
from mien.storage.exposure import find_exposed
from mien.words import say

if TYPE_CHECKING:
    from mien.gallery.pack_in_use import PackInUse


def tell_where(address: str, token: str | None) -> None:
    """Tell a person where to go."""
    print_note(f"Mien serves at {address}/ (stop with Ctrl+C)")
    tell_link(address, token)


def tell_serving(addresses: list[str], token: str | None) -> None:
    """Tell an operator at which addresses a server of several processes listens."""
    print_note(f"Mien serves at {', '.join(addresses)}")
    tell_link(addresses[0] if addresses[0].startswith("http") else "", token)


def tell_link(address: str, token: str | None) -> None:
    """Tell a person how to become the administrator, while there is none."""
    if token is not None:
        print_note(f"Create the administrator, once, at {address}/setup/{token}")


def tell_pack(pack: "PackInUse", *, wanted: str) -> None:
    """Tell a person which model pack was taken at the first start, or that it is kept.

    Args:
        pack: the one in use.
        wanted: what MIEN_PACK says.
    """
    if not pack.first_time:
        tell_pack_kept(pack.manifest.name, wanted=wanted)
        return
    for passed in pack.passed_over:
        print_note(f"Passed over the model pack {passed.pack}: {say.error(passed.why)}")
    print_note(f"Took the model pack {pack.manifest.name}.")


def tell_pack_kept(name: str, *, wanted: str) -> None:
    """Tell whoever has set another pack than the one in use that it takes more than that."""
    if wanted not in {"auto", name}:
        print_note(
            f"MIEN_PACK is for new installations; this one uses the model pack {name}. "
            f"`mien models use {wanted}` changes it."
        )


def tell_exposed(home: Path) -> None:
    """Tell an operator what of the home other accounts can reach, and what to type against it."""
    for each in find_exposed(home):
        do = "change" if each.writable else "look at"
        print_note(f"Other accounts of this machine can {do} {each.path}. Type: {each.remedy}")
