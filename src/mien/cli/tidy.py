"""`mien tidy`: remove what has had its time."""

import click

from mien.access.actor import OPERATOR
from mien.cli.runtime import load_settings
from mien.cli.runtime import opened
from mien.cli.terminal.output import json_option
from mien.cli.terminal.output import print_json
from mien.cli.terminal.output import print_note


@click.command()
@json_option
def tidy(*, as_json: bool) -> None:
    """Remove what has had its time: held photos, ended sign-ins, files of broken-off changes.

    Safe at any moment, also while Mien serves; to be run now and then by a timer.
    """
    with opened(load_settings()) as runtime:
        from mien.maintenance.cleanup import tidy as sweep
        from mien.storage.migrate import require_current

        require_current(runtime.database)
        done = sweep(runtime.call(OPERATOR))
    if as_json:
        print_json(done)
    else:
        print_note(
            f"Removed {done.probes} held photo(s), {done.sign_ins} sign-in(s) and "
            f"{done.files} stray file(s)."
        )
