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

if TYPE_CHECKING:
    from mien.runtime import Runtime


@click.group()
def db() -> None:
    """The database and the stored files: upgrade, check, back up, restore, bind."""


@db.command()
@json_option
def upgrade(*, as_json: bool) -> None:
    """Bring the database to the schema that this version needs; makes it when there is none.

    None is made beside stored files: they belong to another, or theirs is lost.
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
        print_note(f"The database went from schema revision {before or 'none'} to {after}.")


@db.command()
@json_option
@click.pass_context
def check(context: click.Context, *, as_json: bool) -> None:
    """Look whether rows, files and galleries are sound; changes and makes nothing.

    The exit code is 1 when they are not. Files that no row refers to are told of and no fault: they
    are set aside while Mien runs, and removed a week later. What other accounts of this machine can
    reach is told with the command that ends it, and no fault either.
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
                f"{found.schema}, needed is {found.schema_needed}; run `mien db upgrade`"
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
                    f"{each.faces} face(s) of {each.pack}, {_state(each.comparable)}"
                    + (f", {each.wrong_vectors} vector(s) wrong" if each.wrong_vectors else ""),
                )
                for each in found.galleries
            ),
        ]
        print_table(["what", "found"], rows)
        tell_exposed(settings.home)
        print_note("Sound." if found.sound else "Not sound.")
    context.exit(ExitCode.OK if found.sound else ExitCode.FAILED)


@db.command()
@click.argument("file", type=click.Path(dir_okay=False, path_type=Path))
@json_option
@click.pass_context
def backup(context: click.Context, *, file: Path, as_json: bool) -> None:
    """Write database and stored files into one .tar.gz, also while Mien serves.

    The copy is of one moment; `mien db restore` brings it back. For SQLite; PostgreSQL has
    pg_dump.
    """
    with opened(load_settings()) as runtime:
        from mien.maintenance.backup import back_up

        if runtime.database.dialect == "sqlite":
            require_database(runtime)
        done = back_up(runtime.call(OPERATOR), target=file)
    if as_json:
        print_json(done)
    else:
        print_note(f"Wrote {done.path}: the database and {done.files} file(s).")
        for name in done.missing:
            print_note(f"{name}: its row is there, the file is not")
    context.exit(ExitCode.SOME_FAILED if done.missing else ExitCode.OK)


@db.command()
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--force", is_flag=True, help="Replace the database and the files that are there.")
@click.option(
    "--erasures",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="A list of what was erased since: the file `erasures` of the home before.",
)
@json_option
@click.pass_context
def restore(
    context: click.Context, *, file: Path, force: bool, erasures: Path | None, as_json: bool
) -> None:
    """Bring back what `mien db backup` wrote, on this machine or another.

    Stop Mien first. Everything is looked at before anything is replaced. Whoever was deleted since
    the backup was made does not come back: the home remembers their ids. The exit code is 3 when
    files that rows speak of are not in the backup.
    """
    settings = load_settings()
    if settings.database_url:
        raise InvalidInput("backup_of_sqlite_only", field="MIEN_DATABASE_URL")
    from mien.maintenance.restore import restore as bring_back
    from mien.storage.migrate import head_revision

    done = bring_back(settings.home.absolute(), source=file, force=force, erasures=erasures)
    if as_json:
        print_json(done)
    else:
        print_note(f"Restored {done.home}: {done.faces} face(s), {done.files} file(s).")
        if done.faces_erased or done.people_erased or done.galleries_erased:
            print_note(
                f"Deleted again, because they were deleted after the backup was made: "
                f"{done.people_erased} person(s), {done.galleries_erased} whole gallery(ies), "
                f"{done.faces_erased} face(s)."
            )
        if not done.erasures_known:
            print_note(
                "Who was deleted after the backup was made is not known here, so they are in it "
                "again. Take the file `erasures` from the home before, and run "
                "`mien db reapply-erasures FILE`."
            )
        for name in done.missing:
            print_note(f"{name}: its row is there, the file is not")
        if done.schema != head_revision():
            print_note("The backup comes from an older version: run `mien db upgrade`.")
    context.exit(ExitCode.SOME_FAILED if done.missing else ExitCode.OK)


@db.command("reapply-erasures")
@click.argument("files", nargs=-1, type=click.Path(exists=True, dir_okay=False, path_type=Path))
@json_option
def reapply_erasures(*, files: tuple[Path, ...], as_json: bool) -> None:
    """Delete again whoever came back with a backup, though they had been deleted.

    By the list in the home, and by further ones: the file `erasures` of the home before, or of
    other nodes. A server does it by itself, by its own list, before it serves.
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
        f"{done.listed} on the list. Deleted again: {done.people} person(s), {done.galleries} "
        f"whole gallery(ies), {done.faces} face(s), {done.photos} photo(s), {done.files} file(s)."
    )


@db.command()
@json_option
def adopt(*, as_json: bool) -> None:
    """Bind the database and the stored files that are here to each other.

    For two that belong together and do not say so, such as a dump and a copy of the files that
    were restored, or where the files are lost and the database is to go on without them. Refuses
    files of which the database knows none.
    """
    with opened(load_settings()) as runtime:
        from mien.maintenance.adopt import adopt as bind_both

        require_database(runtime)
        done = bind_both(runtime.call(OPERATOR))
    if as_json:
        print_json(done)
        return
    print_note(
        f"{runtime.services.files.root} belongs to {runtime.database.place} now: {done.files} "
        f"stored file(s)."
    )
    if done.missing:
        print_note(f"{done.missing} file(s) are missing; `mien db check` names them.")
    if done.strays:
        print_note(
            f"The database does not know {done.strays} other file(s). While Mien runs they are set "
            f"aside, and removed after a week."
        )


@db.command("begin-anew")
@yes_option
@json_option
def begin_anew(*, yes: bool, as_json: bool) -> None:
    """Go on without the files that are here, where their database is lost.

    Sets the stored files aside, into a folder of which nothing is ever removed, makes an empty
    database where there is none, and binds the two. Refuses where the database knows of the files.
    """
    settings = load_settings()
    make_home(settings)
    with opened(settings) as runtime:
        from mien.maintenance.begin_anew import begin_anew as start_over
        from mien.storage.migrate import current_revision
        from mien.storage.migrate import require_current
        from mien.storage.migrate import upgrade

        place, folder = runtime.database.place, runtime.services.files.root
        make_sure(f"Set the files in {folder} aside and go on with {place}?", yes=yes)
        made = current_revision(runtime.database) is None
        if made:
            upgrade(runtime.database)
        require_current(runtime.database)
        done = start_over(runtime.call(OPERATOR))
    if as_json:
        print_json({"folder": done.folder, "files": done.files, "database_made": made})
        return
    if made:
        print_note(f"A new database was made: {place}")
    if done.folder is None:
        print_note(f"There were no files in {folder}.")
    else:
        print_note(
            f"{done.files} file(s) are in {done.folder} now. Mien never removes them: do so when "
            f"you are sure that nobody needs them."
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
    return "searched with the pack in use" if comparable else "NOT of the pack in use"
