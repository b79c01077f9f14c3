"""A server of databases that is stopped and started again under what clients do."""

import time
from collections.abc import Callable
from collections.abc import Iterator
from pathlib import Path

import pytest

from asking import Answer
from asking import call
from drawing import draw_photo
from load import upload
from needs import postgresql_programs
from postgresql_server import PostgreSQL
from postgresql_server import running_postgresql
from servers import Home
from servers import Server
from servers import free_port
from servers import make_home
from witness import Witness
from witness import wait_until_found

pytestmark = [pytest.mark.processes, pytest.mark.thorough]

IDENTIFY = "/api/v1/galleries/default/identify"


@pytest.fixture
def own_postgresql() -> Iterator[PostgreSQL]:
    """One that no other test uses."""
    with running_postgresql(postgresql_programs(), port=free_port()) as server:
        yield server


@pytest.fixture
def url(own_postgresql: PostgreSQL) -> str:
    return own_postgresql.make_database("mien")


@pytest.fixture
def home(tmp_path: Path, url: str) -> Home:
    return make_home(tmp_path, database_url=url)


def identify(server: Server, home: Home) -> Answer:
    photo = upload(IDENTIFY, draw_photo(["ada"]), key=home.key)
    return call(
        server.address, IDENTIFY, method="POST", body=photo.body, headers=photo.headers, timeout=60
    )


def test_who_asks_meanwhile_is_told_and_all_is_well_again_without_a_restart(
    serve: Callable[..., Server], home: Home, url: str, own_postgresql: PostgreSQL
) -> None:
    server = serve("--workers", "2", "--threads", "4", MIEN_DATABASE_URL=url)
    witness = Witness(server.address, home.key, gallery="witness")
    with witness.work():
        time.sleep(1)
        with own_postgresql.stopped():
            before = witness.account.acknowledged
            answers = [identify(server, home) for _ in range(4)]
            ready = call(server.address, "/readyz", timeout=60)
            alive = call(server.address, "/healthz", timeout=60)
            meanwhile = witness.account.acknowledged - before
        wait_until_found(server.address, home.key)
        time.sleep(1)
    assert {(each.status, each.json["code"]) for each in answers} == {(503, "database_unreachable")}
    assert all("Retry-After" in each.headers for each in answers)
    assert (ready.status, alive.status) == (503, 200)
    # At most what was on its way when it stopped.
    assert meanwhile <= 3
    assert witness.account.acknowledged > before + meanwhile
    witness.check(everybody=True)
    assert witness.account.problems == []
