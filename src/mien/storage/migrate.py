"""Bring a database to the schema that this code needs."""

from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import text

from mien.errors import DatabaseMissing
from mien.errors import DatabaseOutdated
from mien.storage.database import Database

_FOLDER = Path(__file__).parent / "migrations"
_LOCK = 0x6D69656E  # any number that nobody else takes; it reads "mien"


def configuration() -> Config:
    """Alembic's configuration, without a file."""
    config = Config()
    # Alembic reads % in options as interpolation.
    config.set_main_option("script_location", str(_FOLDER).replace("%", "%%"))
    config.set_main_option("path_separator", "os")
    return config


def head_revision() -> str:
    """The schema revision that this code needs."""
    head = ScriptDirectory.from_config(configuration()).get_current_head()
    assert head is not None  # noqa: S101 - the first migration is part of the package
    return head


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
    """
    database.make()
    with database.connection() as connection:
        if database.dialect == "postgresql":
            connection.execute(text("select pg_advisory_xact_lock(:key)"), {"key": _LOCK})
        config = configuration()
        config.attributes["connection"] = connection
        command.upgrade(config, "head")


def require_current(database: Database) -> None:
    """Make sure that code and schema fit.

    Raises:
        DatabaseMissing: there is no database yet.
        DatabaseOutdated: they do not; says what to do.
    """
    have, need = current_revision(database), head_revision()
    if have is None:
        raise DatabaseMissing
    if have != need:
        raise DatabaseOutdated(words={"have": have, "need": need})
