"""Two real servers that share a database and a bucket, and nothing else."""

import json
import os
import signal
import sys
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from contextlib import suppress
from pathlib import Path

import pytest
from sqlalchemy import select

import drawn_mien
from asking import call
from building import acting
from building import make_runtime
from drawing import draw_photo
from load import ask
from load import upload
from mien.maintenance.cleanup import clean_up
from mien.storage.file_references import referenced
from mien.storage.models import FaceRow
from s3_server import everything_in
from s3_server import make_bucket
from s3_server import s3_settings
from servers import Home
from servers import Server
from servers import wait_until_alive

pytestmark = [pytest.mark.processes, pytest.mark.thorough]

PEOPLE = "/api/v1/galleries/default/people"
PHOTO = draw_photo(["ada"])


@pytest.fixture
def bucket(s3: str) -> str:
    return make_bucket(s3, versions=True)


@pytest.fixture
def nodes(
    home: Home, s3: str, bucket: str, start_process: Callable[..., Server], tmp_path: Path
) -> tuple[Server, Server]:
    """Two servers with homes of their own."""
    settings = {f"MIEN_{name.upper()}": value for name, value in s3_settings(s3, bucket).items()}
    settings |= {
        "MIEN_DATABASE_URL": f"sqlite:///{home.folder / 'mien.db'}",
        "MIEN_SECRET_KEY": "one key for all nodes, as the page on nodes says",
        "MIEN_PORT": "0",
        "MIEN_WORKERS": "2",
    }
    made = []
    for name in ("one", "two"):
        server = start_process(
            [sys.executable, drawn_mien.__file__, "serve"],
            cwd=tmp_path,
            env={**settings, "MIEN_HOME": str(tmp_path / name)},
        )
        server.address = server.waits_to_say(r"Mien is running at (http://[^\s,]+)")[1]
        wait_until_alive(server.address)
        made.append(server)
    return made[0], made[1]


def face_of(server: Server, key: str, name: str) -> str:
    """Add somebody with a photo; gives the address of their face once it is acknowledged."""
    headers = {"X-API-Key": key, "Content-Type": "application/json"}
    body = json.dumps({"name": name}).encode()
    made = call(server.address, PEOPLE, method="POST", body=body, headers=headers)
    assert made.status == 201
    faces = f"{PEOPLE}/{made.json['id']}/faces"
    status, answer = ask(server.address, upload(faces, PHOTO, key=key))
    assert status == 201
    return f"{faces}/{json.loads(answer)['id']}"


def test_what_a_node_that_is_killed_acknowledged_is_whole_on_the_other(
    nodes: tuple[Server, Server], home: Home, s3: str, bucket: str
) -> None:
    one, two = nodes
    acknowledged: list[str] = []
    killed = threading.Event()

    def add(number: int) -> None:
        try:
            acknowledged.append(face_of(one, home.key, f"p{number}"))
        except (OSError, AssertionError):
            # Broken off by the kill, as whoever asked sees.
            assert killed.is_set()
        if len(acknowledged) >= 8:
            killed.set()
            with suppress(ProcessLookupError):
                os.killpg(one.process.pid, signal.SIGKILL)

    with ThreadPoolExecutor(4) as asking:
        list(asking.map(add, range(24)))
    assert killed.is_set()
    acknowledged.append(face_of(two, home.key, "after"))
    for face in acknowledged:
        crop = call(two.address, f"{face}/crop", headers={"X-API-Key": home.key})
        assert (crop.status, crop.body[:2]) == (200, b"\xff\xd8")
    two.stop()
    settings = s3_settings(s3, bucket)
    with closing(make_runtime(home.folder, **settings)) as runtime:
        clean_up(acting(runtime.services))
        with runtime.database.read() as session:
            known = referenced(session)
            assert len(session.scalars(select(FaceRow)).all()) >= len(acknowledged)
    left = {key for key in everything_in(s3, bucket) if "/files/" in key}
    assert {key.rpartition("/")[2] for key in left} == known
    assert not any("/writing/" in key for key in everything_in(s3, bucket))
