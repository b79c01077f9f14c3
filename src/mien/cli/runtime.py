"""The settings of a command, and the runtime made from them."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING
from typing import Any

from pydantic import ValidationError

from mien import logs
from mien.access.actor import OPERATOR
from mien.cli.terminal.announce import tell_pack
from mien.cli.terminal.output import print_note
from mien.cli.terminal.progress import shown_progress
from mien.errors import DatabaseMissing
from mien.errors import FilesOfAnotherDatabase
from mien.errors import FilesUnavailable
from mien.errors import InvalidInput
from mien.errors import MienError
from mien.runtime import given_engine
from mien.serving.startup import bring_up_to_date
from mien.serving.startup import have_temporary_folder
from mien.serving.startup import make_home
from mien.settings import Settings

if TYPE_CHECKING:
    from mien.runtime import Runtime


def load_settings(*, serving: bool = False, verbose: bool = True, **given: Any) -> Settings:
    """Read the settings and set up the log lines.

    Args:
        serving: a server writes every line; a command only warnings, unless MIEN_LOG_LEVEL says so.
        verbose: show every line of a server on a terminal too; otherwise a terminal shows
            warnings alone, and what a server tells a person.
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
    level: str = settings.log_level
    if "log_level" not in settings.model_fields_set:
        if not serving:
            # Of this command alone: what it renders for servers is not to say less.
            level = "warning"
        elif not (verbose or _is_collected(settings)):
            level = "warning"
            settings = settings.model_copy(update={"log_level": level})
    logs.configure(log_format=settings.log_format, log_level=level)
    return settings


def _is_collected(settings: Settings) -> bool:
    """Whether log lines go to a log instead of a terminal."""
    return settings.log_format == "json" or not sys.stderr.isatty()


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
def temporary_home(prefix: str) -> Iterator[Path]:
    """A folder for an installation that lasts as long as a command.

    Raises:
        StorageFull, StorageReadOnly, StorageFailed: there is no room for one.
    """
    import tempfile
    from contextlib import ExitStack

    from mien.storage.disk import told_of_files

    have_temporary_folder(load_settings())
    with ExitStack() as stack:
        with told_of_files("temporary"):
            folder = stack.enter_context(tempfile.TemporaryDirectory(prefix=prefix))
        yield Path(folder)


def has_database(settings: Settings) -> bool:
    """Whether there is a database; opening an absent SQLite file would create one."""
    return bool(settings.database_url) or (settings.home / "mien.db").exists()


def require_database(runtime: "Runtime") -> None:
    """Require a database, for commands that do not create one.

    Raises:
        DatabaseMissing: there is none.
        FilesOfAnotherDatabase: there is none, and there are files of one.
        DatabaseUnreachable: it does not answer.
    """
    from mien.storage.binding import require_nothing_stored
    from mien.storage.migrate import current_revision

    if current_revision(runtime.database) is None:
        require_nothing_stored(runtime.database, runtime.services.files)
        raise DatabaseMissing("place", words={"database": runtime.database.place})


def prepare_models(runtime: "Runtime") -> None:
    """Upgrade the database and fetch the models, and tell a person about it.

    Raises:
        DatabaseUnreachable: the database does not answer.
        ModelError: model files are missing and cannot be had.
    """
    pack = bring_up_to_date(runtime, progress=shown_progress())
    tell_pack(pack, wanted=runtime.settings.pack)


def _warn(error: MienError) -> None:
    # Only what is wrong pays for the words.
    from mien.cli.terminal.sentences import sentence

    print_note(f"{sentence(error)} ({error.code})")


def _has_pack(runtime: "Runtime") -> bool:
    from mien.gallery.pack_in_use import current_pack

    return current_pack(runtime.database) is not None


@contextmanager
def ready_runtime(
    *, makes: bool = False, files: bool = False, pack: bool = False, models: bool = False
) -> "Iterator[Runtime]":
    """A runtime whose database is there, with a word about stored files that are not its own.

    Args:
        makes: whether the command adds something, or looks at photos whoever is known, and so may
            be the first of an installation; a database is made where there is none and nothing is
            stored.
        files: whether the command stores or deletes files, and so needs those of the database;
            others go on where they are not, and say so.
        pack: whether the command needs to know which model pack is in use; one is chosen and
            fetched where none is.
        models: whether the command looks at photos, so that the files of that pack have to be
            here too.

    Raises:
        InvalidInput: the home folder cannot be written to.
        DatabaseMissing: there is none, and this command makes none.
        DatabaseUnreachable: the database does not answer.
        FilesOfAnotherDatabase, FilesUnavailable: the stored files are not those of the database,
            and the command needs them.
        DatabaseOutdated: it is of another version; only `mien run` and `mien db upgrade` change it.
        ModelError: model files are missing and cannot be had.
    """
    settings = load_settings()
    with opened(settings) as runtime:
        from mien.storage import migrate
        from mien.storage.binding import bind
        from mien.storage.binding import bring_up

        database, stored = runtime.database, runtime.services.files
        if makes and migrate.current_revision(database) is None:
            make_home(settings)
            bring_up(database, stored)
            print_note(f"Created a new database: {database.place}")
        require_database(runtime)
        try:
            bind(database, stored)
        except (FilesOfAnotherDatabase, FilesUnavailable) as error:
            if files:
                raise
            _warn(error)
        if given_engine() is not None:
            from mien.gallery.bind_galleries import bind_galleries

            summary = runtime.engine.summary
            bind_galleries(
                runtime.call(OPERATOR), pack=summary.pack, contract_id=summary.contract_id
            )
        elif models or (pack and not _has_pack(runtime)):
            prepare_models(runtime)
        yield runtime
