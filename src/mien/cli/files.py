"""`mien files`: where photos and crops are stored."""

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
from mien.cli.terminal.progress import shown_progress
from mien.cli.terminal.prompts import make_sure
from mien.cli.terminal.prompts import yes_option
from mien.errors import InvalidInput
from mien.words.sentences import counted

_FOLDER = "folder"
_VERSIONS = {
    True: "kept, and deleted with the file",
    False: "not kept",
    None: "not told by the store",
}


@click.group()
def files() -> None:
    """The stored photos: show where they are, move them."""


@files.command()
@json_option
def show(*, as_json: bool) -> None:
    """Show where photos and crops are stored, how many there are, and whether they can be reached."""
    with opened(load_settings()) as runtime:
        from mien.storage.binding import require_fitting

        store = runtime.services.files
        require_database(runtime)
        require_fitting(runtime.database, store)
        count, aside, versions = (
            store.count(),
            sum(1 for _ in store.aside()),
            store.keeps_versions(),
        )
    if as_json:
        print_json(
            {"place": store.place, "files": count, "set_aside": aside, "keeps_versions": versions}
        )
        return
    print_table(
        ("what", "found"),
        [
            ("place", store.place),
            ("files", f"{count:,}"),
            ("set aside", f"{aside:,}"),
            ("older versions", _VERSIONS[versions]),
        ],
    )


@files.command()
@click.argument("place")
@click.option(
    "--from",
    "former",
    metavar="PLACE",
    help="Where the files are; otherwise where MIEN_FILES_URL says.",
)
@yes_option
@json_option
@click.pass_context
def move(
    context: click.Context, *, place: str, former: str | None, yes: bool, as_json: bool
) -> None:
    """Move all stored photos to PLACE: s3://bucket/prefix, or `folder` for the one in MIEN_HOME.

    Every copy is read back and compared; then the former place is emptied. Mien can keep running
    while the files are copied. From the end of that until you restart it with MIEN_FILES_URL set to
    PLACE, no photo can be stored, and none is shown. If the command is interrupted, run it again.
    The exit code is 3 if files could not be removed from the former place.
    """
    settings = load_settings()
    with opened(settings) as runtime:
        from contextlib import closing

        from mien.maintenance.move_files import move_files
        from mien.runtime import build_files

        require_database(runtime)
        target_url = _address(place)
        with (
            closing(build_files(settings, target_url)) as target,
            closing(
                build_files(settings, settings.files_url if former is None else _address(former))
            ) as source,
        ):
            make_sure(f"Move all photos from {source.place} to {target.place}?", yes=yes)
            with shown_progress() as progress:
                done = move_files(
                    runtime.call(OPERATOR), source=source, target=target, progress=progress
                )
    if as_json:
        print_json(done)
    else:
        print_note(f"{counted(done.files, 'file')} in {done.place}.")
        if done.missing:
            print_note(f"Missing, as before: {counted(done.missing, 'file')}. See `mien db check`.")
        if done.left or not done.settled:
            print_note(
                f"Left in the former place: {counted(done.left, 'file')}. Run the command again in "
                f"an hour with --from {former or _told(settings.files_url)}."
            )
        if settings.files_url != target_url:
            said = f"MIEN_FILES_URL={target_url}" if target_url else "MIEN_FILES_URL empty"
            print_note(f"Now set {said} on every node, and restart Mien.")
    context.exit(ExitCode.SOME_FAILED if done.left or not done.settled else ExitCode.OK)


def _address(place: str) -> str:
    """An address as the setting has it; empty for the folder."""
    from mien.storage.bucket_client import parse_url

    if place == _FOLDER:
        return ""
    try:
        parse_url(place)
    except ValueError as error:
        raise InvalidInput("place", words={"place": place}, field="PLACE") from error
    return place


def _told(url: str) -> str:
    return url or _FOLDER
