"""What a command works with: settings that hold, and the runtime made from them."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING
from typing import Any

from pydantic import ValidationError

from mien import logs
from mien.access.actor import OPERATOR
from mien.cli.terminal.announce import tell_pack
from mien.cli.terminal.output import print_note
from mien.cli.terminal.progress import shown_progress
from mien.errors import InvalidInput
from mien.runtime import given_engine
from mien.serving.startup import bring_up_to_date
from mien.serving.startup import make_home
from mien.settings import Settings

if TYPE_CHECKING:
    from mien.runtime import Runtime


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
        raise InvalidInput("setting", words={"why": first["msg"]}, field=name) from error
    except OSError as error:
        raise InvalidInput(
            "secret_file",
            words={"path": error.filename, "why": error.strerror},
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


def has_database(settings: Settings) -> bool:
    """Whether there is a database to ask; looking into an absent SQLite file would make one."""
    return bool(settings.database_url) or (settings.home / "mien.db").exists()


def prepare_models(runtime: "Runtime") -> None:
    """Bring the database up to date and have the models here, telling a person about it.

    Raises:
        DatabaseUnreachable: the database does not answer.
        ModelError: model files are missing and cannot be had.
    """
    pack = bring_up_to_date(runtime, progress=shown_progress())
    tell_pack(pack, wanted=runtime.settings.pack)


def _has_pack(runtime: "Runtime") -> bool:
    from mien.gallery.pack_in_use import current_pack

    return current_pack(runtime.database) is not None


@contextmanager
def ready_runtime(*, pack: bool = False, models: bool = False) -> "Iterator[Runtime]":
    """A runtime whose database is there, also when nothing was ever started before.

    Args:
        pack: whether the command needs to know which model pack is in use; one is chosen and
            fetched where none is.
        models: whether the command looks at photos, so that the files of that pack have to be
            here too.

    Raises:
        InvalidInput: the home folder cannot be written to.
        DatabaseUnreachable: the database does not answer.
        DatabaseOutdated: it is of another version; only `mien run` and `mien db upgrade` change it.
        ModelError: model files are missing and cannot be had.
    """
    settings = load_settings()
    make_home(settings)
    with opened(settings) as runtime:
        from mien.storage import migrate

        if migrate.current_revision(runtime.database) is None:
            migrate.upgrade(runtime.database)
            print_note(f"A new database was made in {settings.home.absolute()}.")
        migrate.require_current(runtime.database)
        if given_engine() is not None:
            from mien.gallery.galleries import bind_galleries

            summary = runtime.engine.summary
            bind_galleries(
                runtime.call(OPERATOR), pack=summary.pack, contract_id=summary.contract_id
            )
        elif models or (pack and not _has_pack(runtime)):
            prepare_models(runtime)
        yield runtime
