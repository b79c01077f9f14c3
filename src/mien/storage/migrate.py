"""Bring a database to the schema that this code needs."""

from functools import cache
from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import delete
from sqlalchemy import select
from sqlalchemy import text
from sqlalchemy.orm import Session

from mien.errors import DatabaseMissing
from mien.errors import DatabaseOutdated
from mien.storage.database import Database
from mien.storage.models import InstallationRow

_FOLDER = Path(__file__).parent / "migrations"
_FLOOR = "schema_lives_with"
_LOCK = 0x6D69656E  # any number that nobody else takes; it reads "mien"


def configuration() -> Config:
    """Alembic's configuration, without a file."""
    config = Config()
    # Alembic reads % in options as interpolation.
    config.set_main_option("script_location", str(_FOLDER).replace("%", "%%"))
    config.set_main_option("path_separator", "os")
    return config


@cache
def head_revision() -> str:
    """The schema revision that this code needs; read once, as files of another may come."""
    head = ScriptDirectory.from_config(configuration()).get_current_head()
    assert head is not None  # noqa: S101 - the first migration is part of the package
    return head


@cache
def known_revisions() -> frozenset[str]:
    """Every schema revision that this code can bring to the one it needs."""
    script = ScriptDirectory.from_config(configuration())
    return frozenset(each.revision for each in script.walk_revisions())


def current_revision(database: Database) -> str | None:
    """The schema revision that the database has; None when it is empty or not there."""
    if not database.exists():
        return None
    with database.read() as session:
        return MigrationContext.configure(session.connection()).get_current_revision()


def upgrade(database: Database) -> None:
    """Apply the migrations that are missing, in one transaction; makes the database first.

    Several processes may start at once: one migrates, the others wait and find nothing to do.
    Whether a database may be made here is asked by `binding.bring_up`.

    A schema that is newer than this code, and that it can live with, stays as it is.

    A migration whose schema older code can live with says so by `lives_with`: the oldest revision
    whose code may go on. Of the others only their own code may work on the result.

    Raises:
        DatabaseOutdated: the schema is newer than this code, which cannot live with it.
    """
    database.make()
    with database.connection() as connection:
        if database.dialect == "postgresql":
            connection.execute(text("select pg_advisory_xact_lock(:key)"), {"key": _LOCK})
        have = MigrationContext.configure(connection).get_current_revision()
        if have is not None and have not in known_revisions():
            with Session(connection) as session:
                require_schema(session)
            return
        config = configuration()
        config.attributes["connection"] = connection
        command.upgrade(config, "head")
        with Session(connection) as session:
            _tell_oldest_code(session)
            session.flush()


def require_current(database: Database) -> None:
    """Make sure that code and schema fit.

    Raises:
        DatabaseMissing: there is no database yet.
        DatabaseOutdated: they do not; says what to do.
    """
    if current_revision(database) is None:
        raise DatabaseMissing
    with database.read() as session:
        require_schema(session)


def require_schema(session: Session) -> None:
    """Make sure that code and schema fit, in a transaction that goes on to use the schema.

    Raises:
        DatabaseOutdated: the schema is older; or newer, and this code cannot live with it.
    """
    have, need = session.scalar(text("select version_num from alembic_version")), head_revision()
    if have == need:
        return
    if have in known_revisions():
        raise DatabaseOutdated(words={"have": have, "need": need})
    floor = session.scalar(select(InstallationRow.value).where(InstallationRow.key == _FLOOR))
    if floor not in known_revisions():
        raise DatabaseOutdated("newer", words={"have": have, "need": need})


def _tell_oldest_code(session: Session) -> None:
    """Write down which older code can work on this schema, for that code to read."""
    head = ScriptDirectory.from_config(configuration()).get_revision(head_revision())
    assert head is not None  # noqa: S101 - it was found by its name
    oldest = getattr(head.module, "lives_with", None)
    if oldest is None:
        session.execute(delete(InstallationRow).where(InstallationRow.key == _FLOOR))
    else:
        session.merge(InstallationRow(key=_FLOOR, value=oldest))
