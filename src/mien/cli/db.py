"""`mien db`: the database and the stored files."""

from pathlib import Path
from typing import TYPE_CHECKING

import click

from mien.access.actor import OPERATOR
from mien.cli.runtime import load_settings
from mien.cli.runtime import opened
from mien.cli.runtime import require_database
from mien.cli.terminal.output import ExitCode
from mien.cli.terminal.output import json_option
from mien.cli.terminal.output import print_json
from mien.cli.terminal.output import print_note
from mien.cli.terminal.output import print_table
from mien.cli.terminal.prompts import make_sure
from mien.cli.terminal.prompts import yes_option
from mien.errors import FilesOfAnotherDatabase
from mien.errors import FilesUnavailable
from mien.errors import InvalidInput
from mien.serving.startup import make_home
from mien.words.sentences import counted

if TYPE_CHECKING:
    from mien.runtime import Runtime


@click.group()
def db() -> None:
    """The database and the stored files: upgrade, check, back up, restore, bind."""


@db.command()
@json_option
def upgrade(*, as_json: bool) -> None:
    """Upgrade the database to the schema this version needs, or create it.

    Does not create one if there are already stored files: they belong to another database, or
    theirs is lost.
    """
    settings = load_settings()
    make_home(settings)
    with opened(settings) as runtime:
        from mien.storage.binding import bring_up
        from mien.storage.migrate import current_revision

        before = bring_up(runtime.database, runtime.services.files)
        after = current_revision(runtime.database)
    if as_json:
        print_json({"before": before, "after": after})
    elif before == after:
        print_note(f"The database is up to date (schema revision {after}).")
    else:
        print_note(f"Upgraded the database from schema revision {before or 'none'} to {after}.")


@db.command()
@json_option
@click.pass_context
def check(context: click.Context, *, as_json: bool) -> None:
    """Check the database, the stored files and the galleries. Changes nothing.

    The exit code is 1 if there is a problem. Two things are reported but are no problem: stored
    files that no row refers to (Mien sets them aside while it runs and deletes them a week later),
    and files that other accounts on this machine can reach, with the command to fix that.
    """
    settings = load_settings()
    with opened(settings) as runtime:
        from mien.maintenance.integrity import check as look

        require_database(runtime)
        found = look(runtime.call(OPERATOR))
        misfit = _misfit(runtime) if found.misfit else ""
    if as_json:
        from mien.storage.exposure import find_exposed

        exposed = find_exposed(settings.home)
        print_json({"sound": found.sound, **_facts(found), "exposed": exposed})
    else:
        from mien.cli.terminal.announce import tell_exposed

        outdated = found.schema != found.schema_needed
        rows = [
            (
                "schema",
                f"{found.schema}, but {found.schema_needed} is needed; run `mien db upgrade`"
                if outdated
                else f"{found.schema}, up to date",
            ),
            *(("damage", each) for each in found.damage),
            *((("files", misfit),) if misfit else ()),
            *(("missing file", each) for each in found.missing_files),
            ("stray files", str(found.stray_files)),
            ("set aside", str(found.files_aside)),
            *((("still to be deleted", str(found.to_delete)),) if found.to_delete else ()),
            *(
                (
                    f"gallery {each.name}",
                    f"{counted(each.faces, 'face')} of {each.pack}, {_state(each.comparable)}"
                    + (
                        f", {counted(each.wrong_vectors, 'wrong vector')}"
                        if each.wrong_vectors
                        else ""
                    ),
                )
                for each in found.galleries
            ),
        ]
        print_table(["what", "found"], rows)
        tell_exposed(settings.home)
        print_note("No problems found." if found.sound else "Problems found.")
    context.exit(ExitCode.OK if found.sound else ExitCode.FAILED)


@db.command()
@click.argument("file", type=click.Path(dir_okay=False, path_type=Path))
@json_option
@click.pass_context
def backup(context: click.Context, *, file: Path, as_json: bool) -> None:
    """Back up the database and the stored files into one .tar.gz file.

    Works while Mien is running; the backup is a snapshot of one moment. Restore it with `mien db
    restore`. Photos in an S3-compatible store are copied into it, too. Only for SQLite; for
    PostgreSQL use pg_dump.
    """
    with opened(load_settings()) as runtime:
        from mien.maintenance.backup import back_up

        if runtime.database.dialect == "sqlite":
            require_database(runtime)
        done = back_up(runtime.call(OPERATOR), target=file)
    if as_json:
        print_json(done)
    else:
        print_note(f"Wrote {done.path}: the database and {counted(done.files, 'file')}.")
        for name in done.missing:
            print_note(f"{name}: the file is missing")
    context.exit(ExitCode.SOME_FAILED if done.missing else ExitCode.OK)


