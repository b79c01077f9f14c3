import io
import sqlite3
import subprocess
import sys
import time
from contextlib import closing
from pathlib import Path

import pytest
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from alembic.operations import Operations
from alembic.script import ScriptDirectory
from sqlalchemy import Table
from sqlalchemy import inspect
from sqlalchemy import select
from sqlalchemy import text
from sqlalchemy.dialects import postgresql
from sqlalchemy.schema import CreateIndex
from sqlalchemy.schema import CreateTable

from building import make_database
from mien.errors import DatabaseMissing
from mien.errors import DatabaseOutdated
from mien.options import ACCEPTED_RATE
from mien.storage.database import Database
from mien.storage.migrate import configuration
from mien.storage.migrate import current_revision
from mien.storage.migrate import head_revision
from mien.storage.migrate import require_current
from mien.storage.migrate import require_schema
from mien.storage.migrate import upgrade
from mien.storage.models import Base
from mien.storage.models import GalleryRow
from mien.storage.models import InstallationRow
from mien.storage.models import PersonRow

pytestmark = pytest.mark.thorough


@pytest.fixture
def database(tmp_path: Path) -> Database:
    return Database(f"sqlite:///{tmp_path / 'mien.db'}")


def tables(database: Database) -> set[str]:
    with database.connection() as connection:
        return set(inspect(connection).get_table_names())


def test_there_is_one_head_and_one_base() -> None:
    scripts = ScriptDirectory.from_config(configuration())
    assert len(scripts.get_heads()) == 1
    assert len(scripts.get_bases()) == 1


def test_an_empty_database_becomes_what_the_models_say(database: Database) -> None:
    upgrade(database)
    with database.connection() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        assert compare_metadata(context, Base.metadata) == []


def test_every_migration_can_be_undone(database: Database) -> None:
    upgrade(database)
    with database.connection() as connection:
        config = configuration()
        config.attributes["connection"] = connection
        command.downgrade(config, "base")
    assert tables(database) == {"alembic_version"}
    upgrade(database)
    assert tables(database) == {*Base.metadata.tables, "alembic_version"}


def test_rows_outlive_every_migration_both_ways(database: Database) -> None:
    upgrade(database)
    with database.write() as session:
        gallery = GalleryRow(id="g", name="Club", name_key="club", pack="p", contract_id="c")
        session.add_all([gallery, PersonRow(gallery_id="g", name="Ada", name_key="ada")])
    first = ScriptDirectory.from_config(configuration()).get_base()
    assert first is not None
    with database.connection() as connection:
        config = configuration()
        config.attributes["connection"] = connection
        command.downgrade(config, first)
    upgrade(database)
    assert database.find_damage() == ()
    with database.read() as session:
        gallery = session.scalars(select(GalleryRow)).one()
        assert (gallery.accepted_fpir, gallery.accepted_fmr) == (ACCEPTED_RATE, ACCEPTED_RATE)
        assert gallery.gate == "standard"
        assert session.scalars(select(PersonRow.name)).one() == "Ada"


