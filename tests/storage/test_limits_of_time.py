"""Nobody waits for a database for ever: SQLite that is locked, PostgreSQL that is busy or stands still."""

import subprocess
import sys
import threading
import time
from collections.abc import Callable
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest
from sqlalchemy import select
from sqlalchemy import text

from mien.errors import DatabaseBusy
from mien.errors import DatabaseOutdated
from mien.errors import DatabaseUnreachable
from mien.errors import MienError
from mien.storage.database import Database
from mien.storage.migrate import upgrade
from mien.storage.models import InstallationRow
from mien.storage.outage import Outage
from mien.storage.writers import Writers
from postgresql_server import PostgreSQL

HOLDER = """
import sqlite3, sys
held = sqlite3.connect(sys.argv[1], isolation_level=None)
held.execute("begin immediate")
print("held", flush=True)
sys.stdin.readline()
"""


@pytest.fixture
def server_database(postgresql_url: str) -> Iterator[Database]:
    with closing(Database(postgresql_url)) as database:
        upgrade(database)
        put(database)
        yield database


def put(database: Database) -> None:
    with database.write() as session:
        session.add(InstallationRow(key="a", value="1"))


def change(database: Database, *, briefly: bool = False) -> None:
    with database.write(briefly=briefly) as session:
        session.execute(text("update installation set value = '2' where key = 'a'"))


def ask(database: Database) -> None:
    with database.read() as session:
        session.scalar(select(InstallationRow.value))


def outcome(act: Callable[[], None]) -> tuple[type[MienError] | None, float]:
    """The error that came, and after how many seconds."""
    begun = time.monotonic()
    try:
        act()
    except MienError as error:
        return type(error), time.monotonic() - begun
    return None, time.monotonic() - begun


