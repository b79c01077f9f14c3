"""What a command works with: settings that hold, and the runtime made from them."""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import TYPE_CHECKING
from typing import Any

from pydantic import ValidationError

from mien import logs
from mien.errors import InvalidInput
from mien.settings import Settings

if TYPE_CHECKING:
    from mien.runtime import Runtime
    from mien.vision.engine import Engine

_engine: "ContextVar[Engine | None]" = ContextVar("engine", default=None)


def load_settings(*, serving: bool = False, **given: Any) -> Settings:
    """Read the settings and set up the log lines.

    Args:
        serving: a server writes every line; a command only warnings, unless MIEN_LOG_LEVEL says so.
        given: what the command's options say; None leaves the environment's word.

    Raises:
        InvalidInput: a value is wrong; names the variable.
    """
    try:
        settings = Settings(**{name: value for name, value in given.items() if value is not None})
    except ValidationError as error:
        first = error.errors()[0]
        name = "MIEN_" + "_".join(str(part) for part in first["loc"]).upper()
        raise InvalidInput(f"{name} cannot be used: {first['msg']}.", field=name) from error
    except OSError as error:
        raise InvalidInput(
            f"The file {error.filename}, named by a MIEN_…_FILE variable, cannot be read: "
            f"{error.strerror}.",
            field="MIEN_…_FILE",
        ) from error
    chosen = serving or "log_level" in settings.model_fields_set
    logs.configure(
        log_format=settings.log_format,
        log_level=settings.log_level if chosen else "warning",
    )
    return settings


@contextmanager
def opened(settings: Settings | None = None) -> "Iterator[Runtime]":
    """A runtime for the length of a command; closed whatever happens."""
    from mien.runtime import open_runtime

    runtime = open_runtime(settings or load_settings(), engine=given_engine())
    try:
        yield runtime
    finally:
        runtime.close()


@contextmanager
def using_engine(engine: "Engine") -> Iterator[None]:
    """Let the commands run in this block work with this engine and fetch no model pack.

    The seam by which tests run commands without weights.
    """
    token = _engine.set(engine)
    try:
        yield
    finally:
        _engine.reset(token)


def given_engine() -> "Engine | None":
    """The engine that commands work with instead of the pack's, if there is one."""
    return _engine.get()


def has_database(settings: Settings) -> bool:
    """Whether there is a database to ask; looking into an absent SQLite file would make one."""
    return bool(settings.database_url) or (settings.home / "mien.db").exists()
