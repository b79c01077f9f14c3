"""Who listens at an address of this machine, as far as the system tells this account."""

import contextlib
import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

_PROC = Path("/proc")
_LISTENS = "0A"
"""State of a socket in /proc/net/tcp."""


@dataclass(frozen=True, slots=True)
class Holder:
    """A process that listens.

    Attributes:
        pid: its id.
        name: as the kernel has it, such as `mien` or `nginx`.
    """

    pid: int
    name: str


def holder_of_port(port: int) -> Holder | None:
    """Who listens at a TCP port; None where the system does not say, or not to this account.

    Of a server with several processes it is the one that the others come from.
    """
    sockets = {f"socket:[{inode}]" for inode in _listening(port)}
    holders = {pid for pid in _processes() if sockets and _has_one_of(pid, sockets)}
    holders.discard(os.getpid())
    first = min((pid for pid in holders if _parent(pid) not in holders), default=None)
    if first is None:
        return None
    with contextlib.suppress(OSError):
        return Holder(first, (_PROC / str(first) / "comm").read_text().strip())
    return None


def _listening(port: int) -> Iterator[str]:
    for table in ("tcp", "tcp6"):
        with contextlib.suppress(OSError):
            for line in (_PROC / "net" / table).read_text(encoding="ascii").splitlines()[1:]:
                fields = line.split()
                if fields[3] == _LISTENS and int(fields[1].rpartition(":")[2], 16) == port:
                    yield fields[9]


def _processes() -> Iterator[int]:
    with contextlib.suppress(OSError):
        for each in _PROC.iterdir():
            if each.name.isdigit():
                yield int(each.name)


def _has_one_of(pid: int, sockets: set[str]) -> bool:
    # Those of other accounts are not shown.
    with contextlib.suppress(OSError):
        for each in (_PROC / str(pid) / "fd").iterdir():
            with contextlib.suppress(OSError):
                if str(each.readlink()) in sockets:
                    return True
    return False


def _parent(pid: int) -> int:
    with contextlib.suppress(OSError):
        stat = (_PROC / str(pid) / "stat").read_text(encoding="utf-8", errors="replace")
        return int(stat.rpartition(")")[2].split()[1])
    return 0
