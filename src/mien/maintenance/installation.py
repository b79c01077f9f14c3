"""What an installation runs, and how much room it has."""

from dataclasses import dataclass
from pathlib import Path
from typing import Final

from mien import __version__
from mien.access import permissions
from mien.gallery.chosen_pack import chosen_pack
from mien.gallery.services import Call
from mien.storage.disk import room_of

# Whichever is less: on a large disk a share of it is still much.
_LITTLE_SHARE: Final = 0.05
_LITTLE_BYTES: Final = 5 * 1024**3


@dataclass(frozen=True, slots=True)
class Installation:
    """What runs, and how much room there is.

    Attributes:
        version: of Mien.
        pack: the model pack in use; empty before the first start has chosen one.
        free_bytes: on the disk of the home; None where the system does not say.
        little_room: whether somebody should make room soon.
    """

    version: str
    pack: str
    free_bytes: int | None
    little_room: bool


def show_installation(call: Call, *, home: Path) -> Installation:
    """What is installed, and how much room its disk has.

    Args:
        call: who asks, and with what.
        home: the folder whose disk is looked at.
    """
    permissions.require(call.actor, "installation.read")
    with call.services.database.read() as session:
        pack = chosen_pack(session) or ""
    room = room_of(home)
    if room is None:
        return Installation(__version__, pack, None, little_room=False)
    little = room.free_bytes < min(_LITTLE_BYTES, room.total_bytes * _LITTLE_SHARE)
    return Installation(__version__, pack, room.free_bytes, little_room=little)