def test_people_who_are_there_are_found_and_ordered_like_new_ones(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    scripts = ScriptDirectory.from_config(configuration())
    for revision in ("0011", "0016"):
        monkeypatch.setattr(scripts.get_revision(revision).module, "_AT_ONCE", 2)
    follows = select(PersonRow.id, PersonRow.search_text, PersonRow.sort_key, PersonRow.surname_key)
    upgrade(database)
    names = ["Éva Abel", "Zoë", "Bob Young", "Eb", "Ada"]
    with database.write() as session:
        session.add(GalleryRow(id="g", name="Club", name_key="club", pack="p", contract_id="c"))
        session.flush()
        session.add_all(PersonRow(gallery_id="g", name=name, notes="Chör") for name in names)
    with database.read() as session:
        before = sorted(map(tuple, session.execute(follows)))
    config = configuration()
    for move in (command.downgrade, command.upgrade):
        with database.connection() as connection:
            config.attributes["connection"] = connection
            move(config, "0010" if move is command.downgrade else "head")
    with database.read() as session:
        assert sorted(map(tuple, session.execute(follows))) == before
        ordered = select(PersonRow.name).order_by(PersonRow.sort_key)
        assert session.scalars(ordered).all() == ["Ada", "Bob Young", "Eb", "Éva Abel", "Zoë"]
        ordered = select(PersonRow.name).order_by(PersonRow.surname_key)
        assert session.scalars(ordered).all() == ["Éva Abel", "Ada", "Eb", "Bob Young", "Zoë"]


def test_upgrading_twice_changes_nothing(database: Database) -> None:
    upgrade(database)
    upgrade(database)
    assert current_revision(database) == head_revision()


def test_an_old_or_empty_database_is_named_with_the_way_out(database: Database) -> None:
    with pytest.raises(DatabaseMissing):
        require_current(database)
    database.make()
    with pytest.raises(DatabaseMissing):
        require_current(database)
    upgrade(database)
    require_current(database)
    with database.connection() as connection:
        connection.exec_driver_sql("update alembic_version set version_num = '0001'")
    with pytest.raises(DatabaseOutdated):
        require_current(database)


def test_a_migration_that_fails_leaves_nothing_behind(database: Database) -> None:
    def fail_late() -> None:
        with database.connection() as connection:
            config = configuration()
            config.attributes["connection"] = connection
            command.upgrade(config, "head")
            raise RuntimeError

    database.make()
    with pytest.raises(RuntimeError):
        fail_late()
    assert tables(database) == set()


@pytest.mark.processes
def test_processes_that_start_at_once_upgrade_once(tmp_path: Path) -> None:
    program = (
        "import sys\n"
        "from mien.storage.database import Database\n"
        "from mien.storage.migrate import current_revision, upgrade\n"
        "sys.stdin.readline()\n"
        "database = Database(sys.argv[1])\n"
        "upgrade(database)\n"
        "print(current_revision(database))\n"
    )
    children = [
        subprocess.Popen(
            [sys.executable, "-c", program, f"sqlite:///{tmp_path / 'mien.db'}"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        for _ in range(3)
    ]
    for child in children:
        assert child.stdin is not None
        child.stdin.write("\n")
        child.stdin.flush()
    for child in children:
        out, complaint = child.communicate(timeout=60)
        assert (out.strip(), complaint) == (head_revision(), "")


@pytest.mark.parametrize("table", Base.metadata.sorted_tables, ids=lambda table: table.name)
def test_every_table_can_be_made_in_postgresql(table: Table) -> None:
    dialect = postgresql.dialect()  # type: ignore[no-untyped-call]  # ships no types
    made = str(CreateTable(table).compile(dialect=dialect))
    assert "BLOB" not in made
    assert "DATETIME" not in made
    for index in table.indexes:
        assert str(CreateIndex(index).compile(dialect=dialect))


def test_the_migrations_speak_postgresql_too() -> None:
    said = io.StringIO()
    context = MigrationContext.configure(
        dialect_name="postgresql", opts={"as_sql": True, "output_buffer": said}
    )
    scripts = ScriptDirectory.from_config(configuration())
    with Operations.context(context):
        for revision in reversed(list(scripts.walk_revisions())):
            revision.module.upgrade()
        for revision in scripts.walk_revisions():
            revision.module.downgrade()
    for word in ("CREATE TABLE face", "BYTEA", "JSONB", "TIMESTAMP WITH TIME ZONE", "DROP TABLE"):
        assert word in said.getvalue()
    for word in ("PRAGMA", "BLOB", "DATETIME", "AUTOINCREMENT"):
        assert word not in said.getvalue()


def test_the_database_that_tests_copy_is_a_freshly_migrated_one(
    database: Database, tmp_path: Path
) -> None:
    upgrade(database)
    database.close()
    make_database(copied := tmp_path / "copied")
    fresh, copy = tmp_path / "mien.db", copied / "mien.db"
    assert [path.name for path in copied.iterdir()] == ["mien.db"]
    assert copy.stat().st_mode == fresh.stat().st_mode
    assert in_any_order(everything_in(copy)) == in_any_order(everything_in(fresh))


def in_any_order(lines: list[str]) -> list[str]:
    """In which order a table that is made again gets its constraints and indexes is left open."""
    return sorted(part.strip(" ,)") for line in lines for part in line.split("\n"))


def everything_in(path: Path) -> list[str]:
    """Tables and rows as statements, and what SQLite keeps in the file's head."""
    kept = ("page_size", "journal_mode", "auto_vacuum", "encoding", "user_version")
    with closing(sqlite3.connect(f"file:{path}?mode=ro", uri=True)) as connection:
        head = [f"{name} {connection.execute(f'pragma {name}').fetchone()[0]}" for name in kept]
        # No two installations have the same id.
        [id_] = connection.execute("select value from installation").fetchone()
        return [*head, *(line.replace(id_, "ID") for line in connection.iterdump())]


def migrated_by_newer_code(database: Database, *, lives_with: str) -> None:
    upgrade(database)
    with database.write() as session:
        session.execute(text("update alembic_version set version_num = '9999'"))
        session.merge(InstallationRow(key="schema_lives_with", value=lives_with))


def test_code_refuses_a_schema_that_is_newer(database: Database) -> None:
    migrated_by_newer_code(database, lives_with="9999")
    with pytest.raises(DatabaseOutdated, match="newer"):
        require_current(database)
    with pytest.raises(DatabaseOutdated, match="newer"):
        upgrade(database)


def test_code_lives_with_a_newer_schema_that_says_so_and_leaves_it_as_it_is(
    database: Database,
) -> None:
    migrated_by_newer_code(database, lives_with=head_revision())
    require_current(database)
    upgrade(database)
    assert current_revision(database) == "9999"


def test_a_schema_is_for_its_own_code_alone_unless_it_says_otherwise(database: Database) -> None:
    migrated_by_newer_code(database, lives_with=head_revision())
    with database.write() as session:
        session.execute(text("delete from installation"))
    with pytest.raises(DatabaseOutdated, match="newer"):
        require_current(database)


@pytest.mark.thorough
def test_a_guarded_database_lets_no_old_code_write(database: Database) -> None:
    upgrade(database)
    other = Database(str(database._engine.url))
    other.guard(require_schema)
    with other.read() as session:
        session.execute(text("select 1"))
    migrated_by_newer_code(database, lives_with="9999")
    with pytest.raises(DatabaseOutdated, match="newer"), other.write():
        pass
    time.sleep(1.1)
    with pytest.raises(DatabaseOutdated, match="newer"), other.read():
        pass
    other.close()
