"""`mien tidy`: delete what has expired."""

import click

from mien.access.actor import OPERATOR
from mien.cli.runtime import load_settings
from mien.cli.runtime import opened
from mien.cli.runtime import require_database
from mien.cli.terminal.output import json_option
from mien.cli.terminal.output import print_json
from mien.cli.terminal.output import print_note
from mien.words.sentences import counted


@click.command()
@json_option
def tidy(*, as_json: bool) -> None:
    """Delete what has expired: uploaded photos, old sign-ins, leftover files.

    Stored files that no row refers to are set aside for a week first. Safe to run at any time, even
    while Mien is serving; run it regularly from a timer.
    """
    settings = load_settings()
    with opened(settings) as runtime:
        from mien.maintenance.cleanup import clean_up
        from mien.maintenance.rounds import note_round
        from mien.storage.migrate import require_current

        require_database(runtime)
        require_current(runtime.database)
        done = clean_up(runtime.call(OPERATOR))
        note_round(settings.home)
    if as_json:
        print_json(done)
    else:
        print_note(
            f"Deleted {counted(done.probes, 'uploaded photo')}, "
            f"{counted(done.unknown_faces, 'unknown face')} and "
            f"{counted(done.sign_ins, 'old sign-in')}. Stray files: {done.files:,} set aside, "
            f"{done.emptied:,} deleted."
        )
        if done.erasures:
            print_note(
                f"Finished {counted(done.erasures, 'deletion')} that could not be completed before."
            )
