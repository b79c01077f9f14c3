"""One of all processes at a time, by PostgreSQL and by a file."""

import threading
from collections.abc import Iterator
from contextlib import closing
from contextlib import suppress
from pathlib import Path

import psycopg
import pytest

from mien.errors import IndexUnavailable
from mien.storage import turns as storage_turns
from mien.storage.database import Database
from mien.storage.turns import Turns
from mien.storage.turns import turns_of


@pytest.fixture(params=["sqlite", "postgresql"])
def processes(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[list[Turns]]:
    """The turns of an installation as two processes take them."""
    address: str | Path = tmp_path / "mien.db"
    if request.param == "postgresql":
        address = str(request.getfixturevalue("postgresql_url"))
    made = [turns_of(Database(address), tmp_path / "turns") for _ in range(2)]
    yield made
    for each in made:
        each.close()


def test_one_has_its_turn_at_a_time_and_others_of_other_names(processes: list[Turns]) -> None:
    one, other = processes
    done = []

    def wait() -> None:
        with other.taken("gallery"):
            done.append("other")

    thread = threading.Thread(target=wait)
    with one.taken("gallery") as make_sure:
        thread.start()
        with other.taken("another gallery"):
            thread.join(0.2)
        make_sure()
        done.append("one")
    thread.join(10)
    assert done == ["one", "other"]


def test_a_turn_that_does_not_come_says_so(
    processes: list[Turns], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(storage_turns, "WAIT_SECONDS", 0.2)
    one, other = processes
    with one.taken("gallery"), pytest.raises(IndexUnavailable), other.taken("gallery"):
        pass
    with other.taken("gallery"):
        pass


def test_whose_connection_was_cut_hears_that_it_is_anothers_turn(postgresql_url: str) -> None:
    turns = turns_of(Database(postgresql_url), Path("nowhere"))
    with suppress(IndexUnavailable), turns.taken("gallery") as make_sure:
        make_sure()
        with closing(psycopg.connect(postgresql_url.replace("+psycopg", ""))) as connection:
            connection.execute(
                "select pg_terminate_backend(pid) from pg_stat_activity"
                " where datname = current_database() and pid <> pg_backend_pid()"
            )
        with pytest.raises(IndexUnavailable):
            make_sure()
    with turns.taken("gallery") as make_sure:
        make_sure()
    turns.close()
