"""`mien tidy`: remove what has had its time."""

import click

from mien.access.actor import OPERATOR
from mien.cli.runtime import load_settings
from mien.cli.runtime import opened
from mien.cli.runtime import require_database
from mien.cli.terminal.output import json_option
from mien.cli.terminal.output import print_json
from mien.cli.terminal.output import print_note


@click.command()
@json_option
def tidy(*, as_json: bool) -> None:
    """Remove what has had its time: held photos, ended sign-ins, files of broken-off changes.

    Files that no row refers to are set aside for a week first. Safe at any moment, also while Mien
    serves; to be run now and then by a timer.
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
            f"Removed {done.probes} held photo(s) and {done.sign_ins} sign-in(s); set "
            f"{done.files} stray file(s) aside, removed {done.emptied} for good."
        )
        if done.erasures:
            print_note(f"Finished {done.erasures} erasure(s) that could not be finished at once.")
