"""`mien serve` under load: several processes that speak with one voice, and none that drops a call."""

import concurrent.futures
import json
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from drawing import draw_photo
from load import Request
from load import ask
from load import running
from load import send
from load import upload
from servers import Home
from servers import Server
from servers import wait_for

pytestmark = pytest.mark.processes

IDENTIFY = "/api/v1/galleries/default/identify"
PEOPLE = "/api/v1/galleries/default/people"
Serve = Callable[..., Server]


def identify(address: str, key: str, who: str) -> list[str]:
    """Names that match."""
    status, body = ask(address, upload(IDENTIFY, draw_photo([who], face_px=90), key=key))
    assert status == 200, body
    return [
        face["candidates"][0]["person"]["name"]
        for face in json.loads(body)["faces"]
        if face["decision"] == "match"
    ]


def change(address: str, key: str, method: str, path: str, **fields: Any) -> Any:
    headers = {"X-API-Key": key, "Content-Type": "application/json"}
    body = json.dumps(fields).encode() if fields else b""
    status, answer = ask(address, Request(method, path, body, headers))
    assert status < 300, answer
    return json.loads(answer) if answer else None


def enrol(address: str, key: str, who: str) -> str:
    person: str = change(address, key, "POST", PEOPLE, name=who)["id"]
    status, body = ask(address, upload(f"{PEOPLE}/{person}/faces", draw_photo([who]), key=key))
    assert status == 201, body
    return person


def test_what_one_worker_has_acknowledged_every_other_finds_at_once(
    serve: Serve, home: Home
) -> None:
    server = serve("--workers", "4", "--threads", "4")
    server.all_workers(4)

    def live(word: str) -> None:
        for number in range(2):
            who = f"{word} {number}"
            person = enrol(server.address, home.key, who)
            # Every request comes on a connection of its own, so any worker may get it.
            for _ in range(3):
                assert identify(server.address, home.key, who) == [who]
            change(server.address, home.key, "DELETE", f"{PEOPLE}/{person}")
            for _ in range(3):
                assert identify(server.address, home.key, who) == []

    with concurrent.futures.ThreadPoolExecutor(4) as pool:
        list(pool.map(live, ["ash", "birch", "cedar", "date"]))
    assert answered_by(server) >= 3, "the load was spread"


def answered_by(server: Server) -> int:
    """How many processes have spent time of their own on answers."""
    spent = []
    for pid in server.workers():
        fields = Path(f"/proc/{pid}/stat").read_text(encoding="ascii").rpartition(")")[2].split()
        spent.append(int(fields[11]) + int(fields[12]))
    least = max(spent) / 4
    return sum(1 for each in spent if each > least)


def test_a_reload_takes_new_processes_and_fails_no_request(serve: Serve, home: Home) -> None:
    server = serve("--workers", "2", MIEN_TEST_SECONDS="0.05")
    before = server.all_workers(2)
    request = upload(IDENTIFY, draw_photo(["Ada"]), key=home.key)
    with (
        running(server.address, request) as kept,
        running(server.address, request, threads=1, keep_alive=False) as fresh,
    ):
        both = (kept, fresh)
        for outcome in both:
            outcome.wait_for_more(3)
        server.process.send_signal(signal.SIGHUP)
        wait_for(lambda: len(server.workers()) == 2 and not before & server.workers(), seconds=60)
        for outcome in both:
            outcome.wait_for_more(3)
    for outcome in both:
        assert outcome.failures == []
        assert outcome.refused == 0
    assert server.stop() == 0


def test_a_stop_answers_all_that_were_let_in(serve: Serve, home: Home) -> None:
    server = serve("--workers", "2", MIEN_TEST_SECONDS="0.2")
    request = upload(IDENTIFY, draw_photo(["Ada"]), key=home.key)
    with (
        running(server.address, request, threads=6) as kept,
        running(server.address, request, threads=1, keep_alive=False) as fresh,
    ):
        both = (kept, fresh)
        for outcome in both:
            outcome.wait_for_more(1)
        assert server.stop() == 0
        wait_for(lambda: all(outcome.refused for outcome in both))
    assert kept.failures + fresh.failures == []


def test_whoever_waits_at_the_door_of_a_server_that_stops_is_let_in(
    serve: Serve, home: Home
) -> None:
    server = serve("--workers", "1", "--threads", "1", MIEN_TEST_SECONDS="0.5")
    request = upload(IDENTIFY, draw_photo(["Ada"]), key=home.key)
    waiting = [send(server.address, request) for _ in range(4)]
    assert server.stop() == 0
    assert [connection.getresponse().status for connection in waiting] == [200] * 4
    for connection in waiting:
        connection.close()


