"""A server whose processes are killed in turn under load, and how long it is away each time."""

import os
import random
import signal
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from typing import Literal
from typing import TypeAlias

from servers import Server
from servers import ended
from servers import wait_for
from witness import Witness
from witness import wait_until_found

Victim: TypeAlias = Literal["master", "worker", "all"]
VICTIMS: tuple[Victim, ...] = ("master", "worker", "all")
# What was killed with its master is gone at once, unless the machine is busy.
_LEFT_SECONDS = 3.0


@dataclass(frozen=True, slots=True)
class Fault:
    """One kill.

    Attributes:
        victim: what was killed.
        seconds: until a photo was looked at again, the start included where one was needed.
        left: processes of before that were still there a while after.
    """

    victim: Victim
    seconds: float
    left: int


def kill_in_turn(
    start: Callable[[], Server],
    server: Server,
    witness: Witness,
    *,
    key: str,
    kills: int,
    workers: int,
    choose: random.Random,
) -> tuple[list[Fault], Server]:
    """Kill as often as this, start again what needs it, and look each time what has become of all.

    Args:
        start: starts the server at the same address as before, without waiting for it.
        server: running.
        witness: works all the while.
        key: for the API.
        kills: how many.
        workers: that the server has.
        choose: the moments and the workers.

    Returns:
        What was seen, and the server that runs at the end.
    """
    faults = []
    for number in range(kills):
        victim = VICTIMS[number % len(VICTIMS)]
        before = server.all_workers(workers)
        with witness.work():
            time.sleep(choose.uniform(0.3, 0.8))
            begun = time.monotonic()
            if victim == "worker":
                pids = {choose.choice(sorted(before))}
                _kill(pids)
            else:
                pids = before
                _kill({server.process.pid} if victim == "master" else {server.process.pid, *before})
                server.process.wait()
                address, server = server.address, start()
                server.address = address
            wait_until_found(server.address, key)
            seconds = time.monotonic() - begun
            time.sleep(max(0.0, _LEFT_SECONDS - seconds))
            left = sum(not ended(pid) for pid in pids)
        faults.append(Fault(victim, seconds, left))
        wait_for(lambda now=server: len(now.workers()) == workers)  # type: ignore[misc]  # mypy cannot infer it
        witness.check()
    witness.check(everybody=True)
    return faults, server


def _kill(pids: set[int]) -> None:
    for pid in pids:
        with suppress(ProcessLookupError):
            os.kill(pid, signal.SIGKILL)
