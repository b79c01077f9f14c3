"""A server that runs while the pack is changed: what it answers, and how it takes the other up."""

import json
import os
import sqlite3
import subprocess
import sys
import threading
from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass
from dataclasses import field

import pytest

import drawn_packs
from building import acting
from building import make_runtime
from drawing import draw_photo
from load import ask
from load import upload
from mien.gallery.analysis import Upload
from mien.gallery.enrolment.enrol import enrol
from mien.gallery.enrolment.subject import NamedPerson
from mien.storage.models import InstallationRow
from other_pack import NAME
from servers import Home
from servers import Server
from servers import free_port
from servers import wait_for
from servers import wait_until_alive

pytestmark = [pytest.mark.processes, pytest.mark.thorough]

PEOPLE = ["ada", "bob", "cy", "dan"]


@dataclass
class Asking:
    """Searches for one person after the other until it is told to stop."""

    address: str
    key: str
    answers: list[tuple[int, str]] = field(default_factory=list)
    stopped: threading.Event = field(default_factory=threading.Event)

    def run(self) -> None:
        number = 0
        while not self.stopped.is_set():
            name = PEOPLE[number % len(PEOPLE)]
            photo = draw_photo([name], variant=5)
            request = upload("/api/v1/galleries/default/identify", photo, key=self.key)
            status, body = ask(self.address, request)
            told = json.loads(body)
            if status == 200:
                [face] = told["faces"]
                [first, *_] = face["candidates"]
                right = face["decision"] == "match" and first["person"]["name"] == name
                self.answers.append((status, "" if right else repr(face)))
            else:
                self.answers.append((status, told["code"]))
            number += 1


def change(home: Home, *, seconds: float = 0.0) -> "subprocess.Popen[str]":
    return subprocess.Popen(
        [sys.executable, drawn_packs.__file__, "models", "use", NAME, "--embed-again"],
        env={**os.environ, "MIEN_HOME": str(home.folder), "MIEN_TEST_SECONDS": str(seconds)},
        stderr=subprocess.PIPE,
        text=True,
    )


@pytest.mark.parametrize("command", [["serve", "--workers", "2"], ["run", "--port"]])
def test_it_answers_of_one_pack_or_says_so_and_takes_up_the_other(
    home: Home, start_process: Callable[..., Server], command: list[str]
) -> None:
    with closing(make_runtime(home.folder)) as runtime:
        for name in PEOPLE:
            enrol(
                acting(runtime.services),
                gallery="default",
                source=Upload(draw_photo([name])),
                subject=NamedPerson(name),
            )
        with runtime.database.write() as session:
            session.add(InstallationRow(key="pack", value="fake"))
    port = free_port()
    if command[0] == "run":
        command = [*command, str(port)]
    server = start_process(
        [sys.executable, drawn_packs.__file__, *command],
        cwd=home.folder.parent,
        env={"MIEN_HOME": str(home.folder), "MIEN_PORT": str(port)},
    )
    server.address = f"http://127.0.0.1:{port}"
    server.waits_to_say("http://")
    wait_until_alive(server.address)
    before = server.all_workers(2 if command[0] == "serve" else 1)
    asking = Asking(server.address, home.key)
    thread = threading.Thread(target=asking.run)
    thread.start()
    try:
        killed = change(home, seconds=1.0)
        wait_for(lambda: _staged(home) > 0, seconds=60)
        killed.kill()
        killed.communicate()
        assert all(answer == (200, "") for answer in asking.answers)
        done = change(home)
        _, said = done.communicate(timeout=60)
        assert done.returncode == 0, said
        wait_for(
            lambda: len(server.workers()) == len(before) and not server.workers() & before,
            seconds=60,
        )
        wait_until_alive(server.address)
        seen = len(asking.answers)
        wait_for(lambda: len(asking.answers) > seen + 2 * len(PEOPLE), seconds=60)
    finally:
        asking.stopped.set()
        thread.join()
    assert set(asking.answers) <= {(200, ""), (503, "pack_changed")}
    assert set(asking.answers[seen + len(PEOPLE) :]) == {(200, "")}


def _staged(home: Home) -> int:
    with closing(sqlite3.connect(home.folder / "mien.db")) as connection:
        return int(connection.execute("select count(*) from staged_embedding").fetchone()[0])
