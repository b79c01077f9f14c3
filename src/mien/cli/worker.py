"""`mien worker`: does jobs, beside the processes that answer requests."""

import os
import signal
import sys
import threading
from types import FrameType

import click

from mien.cli.options import verbose_option
from mien.cli.runtime import load_settings
from mien.cli.runtime import require_database
from mien.cli.terminal.output import print_note


@click.command()
@verbose_option
def worker(*, verbose: bool) -> None:
    """Do jobs: imports and other long work, beside `mien serve`.

    `mien run` and `mien dev` do jobs themselves and need no worker. Start as many workers as you
    like, on any machine that reaches the database and the photos: each takes one job at a time.

    SIGTERM stops after the file it is at; another worker continues, and so does this one when it is
    started again. When another model pack is put to use, it starts itself anew with it.
    """
    settings = load_settings(serving=True, verbose=verbose)

    from mien.jobs.worker import JobWorker
    from mien.runtime import given_engine
    from mien.runtime import open_runtime
    from mien.serving.pack_watch import PackWatch
    from mien.serving.startup import have_temporary_folder
    from mien.storage.binding import bind
    from mien.storage.migrate import require_current
    from mien.storage.migrate import require_schema

    have_temporary_folder(settings)
    ended = threading.Event()
    anew = threading.Event()

    def end(_signal: int, _frame: FrameType | None) -> None:
        ended.set()

    def renew() -> None:
        anew.set()
        ended.set()

    runtime = open_runtime(settings, engine=given_engine())
    try:
        require_database(runtime)
        require_current(runtime.database)
        bind(runtime.database, runtime.services.files)
        runtime.database.guard(require_schema)
        working = JobWorker(runtime.services, runtime.queue)
        watch = PackWatch(runtime.services, renew)
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, end)
        working.start()
        watch.start()
        print_note("Ready for jobs.")
        ended.wait()
        watch.stop()
        working.stop()
    finally:
        runtime.close()
    if anew.is_set():
        # One process has one engine from its start to its end.
        os.execv(  # noqa: S606 - the very program that runs
            sys.executable, [sys.executable, "-m", "mien", *sys.argv[1:]]
        )
