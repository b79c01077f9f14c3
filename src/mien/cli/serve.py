"""`mien serve`: several processes, for machines that serve others."""

from typing import TYPE_CHECKING

import click

from mien.cli.options import verbose_option
from mien.cli.runtime import load_settings
from mien.cli.terminal.output import print_note

if TYPE_CHECKING:
    from mien.sizing import Plan


@click.command()
@click.option(
    "--bind",
    "-b",
    multiple=True,
    metavar="ADDRESS",
    help="HOST:PORT or unix:/PATH; may be given several times. Else MIEN_BIND.",
)
@click.option("--workers", "-w", type=click.IntRange(1, 256), help="Processes; else MIEN_WORKERS.")
@click.option(
    "--threads",
    type=click.IntRange(1, 256),
    help="Requests that each process answers at the same time; else MIEN_WORKER_THREADS.",
)
@verbose_option
def serve(
    *, bind: tuple[str, ...], workers: int | None, threads: int | None, verbose: bool
) -> None:
    """Serve Mien to others, with several processes.

    Chooses processes and threads from cores, memory and model, and says why. Changes nothing by
    itself: the database is upgraded with `mien db upgrade`, models are fetched with
    `mien models pull`.

    SIGTERM answers what is being asked and ends. SIGHUP takes new processes of the version that
    is installed then, if that can start; those of before go when the new ones answer. Options of
    Gunicorn may be given in GUNICORN_CMD_ARGS.
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
    """Say with how many processes and threads, and why."""
    inference = plan.inference_threads * plan.inference_concurrency
    print_note(
        f"{plan.workers} worker(s) with {plan.threads} threads each, "
        f"of which inference takes {inference} core(s): {plan.reason}."
    )