def test_processes_that_have_served_long_are_replaced_without_a_failed_request(
    serve: Serve, home: Home
) -> None:
    server = serve("--workers", "2", MIEN_RECYCLE_REQUESTS="40")
    before = server.all_workers(2)
    request = upload(IDENTIFY, draw_photo(["Ada"]), key=home.key)
    with (
        running(server.address, request) as kept,
        running(server.address, request, threads=1, keep_alive=False) as fresh,
    ):
        wait_for(lambda: len(server.workers()) == 2 and not before & server.workers())
    assert kept.failures + fresh.failures == []
    assert len(kept.seconds) + len(fresh.seconds) >= 80


def test_a_killed_process_takes_only_its_own_requests_along_and_is_replaced(
    serve: Serve, home: Home
) -> None:
    server = serve("--workers", "3", MIEN_TEST_SECONDS="0.05")
    request = upload(IDENTIFY, draw_photo(["Ada"]), key=home.key)
    threads = 4
    with running(server.address, request, threads=threads) as outcome:
        outcome.wait_for_more(3)
        victim = min(server.all_workers(3))
        os.kill(victim, signal.SIGKILL)
        wait_for(lambda: len(server.workers()) == 3 and victim not in server.workers())
        outcome.wait_for_more(6)
    assert len(outcome.failures) <= threads
    assert outcome.refused == 0
    assert "Perhaps out of memory" in server.said


def test_it_listens_at_several_places_and_writes_requests_with_their_ids(
    serve: Serve, home: Home, tmp_path: Path
) -> None:
    path = tmp_path / "mien.sock"
    server = serve("--bind", "127.0.0.1:0", "--bind", f"unix:{path}", "--workers", "1")
    with socket.socket(socket.AF_UNIX) as client:
        client.connect(str(path))
        client.sendall(
            b"GET /healthz HTTP/1.1\r\nHost: x\r\nX-Request-ID: from-nginx\r\n"
            b"Connection: close\r\n\r\n"
        )
        assert client.recv(4096).startswith(b"HTTP/1.1 200")
    server.waits_to_say('"request_id": "from-nginx"')
    assert server.stop() == 0
    assert not path.exists()


def test_what_gunicorn_is_told_in_its_own_variable_holds(serve: Serve, home: Home) -> None:
    server = serve(MIEN_WORKERS="1", GUNICORN_CMD_ARGS="--workers 3 --preload")
    server.all_workers(3)
    assert "3 workers" in server.said
    assert "Preloading is ignored" in server.said


def test_the_command_s_own_options_are_stronger_still(serve: Serve, home: Home) -> None:
    server = serve("--workers", "2", GUNICORN_CMD_ARGS="--workers 3", WEB_CONCURRENCY="4")
    server.all_workers(2)


def test_a_silent_client_is_given_up_and_holds_no_thread(serve: Serve, home: Home) -> None:
    server = serve("--workers", "1", "--threads", "1", MIEN_STALL_SECONDS="1")
    host, port = server.address.removeprefix("http://").split(":")
    head = (
        f"POST {IDENTIFY} HTTP/1.1\r\nHost: x\r\nX-API-Key: {home.key}\r\n"
        "Content-Type: multipart/form-data; boundary=b\r\nContent-Length: 1000\r\n\r\n--b"
    )
    with socket.create_connection((host, int(port))) as silent:
        silent.sendall(head.encode())
        time.sleep(0.2)
        start = time.monotonic()
        assert ask(server.address, Request("GET", "/healthz"))[0] == 200
        assert time.monotonic() - start < 5
    assert "Traceback" not in server.said


@pytest.mark.parametrize(
    ("prepare", "way_out"),
    [("nothing", "mien db upgrade"), ("database", "mien models pull")],
)
def test_what_is_missing_is_said_and_not_made_up_for(
    tmp_path: Path, home: Home, prepare: str, way_out: str
) -> None:
    folder = tmp_path / "other" if prepare == "nothing" else home.folder
    done = subprocess.run(
        [sys.executable, "-m", "mien", "serve"],
        cwd=tmp_path,
        env={**os.environ, "MIEN_HOME": str(folder), "MIEN_PORT": "0"},
        capture_output=True,
        text=True,
        timeout=20,
        check=False,
    )
    assert done.returncode == 1
    assert way_out in done.stderr
    assert "Traceback" not in done.stderr