@db.command()
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--force", is_flag=True, help="Replace the existing database and files.")
@click.option(
    "--erasures",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="A list of later deletions: the file `erasures` from the previous home.",
)
@json_option
@click.pass_context
def restore(
    context: click.Context, *, file: Path, force: bool, erasures: Path | None, as_json: bool
) -> None:
    """Restore a backup made with `mien db backup`, on this machine or another.

    Stop Mien first. The backup is checked completely before anything is replaced. People deleted
    since the backup was made do not come back: the home folder remembers their ids. With
    MIEN_FILES_URL set, the photos go there. The exit code is 3 if files are missing from the backup.
    """
    settings = load_settings()
    if settings.database_url:
        raise InvalidInput("backup_of_sqlite_only", field="MIEN_DATABASE_URL")
    from contextlib import closing

    from mien.maintenance.restore import restore as bring_back
    from mien.runtime import build_files
    from mien.storage.migrate import head_revision

    with closing(build_files(settings)) as store:
        done = bring_back(
            settings.home.absolute(),
            source=file,
            force=force,
            erasures=erasures,
            store=store if settings.files_url else None,
        )
    if as_json:
        print_json(done)
    else:
        print_note(
            f"Restored {done.home}: {counted(done.faces, 'face')}, {counted(done.files, 'file')}."
        )
        if done.faces_erased or done.people_erased or done.galleries_erased:
            print_note(
                "Deleted again what was deleted after the backup was made: "
                f"{counted(done.people_erased, 'person', 'people')}, "
                f"{counted(done.galleries_erased, 'whole gallery', 'whole galleries')}, "
                f"{counted(done.faces_erased, 'face')}."
            )
        if not done.erasures_known:
            print_note(
                "There is no record here of what was deleted after the backup was made, so it is "
                "back. Get the file `erasures` from the previous home and run "
                "`mien db reapply-erasures FILE`."
            )
        for name in done.missing:
            print_note(f"{name}: the file is missing")
        if done.schema != head_revision():
            print_note("The backup is from an older version. Run `mien db upgrade`.")
    context.exit(ExitCode.SOME_FAILED if done.missing else ExitCode.OK)


@db.command("reapply-erasures")
@click.argument("files", nargs=-1, type=click.Path(exists=True, dir_okay=False, path_type=Path))
@json_option
def reapply_erasures(*, files: tuple[Path, ...], as_json: bool) -> None:
    """Delete again what had been deleted but came back with a backup.

    Uses the list in the home folder and any further lists: the file `erasures` from the previous
    home or from other nodes. A server applies its own list by itself when it starts.
    """
    from mien.storage.erased import read_list

    more = [each for file in files for each in read_list(file)]
    with opened(load_settings()) as runtime:
        from mien.maintenance.reapply_erasures import reapply_erasures as erase_them
        from mien.storage.migrate import require_current

        require_database(runtime)
        require_current(runtime.database)
        done = erase_them(runtime.call(OPERATOR), more=more)
    if as_json:
        print_json(done)
        return
    print_note(
        f"{done.listed:,} on the list. Deleted again: {counted(done.people, 'person', 'people')}, "
        f"{counted(done.galleries, 'whole gallery', 'whole galleries')}, "
        f"{counted(done.faces, 'face')}, {counted(done.photos, 'photo')}, "
        f"{counted(done.files, 'file')}."
    )


@db.command()
@json_option
def adopt(*, as_json: bool) -> None:
    """Bind the current database and stored files to each other.

    Use it when they belong together but do not say so, such as after restoring a dump and a copy of
    the files, or when the files are lost and you want to continue without them. Refuses if the
    database refers to none of the files.
    """
    with opened(load_settings()) as runtime:
        from mien.maintenance.adopt import adopt as bind_both

        require_database(runtime)
        done = bind_both(runtime.call(OPERATOR))
    if as_json:
        print_json(done)
        return
    print_note(
        f"{runtime.services.files.place} now belongs to {runtime.database.place}: "
        f"{counted(done.files, 'stored file')}."
    )
    if done.missing:
        print_note(f"Missing: {counted(done.missing, 'file')}. Run `mien db check` to list them.")
    if done.strays:
        print_note(
            f"Not in the database: {counted(done.strays, 'other file')}. Mien sets them aside "
            "while it runs and deletes them after a week."
        )


@db.command("begin-anew")
@yes_option
@json_option
def begin_anew(*, yes: bool, as_json: bool) -> None:
    """Start over without the existing files, when their database is lost.

    Moves the stored files aside into a folder that Mien never deletes from, creates an empty
    database if there is none, and binds the database to this home. Refuses if the database refers
    to any of the files.
    """
    settings = load_settings()
    make_home(settings)
    with opened(settings) as runtime:
        from mien.maintenance.begin_anew import begin_anew as start_over
        from mien.storage.migrate import current_revision
        from mien.storage.migrate import require_current
        from mien.storage.migrate import upgrade

        place, folder = runtime.database.place, runtime.services.files.place
        make_sure(f"Set the files in {folder} aside and continue with {place}?", yes=yes)
        made = current_revision(runtime.database) is None
        if made:
            upgrade(runtime.database)
        require_current(runtime.database)
        done = start_over(runtime.call(OPERATOR))
    if as_json:
        print_json({"folder": done.folder, "files": done.files, "database_made": made})
        return
    if made:
        print_note(f"Created a new database: {place}")
    if done.folder is None:
        print_note(f"There were no files in {folder}.")
    else:
        print_note(
            f"Moved {counted(done.files, 'file')} to {done.folder}. Mien never deletes them; do "
            "so yourself when you are sure that nobody needs them."
        )


def _misfit(runtime: "Runtime") -> str:
    from mien.cli.terminal.sentences import sentence
    from mien.storage.binding import require_fitting

    try:
        require_fitting(runtime.database, runtime.services.files)
    except (FilesOfAnotherDatabase, FilesUnavailable) as error:
        return f"{sentence(error)} ({error.code})"
    return ""


def _facts(found: object) -> dict[str, object]:
    import dataclasses

    return dataclasses.asdict(found)  # type: ignore[call-overload,no-any-return]  # a dataclass


def _state(comparable: bool | None) -> str:
    if comparable is None:
        return "no model pack chosen yet"
    return "searched with the pack in use" if comparable else "NOT comparable with the pack in use"
