"""Which pack is in use, and what runs it."""

import click

from mien.access.actor import OPERATOR
from mien.cli.models.state import have_measured
from mien.cli.models.state import print_runtimes
from mien.cli.models.state import told_runtimes
from mien.cli.runtime import has_database
from mien.cli.runtime import load_settings
from mien.cli.runtime import opened
from mien.cli.terminal.announce import tell_choice
from mien.cli.terminal.output import json_option
from mien.cli.terminal.output import print_json
from mien.cli.terminal.progress import shown_progress
from mien.errors import ModelFileMissing


@click.command()
@click.argument("name")
@json_option
def use(*, name: str, as_json: bool) -> None:
    """Change the pack in use. Running servers switch to it when they are restarted.

    Not possible while galleries hold faces of another network: vectors of two networks cannot be
    compared.
    """
    from mien.gallery.pack_in_use import use_pack
    from mien.serving.startup import make_home
    from mien.storage import migrate
    from mien.storage.binding import bring_up

    settings = load_settings()
    make_home(settings)
    with opened(settings) as runtime:
        if not has_database(settings):
            bring_up(runtime.database, runtime.services.files)
        migrate.require_current(runtime.database)
        with shown_progress() as progress:
            used = use_pack(runtime.call(OPERATOR), name=name, progress=progress)
        have_measured(runtime, used.manifest)
    if as_json:
        print_json({"name": used.manifest.name, "contract_id": used.manifest.contract_id})
        return
    tell_choice(used.manifest, ())


@click.command()
@json_option
def measure(*, as_json: bool) -> None:
    """Measure which library runs the networks of the pack in use faster on this machine.

    The first start of a server does it once. Measure again if the machine was busy at that time;
    servers use the result from their next start. Takes a few seconds. With MIEN_INFERENCE_RUNTIME
    you can set the library yourself.
    """
    from mien.gallery.pack_in_use import current_pack
    from mien.gallery.runtimes_in_use import measure_runtimes
    from mien.storage import migrate
    from mien.vision.sessions import usual_threads

    settings = load_settings()
    with opened(settings) as runtime:
        migrate.require_current(runtime.database)
        name = current_pack(runtime.database)
        if name is None:
            raise ModelFileMissing("no_pack")
        with shown_progress() as progress:
            manifest = runtime.services.packs.install(name, progress=progress).manifest
        found = measure_runtimes(
            runtime.call(OPERATOR),
            manifest=manifest,
            threads=settings.inference_threads or usual_threads(),
        )
    told = told_runtimes(found)
    if as_json:
        print_json({"name": name, "runtimes": told})
        return
    print_runtimes(told)
