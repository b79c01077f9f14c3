import sqlite3
import stat
import threading
import time
from pathlib import Path

import pytest
from sqlalchemy import delete
from sqlalchemy import func
from sqlalchemy import select
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError

from mien.errors import DatabaseBusy
from mien.errors import DatabaseMissing
from mien.errors import DatabaseOutdated
from mien.errors import DatabaseUnreachable
from mien.storage.database import Database
from mien.storage.migrate import upgrade
from mien.storage.models import InstallationRow
from mien.storage.models import PersonRow


@pytest.fixture
def database(tmp_path: Path) -> Database:
    made = Database(f"sqlite:///{tmp_path / 'mien.db'}")
    upgrade(made)
    with made.write() as session:
        session.execute(delete(InstallationRow))
    return made


def count(database: Database) -> int:
    with database.read() as session:
        return session.scalar(select(func.count()).select_from(InstallationRow)) or 0


def ask(database: Database) -> None:
    """Ask for a sign of life."""
    with database.read() as session:
        session.execute(text("select 1"))


def chain(error: BaseException | None) -> str:
    """What an error and those that led to it say."""
    return "" if error is None else f"{error!r} {error} {chain(error.__cause__)}"


def put(database: Database, key: str) -> None:
    with database.write() as session:
        session.add(InstallationRow(key=key, value="1"))


@pytest.mark.parametrize("name", ["a?1", "a?2", "b%41", "c#d", "e f", "g&h=i", "ü"])
def test_a_folder_may_be_called_anything(tmp_path: Path, name: str) -> None:
    path = tmp_path / name / "mien.db"
    path.parent.mkdir()
    made = Database(path)
    upgrade(made)
    made.close()
    assert made.place == str(path)
    files = [found for found in tmp_path.rglob("*") if found.is_file()]
    assert path in files
    assert {found.parent for found in files} == {path.parent}


def test_a_reader_sees_one_moment_whatever_is_written_meanwhile(database: Database) -> None:
    with database.read() as session:
        before = session.scalar(select(func.count()).select_from(InstallationRow))
        put(database, "a")
        assert session.scalar(select(func.count()).select_from(InstallationRow)) == before
    assert count(database) == 1


def test_a_write_is_all_or_nothing(database: Database) -> None:
    def fail_late() -> None:
        with database.write() as session:
            session.add(InstallationRow(key="a", value="1"))
            session.flush()
            raise RuntimeError

    with pytest.raises(RuntimeError):
        fail_late()
    assert count(database) == 0


def test_what_is_read_can_be_used_after_the_block(database: Database) -> None:
    put(database, "a")
    with database.read() as session:
        row = session.get(InstallationRow, "a")
    assert row is not None
    assert row.value == "1"


def test_a_reader_cannot_change_anything_by_accident(database: Database) -> None:
    with database.read() as session:
        session.add(InstallationRow(key="a", value="1"))
        session.flush()
    assert count(database) == 0


def test_two_writers_wait_for_each_other(database: Database) -> None:
    entered = threading.Event()
    order: list[str] = []

    def second() -> None:
        entered.wait()
        put(database, "second")
        order.append("second")

    thread = threading.Thread(target=second)
    thread.start()
    with database.write() as session:
        # Read first, write later: without the lock taken at the start, this one would fail.
        session.scalar(select(func.count()).select_from(InstallationRow))
        # Not before: a transaction begins with its first statement.
        entered.set()
        time.sleep(0.1)
        order.append("first")
        session.add(InstallationRow(key="first", value="1"))
    thread.join()
    assert order == ["first", "second"]
    assert count(database) == 2


def test_foreign_keys_hold(database: Database) -> None:
    with pytest.raises(IntegrityError), database.write() as session:
        session.add(PersonRow(gallery_id="nowhere", name="Ada", name_key="ada"))


def test_foreign_keys_hold_again_after_a_migration(database: Database) -> None:
    with database.connection() as connection:
        assert connection.execute(text("pragma foreign_keys")).scalar() == 0
    with database.read() as session:
        assert session.execute(text("pragma foreign_keys")).scalar() == 1


def test_what_is_erased_is_overwritten_and_commits_reach_the_disk(database: Database) -> None:
    with database.read() as session:
        assert session.execute(text("pragma secure_delete")).scalar() == 1
        assert session.execute(text("pragma synchronous")).scalar() == 2
        assert session.execute(text("pragma journal_mode")).scalar() == "wal"


