"""`mien db`: the database and the stored files."""

from pathlib import Path

import click

from mien.access.actor import OPERATOR
from mien.cli.runtime import load_settings
from mien.cli.runtime import opened
from mien.cli.terminal.output import ExitCode
from mien.cli.terminal.output import json_option
from mien.cli.terminal.output import print_json
from mien.cli.terminal.output import print_note
from mien.cli.terminal.output import print_table
from mien.errors import InvalidInput
from mien.serving.startup import make_home


@click.group()
def db() -> None:
    """The database and the stored files: upgrade, check, back up, restore."""


@db.command()
@json_option
def upgrade(*, as_json: bool) -> None:
    """Bring the database to the schema that this version needs; makes it when there is none."""
    settings = load_settings()
    make_home(settings)
    with opened(settings) as runtime:
        from mien.storage import migrate

        before = migrate.current_revision(runtime.database)
        migrate.upgrade(runtime.database)
        after = migrate.current_revision(runtime.database)
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
    """Look whether rows, files and galleries are sound.

    The exit code is 1 when they are not. Files that no row speaks of are told of and no fault;
    they are swept up while Mien runs.
    """
    settings = load_settings()
    make_home(settings)
    with opened(settings) as runtime:
        from mien.maintenance.integrity import check as look

        found = look(runtime.call(OPERATOR))
    if as_json:
        print_json({"sound": found.sound, **_facts(found)})
    else:
        outdated = found.schema != found.schema_needed
        rows = [
            (
                "schema",
                f"{found.schema or 'none'}, needed is {found.schema_needed}; run `mien db upgrade`"
                if outdated
                else f"{found.schema}, up to date",
            ),
            *(("damage", each) for each in found.damage),
            *(("missing file", each) for each in found.missing_files),
            ("stray files", str(found.stray_files)),
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
    settings = load_settings()
    make_home(settings)
    with opened(settings) as runtime:
        from mien.maintenance.backup import back_up

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
@json_option
@click.pass_context
def restore(context: click.Context, *, file: Path, force: bool, as_json: bool) -> None:
    """Bring back what `mien db backup` wrote, on this machine or another.

    Stop Mien first. Everything is looked at before anything is replaced. People who were
    forgotten since the backup are in it again; forget them again. The exit code is 3 when files
    that rows speak of are not in the backup.
    """
    settings = load_settings()
    if settings.database_url:
        raise InvalidInput("backup_of_sqlite_only", field="MIEN_DATABASE_URL")
    from mien.maintenance.restore import restore as bring_back
    from mien.storage.migrate import head_revision

    done = bring_back(settings.home.absolute(), source=file, force=force)
    if as_json:
        print_json(done)
    else:
        print_note(f"Restored {done.home}: {done.faces} face(s), {done.files} file(s).")
        for name in done.missing:
            print_note(f"{name}: its row is there, the file is not")
        if done.schema != head_revision():
            print_note("The backup comes from an older version: run `mien db upgrade`.")
    context.exit(ExitCode.SOME_FAILED if done.missing else ExitCode.OK)


def _facts(found: object) -> dict[str, object]:
    import dataclasses

    return dataclasses.asdict(found)  # type: ignore[call-overload,no-any-return]  # a dataclass


def _state(comparable: bool | None) -> str:
    if comparable is None:
        return "no model pack chosen yet"
    return "searched with the pack in use" if comparable else "NOT of the pack in use"
