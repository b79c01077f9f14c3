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
    """The stored photos: show where they are, move them, give a move up."""


@files.command()
@json_option
def show(*, as_json: bool) -> None:
    """Show where photos and crops are stored, how many there are, and whether they can be reached."""
    with opened(load_settings()) as runtime:
        from mien.storage.binding import require_fitting
        from mien.storage.former_places import former_places

        store = runtime.services.files
        require_database(runtime)
        require_fitting(runtime.database, store)
        count, aside, versions = (
            store.count(),
            sum(1 for _ in store.aside()),
            store.keeps_versions(),
        )
        with runtime.database.read() as session:
            former = [each for each in former_places(session) if each != store.place]
    if as_json:
        print_json(
            {
                "place": store.place,
                "files": count,
                "set_aside": aside,
                "keeps_versions": versions,
                "former_places": former,
            }
        )
        return
    print_table(
        ("what", "found"),
        [
            ("place", store.place),
            ("files", f"{count:,}"),
            ("set aside", f"{aside:,}"),
            ("older versions", _VERSIONS[versions]),
            *(("may hold copies", each) for each in former),
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
    The exit code is 3 if the former place is not known to be empty afterwards: files could not be
    removed, or the store does not tell whether it keeps older versions. Until it is, proofs of
    deletions say that copies may be left there.
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
    former_place = former or _told(settings.files_url)
    if as_json:
        print_json(done)
    else:
        print_note(f"{counted(done.files, 'file')} in {done.place}.")
        if done.missing:
            print_note(f"Missing, as before: {counted(done.missing, 'file')}. See `mien db check`.")
        if done.versions_unknown:
            print_note(
                f"The former place does not tell whether it keeps older versions of "
                "what was removed. Allow s3:GetBucketVersioning, s3:ListBucketVersions and "
                f"s3:DeleteObjectVersion and run the command again with --from {former_place}; or "
                f"delete the versions yourself, then run `mien files forget {former_place} --gone`."
            )
        if done.left or not done.settled:
            print_note(
                f"Left in the former place: {counted(done.left, 'file')}. Run the command again in "
                f"an hour with --from {former_place}."
            )
        if settings.files_url != target_url:
            said = f"MIEN_FILES_URL={target_url}" if target_url else "MIEN_FILES_URL empty"
            print_note(f"Now set {said} on every node, and restart Mien.")
    unsure = done.left or done.versions_unknown or not done.settled
    context.exit(ExitCode.SOME_FAILED if unsure else ExitCode.OK)


@files.command()
@click.argument("place")
@click.option("--gone", is_flag=True, help="You have deleted everything in PLACE yourself.")
@yes_option
@json_option
@click.pass_context
def forget(context: click.Context, *, place: str, gone: bool, yes: bool, as_json: bool) -> None:
    """Give up a move to PLACE: delete the copies made there, and forget the place.

    While a place may hold copies of photos, proofs of deletions say so; `mien files show` lists such
    places. With --gone nothing is deleted, for a place that you have emptied yourself. The exit code
    is 3 if something is left in PLACE.
    """
    settings = load_settings()
    with opened(settings) as runtime:
        from contextlib import closing

        from mien.maintenance.forget_place import forget_place
        from mien.runtime import build_files

        require_database(runtime)
        with closing(build_files(settings, _address(place))) as store:
            make_sure(
                f"Forget {store.place}?"
                if gone
                else f"Delete all copies of photos in {store.place}?",
                yes=yes,
            )
            done = forget_place(runtime.call(OPERATOR), store=store, gone=gone)
    if as_json:
        print_json(done)
    elif done.forgotten:
        print_note(f"{done.place} holds no photos any more.")
    else:
        if done.left:
            print_note(f"Left in {done.place}: {counted(done.left, 'file')}. Try again later.")
        if done.versions_unknown:
            print_note(
                f"{done.place} does not tell whether it keeps older versions. Delete them yourself, "
                "then run the command again with --gone."
            )
    context.exit(ExitCode.OK if done.forgotten else ExitCode.SOME_FAILED)


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
