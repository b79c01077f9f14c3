"""What PostgreSQL needs that other databases do not."""

from sqlalchemy import URL
from sqlalchemy import Engine


def with_driver(url: URL) -> URL:
    """The address with the driver that Mien comes with."""
    return url.set(drivername="postgresql+psycopg")


def for_reading(engine: Engine) -> Engine:
    """The engine for readers: one moment for all rows of an answer, as SQLite gives by itself."""
    return engine.execution_options(isolation_level="REPEATABLE READ")
