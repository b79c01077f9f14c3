"""`mien index`: what galleries are searched with, beside the database."""

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
from mien.options import INDEX_FOLDER
from mien.words.sentences import counted

_gallery = click.option("--gallery", metavar="NAME", help="Only this gallery; otherwise all.")


@click.group()
def index() -> None:
    """Indexes: what galleries are searched with. Show, check, rebuild."""


@index.command()
@_gallery
@json_option
def show(*, gallery: str | None, as_json: bool) -> None:
    """Show which galleries have an index that is kept.

    The others have one in the memory of each process, which reads it from the database.
    """
    settings = load_settings()
    with opened(settings) as runtime:
        from mien.gallery.index_upkeep import show_indexes

        require_database(runtime)
        found = show_indexes(runtime.call(OPERATOR), gallery=gallery)
    if as_json:
        print_json({"index": settings.index, "galleries": found})
    else:
        rows = [
            (each.gallery, counted(each.faces, "face"), "kept" if each.is_kept else "in memory")
            for each in found
        ]
        print_table(("gallery", "faces", f"index ({settings.index})"), rows)
    if any(each.cannot_keep for each in found):
        print_note(
            f"The folder {settings.home / INDEX_FOLDER} cannot be written to. Large galleries are "
            "searched in the memory of each process, and deleted faces in its files stay there. "
            "Give the folder to the account that runs Mien, or remove it."
        )


@index.command()
@_gallery
@click.option("--mend", is_flag=True, help="Rebuild indexes that do not match the database.")
@json_option
@click.pass_context
def check(context: click.Context, *, gallery: str | None, mend: bool, as_json: bool) -> None:
    """Compare kept indexes with the database, face by face.

    The exit code is 1 if one does not match and was not rebuilt.
    """
    with opened(load_settings()) as runtime:
        from mien.gallery.index_upkeep import check_indexes

        require_database(runtime)
        found = check_indexes(runtime.call(OPERATOR), gallery=gallery, mend=mend)
    if as_json:
        print_json({"agrees": all(each.agrees for each in found), "galleries": found})
    else:
        for each in found:
            if not each.is_kept and not each.rebuilt:
                print_note(f"{each.gallery}: nothing is kept, so there is nothing to check.")
            elif each.rebuilt:
                print_note(f"{each.gallery}: did not match the database and was rebuilt.")
            elif each.agrees:
                print_note(f"{each.gallery}: matches the database ({counted(each.faces, 'face')}).")
            else:
                print_note(
                    f"{each.gallery}: {counted(each.missing or 0, 'face')} missing, "
                    f"{each.surplus or 0:,} too many. Run `mien index check --mend`."
                )
    if not all(each.agrees for each in found):
        context.exit(ExitCode.FAILED)


@index.command()
@_gallery
@json_option
def rebuild(*, gallery: str | None, as_json: bool) -> None:
    """Delete indexes and build them again from the database.

    Safe at any time, even while Mien is serving.
    """
    with opened(load_settings()) as runtime:
        from mien.gallery.index_upkeep import rebuild_indexes

        require_database(runtime)
        found = rebuild_indexes(runtime.call(OPERATOR), gallery=gallery)
    if as_json:
        print_json({"galleries": found})
    else:
        for each in found:
            print_note(f"{each.gallery}: rebuilt with {counted(each.faces, 'face')}.")
