"""What a real server answers while its database is busy, or stands still: soon, and with a code."""

import sqlite3
import threading
import time
from collections.abc import Callable
from collections.abc import Iterator
from contextlib import ExitStack
from contextlib import closing
from contextlib import contextmanager
from pathlib import Path

import pytest
from sqlalchemy import text

from asking import Answer
from asking import call
from drawing import draw_photo
from load import upload
from mien.storage.database import Database
from postgresql_server import PostgreSQL
from servers import Home
from servers import Server
from servers import create_person_over_api
from servers import make_home

pytestmark = pytest.mark.processes


PEOPLE = "/api/v1/galleries/default/people"


def health_during(server: Server, act: Callable[[], None]) -> list[float]:
    """How long every look at `/healthz` took while something was done."""
    seconds: list[float] = []
    done = threading.Event()

    def look() -> None:
        while not done.wait(0.2):
            answer = call(server.address, "/healthz", timeout=60)
            assert answer.status == 200
            seconds.append(answer.seconds)

    thread = threading.Thread(target=look)
    thread.start()
    try:
        act()
    finally:
        done.set()
        thread.join()
    return seconds


def at_once(count: int, act: Callable[[int], Answer]) -> list[Answer]:
    answers: list[Answer] = []
    threads = [
        threading.Thread(target=lambda number=number: answers.append(act(number)))
        for number in range(count)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return answers


@contextmanager
def held(url: str, home: Home) -> Iterator[None]:
    """Another session holds the row of every gallery, or the whole of SQLite."""
    if url:
        with closing(Database(url)) as database, database.write() as session:
            session.execute(text("select * from gallery for update"))
            yield
        return
    with closing(sqlite3.connect(home.folder / "mien.db", isolation_level=None)) as other:
        other.execute("begin immediate")
        yield
        other.execute("rollback")


@pytest.fixture(params=["sqlite", "postgresql"])
def url(request: pytest.FixtureRequest) -> str:
    return "" if request.param == "sqlite" else str(request.getfixturevalue("postgresql_url"))


@pytest.fixture
def home(tmp_path: Path, url: str) -> Home:
    return make_home(tmp_path, database_url=url)


def test_who_writes_while_another_holds_the_database_is_told_so_and_health_is_answered(
    serve: Callable[..., Server], home: Home, url: str
) -> None:
    server = serve("--workers", "1", "--threads", "8", MIEN_DATABASE_URL=url)
    assert create_person_over_api(server, home, "Ada").status == 201
    answers: list[Answer] = []
    with held(url, home):

        def ask() -> None:
            answers.extend(
                at_once(30, lambda number: create_person_over_api(server, home, f"Bob {number}"))
            )

        looks = health_during(server, ask)
    assert {(each.status, each.json["code"]) for each in answers} == {(503, "database_busy")}
    assert {each.headers["Retry-After"] for each in answers} == {"2"}
    assert max(each.seconds for each in answers) < 15
    # Once it is seen that nobody gets on, nobody waits any more: not the whole queue in turn.
    assert max(looks) < 8
    assert create_person_over_api(server, home, "Carol").status == 201
    names = call(server.address, PEOPLE, headers={"X-API-Key": home.key}).json
    assert {each["name"] for each in names["people"]} == {"Ada", "Carol"}


@pytest.mark.parametrize("url", ["postgresql"], indirect=True)
def test_a_server_of_databases_that_stands_still_is_told_of_within_seconds(
    serve: Callable[..., Server], home: Home, url: str, postgresql: PostgreSQL
) -> None:
    server = serve("--workers", "1", "--threads", "8", MIEN_DATABASE_URL=url)
    path = "/api/v1/galleries/default/identify"
    photo = upload(path, draw_photo(["ada"]), key=home.key)

    def identify() -> Answer:
        return call(
            server.address, path, method="POST", body=photo.body,
            headers=photo.headers, timeout=60,
        )  # fmt: skip

    assert identify().status == 200
    with postgresql.standing_still():
        answers: list[Answer] = []

        def ask() -> None:
            answers.extend(at_once(30, lambda _: identify()))

        looks = health_during(server, ask)
        # Whoever finds no place to wait for the database is told so before.
        told = {(each.status, each.json["code"], each.headers["Retry-After"]) for each in answers}
        assert told - {(503, "overloaded", "2")} == {(503, "database_unreachable", "5")}
        assert max(each.seconds for each in answers) < 15
        assert max(looks) < 10
        ready = call(server.address, "/readyz", timeout=60)
        assert (ready.status, ready.seconds < 10) == (503, True)
    ends = time.monotonic() + 20
    while identify().status != 200:
        assert time.monotonic() < ends
    assert call(server.address, "/readyz").status == 200


def test_reading_goes_on_while_another_writes(
    serve: Callable[..., Server], home: Home, url: str
) -> None:
    server = serve("--workers", "1", "--threads", "2", MIEN_DATABASE_URL=url)
    with ExitStack() as block:
        block.enter_context(held(url, home))
        # That the key was used cannot be noted, and matters less than the answer.
        answer = call(server.address, PEOPLE, headers={"X-API-Key": home.key})
    assert answer.status == 200
    assert answer.seconds < 3
