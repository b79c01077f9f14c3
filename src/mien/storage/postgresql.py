"""What PostgreSQL needs that other databases do not: its driver, limits of time, its errors."""

from collections.abc import Iterator
from collections.abc import Mapping
from contextlib import contextmanager
from typing import TYPE_CHECKING
from typing import Any
from typing import Final

from sqlalchemy import URL
from sqlalchemy import Connection
from sqlalchemy import Engine
from sqlalchemy import event
from sqlalchemy.exc import InvalidatePoolError

from mien.errors import DatabaseBusy
from mien.errors import DatabaseOutdated
from mien.errors import StorageError
from mien.errors import StorageFailed
from mien.errors import StorageFull
from mien.errors import StorageReadOnly
from mien.storage.outage import Outage
from mien.storage.writers import BRIEF_SECONDS
from mien.storage.writers import WAIT_SECONDS

if TYPE_CHECKING:
    from mien.storage.bounded_psycopg import BoundedConnection

_ANSWER_SECONDS: Final = 4
"""How long the server may take to accept a connection, and to answer a trivial question."""

_STATEMENT_SECONDS: Final = 15
# More than what the server allows itself, so that its own error comes first.
_SILENCE_SECONDS: Final = 20.0

_CONNECTION: Final[Mapping[str, int]] = {
    "connect_timeout": _ANSWER_SECONDS,
    # A server that is gone without a word, as after a power cut.
    "keepalives": 1,
    "keepalives_idle": 15,
    "keepalives_interval": 5,
    "keepalives_count": 3,
    "tcp_user_timeout": 20_000,
}
_LIMITS: Final[Mapping[str, int]] = {
    "lock_timeout": round(WAIT_SECONDS * 1000),
    "statement_timeout": _STATEMENT_SECONDS * 1000,
}
_UNPINGED: Final = "mien_unpinged"

_BUSY: Final = frozenset(
    {
        "55P03",  # a lock was waited for too long
        "57014",  # a statement took too long
        "40001",  # two changed the same
        "40P01",  # each waits for the other
        "53300",  # it has no connection left
    }
)
_UNLIKE: Final = frozenset({"42P01", "42703"})  # no such table, no such column


def with_driver(url: URL) -> URL:
    """The address with the driver that Mien comes with."""
    return url.set(drivername="postgresql+psycopg")


def for_reading(engine: Engine) -> Engine:
    """The engine for readers: one moment for all rows of an answer, as SQLite gives by itself."""
    return engine.execution_options(isolation_level="REPEATABLE READ")


def prepare(engine: Engine) -> None:
    """Let every connection of an engine be bounded in time; what the address says comes first."""
    outage = Outage()
    own = str(engine.url.query.get("options", ""))
    limits = "; ".join(
        f"set {name} = {value}" for name, value in _LIMITS.items() if name not in own
    )

    def connect(_dialect: object, _record: object, given: list[Any], named: dict[str, Any]) -> Any:
        # Not before a server is asked: the driver is an extra.
        from mien.storage.bounded_psycopg import BoundedConnection

        with outage.heeded():
            connection = BoundedConnection.connect(*given, **{**_CONNECTION, **named})
        connection.silence = _SILENCE_SECONDS
        if limits:
            connection.execute(limits.encode("ascii"))
            connection.commit()
        return connection

    def note_fresh(_connection: object, record: Any) -> None:
        record.info[_UNPINGED] = True

    def ping(connection: "BoundedConnection", record: Any, _proxy: object) -> None:
        if record.info.pop(_UNPINGED, False):
            return
        import psycopg

        try:
            with outage.heeded():
                connection.ping(_ANSWER_SECONDS)
        except psycopg.Error as error:
            raise InvalidatePoolError from error

    event.listen(engine, "do_connect", connect)
    event.listen(engine, "connect", note_fresh)
    event.listen(engine, "checkout", ping)


@contextmanager
def without_limits(connection: Connection) -> Iterator[None]:
    """Take the limits off a transaction that has just begun, for what may take long."""
    connection.exec_driver_sql("set local lock_timeout = 0")
    connection.exec_driver_sql("set local statement_timeout = 0")
    driver: Any = connection.connection.driver_connection
    driver.silence = None
    try:
        yield
    finally:
        driver.silence = _SILENCE_SECONDS


def wait_briefly(connection: Connection) -> None:
    """Let a transaction that has just begun wait for nobody for long."""
    connection.exec_driver_sql(f"set local lock_timeout = {round(BRIEF_SECONDS * 1000)}")


def failure(error: BaseException | None) -> StorageError | None:
    """What an error of the driver means; None for one that says nothing more."""
    state = getattr(error, "sqlstate", None) or ""
    if state in _BUSY:
        return DatabaseBusy()
    if state in _UNLIKE:
        return DatabaseOutdated("tables")
    if state == "53100":
        return StorageFull("database")
    if state == "25006":
        return StorageReadOnly("database")
    if state.startswith("58"):
        return StorageFailed("database")
    return None
