"""`mien serve`: several processes, for machines that serve others."""

from typing import TYPE_CHECKING

import click

from mien.cli.options import verbose_option
from mien.cli.runtime import load_settings
from mien.cli.terminal.output import print_note
from mien.words.sentences import counted

if TYPE_CHECKING:
    from mien.sizing import Plan


@click.command()
@click.option(
    "--bind",
    "-b",
    multiple=True,
    metavar="ADDRESS",
    help="HOST:PORT or unix:/PATH; can be repeated. Default: MIEN_BIND.",
)
@click.option(
    "--workers",
    "-w",
    type=click.IntRange(1, 256),
    help="Number of processes. Default: MIEN_WORKERS.",
)
@click.option(
    "--threads",
    type=click.IntRange(1, 256),
    help="Requests each process answers at once. Default: MIEN_WORKER_THREADS.",
)
@verbose_option
def serve(
    *, bind: tuple[str, ...], workers: int | None, threads: int | None, verbose: bool
) -> None:
    """Serve Mien to other people, with several processes.

    Chooses the number of processes and threads to suit the cores, the memory and the model, and
    says why. Changes nothing else: upgrade the database with `mien db upgrade` and fetch models
    with `mien models pull`.

    SIGTERM finishes the requests in progress, then stops. SIGHUP starts new processes of the
    version that is now installed, if it can start; the old ones stop when the new ones answer. Set
    Gunicorn's own options in GUNICORN_CMD_ARGS.
    """
    settings = load_settings(serving=True, verbose=verbose)

    from mien.cli.terminal.announce import tell_exposed
    from mien.cli.terminal.announce import tell_serving
    from mien.serving.metrics_slots import MetricsSlots
    from mien.serving.pool import Pool
    from mien.serving.pool import check_surroundings
    from mien.serving.pool import rehearse
    from mien.serving.renewal import begin_rehearsal
    from mien.serving.renewal import end_rehearsal
    from mien.serving.renewal import is_rehearsal
    from mien.serving.renewal import is_renewed
    from mien.serving.workers import Workers
    from mien.sizing import this_machine

    if is_rehearsal():
        begin_rehearsal()
    token, need = check_surroundings(settings, with_link=not (is_rehearsal() or is_renewed()))
    pool = Pool(settings, tell=lambda addresses: tell_serving(addresses, token))
    slots = MetricsSlots()
    server = Workers(
        settings,
        {"bind": list(bind) or None, "workers": workers, "threads": threads},
        machine=this_machine(),
        need=need,
        load=pool.load,
        hooks={"when_ready": pool.tell, "worker_exit": pool.close, **slots.hooks()},
        slots=slots,
    )
    if is_rehearsal():
        rehearse(settings)
        end_rehearsal()
        return
    tell_exposed(settings.home)
    tell_plan(server.plan)
    with slots:
        server.run()


def tell_plan(plan: "Plan") -> None:
    """Tell how many processes and threads are used, and why."""
    inference = plan.inference_threads * plan.inference_concurrency
    print_note(
        f"{counted(plan.workers, 'worker')} with {counted(plan.threads, 'thread')} each; "
        f"inference in each uses {counted(inference, 'core')} ({plan.reason})."
    )
