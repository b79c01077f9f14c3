"""A server whose processes are killed again and again loses nothing that it has acknowledged."""

import random
import sys
from collections.abc import Callable

import pytest

import drawn_mien
from killing import VICTIMS
from killing import kill_in_turn
from servers import Home
from servers import Server
from servers import free_port
from servers import wait_until_alive
from witness import Witness

pytestmark = [pytest.mark.processes, pytest.mark.thorough]

WORKERS = 2


def test_nothing_acknowledged_is_lost_and_nothing_deleted_comes_back_whatever_is_killed(
    home: Home, start_process: Callable[..., Server]
) -> None:
    port = free_port()

    def start() -> Server:
        return start_process(
            [sys.executable, drawn_mien.__file__, "serve", "--workers", str(WORKERS)],
            cwd=home.folder.parent,
            env={"MIEN_HOME": str(home.folder), "MIEN_PORT": str(port)},
        )

    server = start()
    server.address = f"http://127.0.0.1:{port}"
    wait_until_alive(server.address)
    witness = Witness(server.address, home.key, gallery="faults")
    faults, server = kill_in_turn(
        start,
        server,
        witness,
        key=home.key,
        kills=10,
        workers=WORKERS,
        choose=random.Random(11),  # noqa: S311 - nobody has to be kept from guessing it
    )
    account = witness.account
    assert account.problems == []
    assert account.acknowledged > 100
    assert {fault.victim for fault in faults} == set(VICTIMS)
    assert [fault for fault in faults if fault.left] == []
    # A start takes some seconds where others work, too; a worker that holds the port takes a minute.
    assert max(fault.seconds for fault in faults) < 20
    assert server.stop() == 0