def test_a_scrub_empties_the_log(database: Database, tmp_path: Path) -> None:
    put(database, "a")
    log = tmp_path / "mien.db-wal"
    assert log.stat().st_size > 0
    assert database.scrub()
    assert log.stat().st_size == 0


def test_a_scrub_says_when_a_reader_is_in_its_way(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("mien.storage.sqlite._SCRUB_MILLISECONDS", 20)
    with database.read() as session:
        session.scalar(select(InstallationRow.key))
        put(database, "a")
        assert not database.scrub()
    assert database.scrub()


def test_nobody_else_on_the_machine_can_read_a_new_database(tmp_path: Path) -> None:
    (tmp_path / "new").mkdir()
    database = Database(f"sqlite:///{tmp_path / 'new' / 'new.db'}")
    database.make()
    with database.write() as session:
        session.execute(text("create table kept (value text)"))
    modes = {path.name: stat.S_IMODE(path.stat().st_mode) for path in (tmp_path / "new").iterdir()}
    assert modes == {"new.db": 0o600, "new.db-wal": 0o600, "new.db-shm": 0o600, "new.db-use": 0o600}
    database.close()


def test_asking_makes_no_database(tmp_path: Path) -> None:
    database = Database(f"sqlite:///{tmp_path / 'none.db'}")
    for use in (ask, lambda asked: put(asked, "a")):
        with pytest.raises(DatabaseMissing):
            use(database)
    assert not database.exists()
    assert not (tmp_path / "none.db").exists()


@pytest.mark.parametrize(
    ("url", "place"),
    [
        (
            "postgresql://mien:secret@db.example.org/mien?sslpassword=secret",
            "postgresql+psycopg://mien@db.example.org/mien",
        ),
        ("sqlite:////var/lib/mien/mien.db", "/var/lib/mien/mien.db"),
    ],
)
def test_a_place_is_told_without_secrets(url: str, place: str) -> None:
    assert Database(url).place == place


def test_a_database_that_is_not_there_is_said_so_without_telling_values(tmp_path: Path) -> None:
    database = Database(f"sqlite:///{tmp_path / 'no' / 'such' / 'folder' / 'mien.db'}")
    with pytest.raises(DatabaseUnreachable):
        ask(database)


def test_no_value_is_told_when_a_statement_fails(database: Database) -> None:
    query = text("select * from no_such_table where name = :name")
    with pytest.raises(DatabaseOutdated) as caught, database.read() as session:
        session.execute(query, {"name": "Ada Lovelace"})
    assert "Ada" not in chain(caught.value)
    assert "no_such_table" in chain(caught.value)


def test_no_value_is_told_when_a_rule_of_the_tables_is_broken(database: Database) -> None:
    put(database, "Ada Lovelace")
    with pytest.raises(IntegrityError) as caught:
        put(database, "Ada Lovelace")
    assert "Ada" not in chain(caught.value)


@pytest.mark.parametrize(
    "url", ["", "mien.db", "sqlite", "nosuchkind://host/name", "postgresql://host:port/name"]
)
def test_an_address_that_cannot_be_used_is_refused(url: str) -> None:
    with pytest.raises(DatabaseUnreachable, match=r"database_unreachable\.address"):
        Database(url)


def test_a_refused_address_does_not_tell_its_password() -> None:
    with pytest.raises(DatabaseUnreachable) as caught:
        Database("nosuchkind://user:hunter2@host/name")
    assert "hunter2" not in str(caught.value)


def test_a_file_that_is_no_database_is_told(tmp_path: Path) -> None:
    (tmp_path / "mien.db").write_bytes(b"not a database" * 1000)
    with pytest.raises(DatabaseUnreachable):
        ask(Database(f"sqlite:///{tmp_path / 'mien.db'}"))


@pytest.mark.thorough
def test_a_lock_held_for_too_long_is_an_error_and_not_a_hang(
    database: Database, tmp_path: Path
) -> None:
    other = sqlite3.connect(tmp_path / "mien.db", isolation_level=None)
    other.execute("begin immediate")
    with pytest.raises(DatabaseBusy):
        put(database, "a")
    other.execute("rollback")
    other.close()
    put(database, "a")


def test_closing_waits_for_no_connection_in_use(database: Database) -> None:
    with database.read() as session:
        session.execute(text("select 1"))
        closer = threading.Thread(target=database.close)
        closer.start()
        closer.join(5)
        assert not closer.is_alive()
