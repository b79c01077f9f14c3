"""Which process on which machine somebody is, so that it can be told later whether it is gone."""

import hashlib
import os
import secrets
from functools import cache
from pathlib import Path
from typing import Final

_PROC: Final = Path("/proc")


def this_process() -> str:
    """What tells this process from every other one; letters, digits and dots."""
    pid = os.getpid()
    return f"{_machine()}.{pid}.{_started(pid)}"


def is_gone(identity: str) -> bool:
    """Whether a process of this machine has ended; of others nothing is known, and it is False."""
    machine, _, rest = identity.partition(".")
    pid, _, started = rest.partition(".")
    if machine != _machine() or not pid.isdigit():
        return False
    now = _started(int(pid))
    return not _exists(int(pid)) if now is None else now != started


def _exists(pid: int) -> bool:
    """Whether there may be a process that cannot be looked at: a system can hide those of others."""
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except (OSError, OverflowError):
        return True
    return True


@cache
def _machine() -> str:
    """This machine since its last start, and what of its processes can be seen from here."""
    try:
        boot = (_PROC / "sys/kernel/random/boot_id").read_bytes()
        # Containers of one machine do not see each other's processes.
        seen = str((_PROC / "self/ns/pid").stat().st_ino).encode("ascii")
    except OSError:
        return secrets.token_hex(8)
    return hashlib.blake2s(boot + seen, digest_size=8).hexdigest()


def _started(pid: int) -> str | None:
    """When a process was started, as the system counts it; empty if it ended, None if not seen."""
    try:
        stat = (_PROC / str(pid) / "stat").read_text(encoding="utf-8", errors="replace")
    except OSError:
        return None
    # The name of the program stands in brackets and may hold anything.
    fields = stat.rpartition(")")[2].split()
    return "" if fields[0] in {"Z", "X"} else fields[19]