def at_once(count: int, act: Callable[[], None]) -> list[tuple[type[MienError] | None, float]]:
    """The outcomes of several that do the same at the same time."""
    outcomes: list[tuple[type[MienError] | None, float]] = []
    threads = [threading.Thread(target=lambda: outcomes.append(outcome(act))) for _ in range(count)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return outcomes


@pytest.mark.processes
def test_a_row_that_another_session_holds_is_waited_for_a_few_seconds(
    server_database: Database,
) -> None:
    with closing(Database(server_database._engine.url.render_as_string(False))) as other:
        with other.write() as session:
            session.execute(text("select * from installation for update"))
            error, seconds = outcome(lambda: change(server_database))
            assert error is DatabaseBusy
            assert 2 < seconds < 8
            error, seconds = outcome(lambda: change(server_database, briefly=True))
            assert error is DatabaseBusy
            assert seconds < 1.5
        change(server_database)


@pytest.mark.processes
def test_a_statement_that_takes_too_long_is_ended(server_database: Database) -> None:
    def sleep() -> None:
        with server_database.read() as session:
            session.execute(text("set local statement_timeout = 100"))
            session.execute(text("select pg_sleep(5)"))

    assert outcome(sleep)[0] is DatabaseBusy
    with server_database.read() as session:
        assert session.scalar(text("show statement_timeout")) == "15s"


@pytest.mark.processes
def test_a_migration_takes_as_long_as_it_takes(server_database: Database) -> None:
    with server_database.connection() as connection:
        for limit in ("lock_timeout", "statement_timeout"):
            assert connection.execute(text(f"show {limit}")).scalar() == "0"
        driver = connection.connection.driver_connection
        assert driver is not None
        assert driver.silence is None
    assert driver.silence is not None
    with server_database.read() as session:
        assert session.scalar(text("show lock_timeout")) == "4s"


@pytest.mark.processes
def test_what_the_address_says_of_limits_comes_first(postgresql_url: str) -> None:
    own = f"{postgresql_url}&connect_timeout=9&options=-c%20statement_timeout%3D77000"
    with closing(Database(own)) as database, database.read() as session:
        assert session.scalar(text("show statement_timeout")) == "77s"
        assert session.scalar(text("show lock_timeout")) == "4s"
        driver = session.connection().connection.driver_connection
        assert driver is not None
        assert driver.info.get_parameters()["connect_timeout"] == "9"
        assert driver.info.get_parameters()["tcp_user_timeout"] == "20000"


@pytest.mark.processes
def test_a_server_that_stands_still_keeps_nobody_for_long(
    postgresql: PostgreSQL, server_database: Database
) -> None:
    ask(server_database)
    with postgresql.standing_still():
        for error, seconds in at_once(8, lambda: ask(server_database)):
            assert error is DatabaseUnreachable
            assert seconds < 12
        # Whoever comes later waits for nothing, but for one who tries.
        later = sorted(seconds for _, seconds in at_once(8, lambda: ask(server_database)))
        assert later[-2] < 1
        assert later[-1] < 8
    ask(server_database)
    assert [error for error, _ in at_once(8, lambda: ask(server_database))] == [None] * 8


@pytest.mark.processes
def test_a_server_that_falls_silent_in_a_transaction_is_given_up(
    postgresql: PostgreSQL, server_database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("mien.storage.postgresql._SILENCE_SECONDS", 1.0)

    def ask_twice() -> None:
        with server_database.read() as session:
            session.scalar(select(InstallationRow.value))
            with postgresql.standing_still():
                session.scalar(select(InstallationRow.value))

    server_database.close()
    error, seconds = outcome(ask_twice)
    assert error is DatabaseUnreachable
    assert seconds < 5
    ask(server_database)


@pytest.mark.processes
def test_tables_that_are_not_there_are_told_of(postgresql_url: str, tmp_path: Path) -> None:
    (tmp_path / "empty.db").touch()
    for url in (postgresql_url, f"sqlite:///{tmp_path / 'empty.db'}"):
        with closing(Database(url)) as database, pytest.raises(DatabaseOutdated) as caught:
            ask(database)
        assert caught.value.key == "database_outdated.tables"


@pytest.mark.processes
def test_a_locked_sqlite_database_is_waited_for_a_few_seconds(tmp_path: Path) -> None:
    path = tmp_path / "mien.db"
    with closing(Database(f"sqlite:///{path}")) as database:
        upgrade(database)
        put(database)
        holder = subprocess.Popen(
            [
                *[sys.executable, "-c"],
                HOLDER,
                str(path),
            ],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
        )  # fmt: skip
        assert holder.stdout is not None
        assert holder.stdout.readline() == "held\n"
        error, seconds = outcome(lambda: change(database, briefly=True))
        assert error is DatabaseBusy
        assert seconds < 1.5
        for error, seconds in at_once(6, lambda: change(database)):
            assert error is DatabaseBusy
            assert seconds < 10
        # Reading goes on.
        ask(database)
        holder.communicate("\n")
        change(database)


@pytest.mark.thorough
def test_nobody_joins_writers_who_stand_still() -> None:
    writers = Writers(one_at_a_time=False)
    entered, leave = threading.Barrier(4), threading.Event()

    def write() -> None:
        with writers.joined(1):
            entered.wait()
            leave.wait()

    threads = [threading.Thread(target=write) for _ in range(3)]
    for thread in threads:
        thread.start()
    entered.wait()
    # So many may be quick, and those that are slow may be few.
    with writers.joined(1):
        pass
    time.sleep(2.1)
    begun = time.monotonic()
    with pytest.raises(DatabaseBusy), writers.joined(1):
        pass
    assert time.monotonic() - begun < 0.5
    leave.set()
    for thread in threads:
        thread.join()
    with writers.joined(1):
        pass


def test_writers_of_one_process_take_turns() -> None:
    writers = Writers(one_at_a_time=True)
    with writers.joined(1):
        caught = []

        def late() -> None:
            with pytest.raises(DatabaseBusy) as refused, writers.joined(0.05):
                pass
            caught.append(refused)

        thread = threading.Thread(target=late)
        thread.start()
        thread.join()
        assert caught
    with writers.joined(0.05):
        pass


@pytest.mark.thorough
def test_an_outage_is_one_only_where_somebody_waited() -> None:
    outage = Outage()

    def fail(seconds: float) -> None:
        with outage.heeded():
            time.sleep(seconds)
            raise ConnectionError

    for _ in range(2):
        with pytest.raises(ConnectionError):
            fail(0)
    with pytest.raises(ConnectionError):
        fail(1.1)
    # One tries, others are told at once; who succeeds ends it for all.
    with outage.heeded():
        refused = []

        def other() -> None:
            with pytest.raises(DatabaseUnreachable), outage.heeded():
                pass
            refused.append(True)

        thread = threading.Thread(target=other)
        thread.start()
        thread.join()
        assert refused
    with outage.heeded(), outage.heeded():
        pass
