"""Which pack is in use, and what runs it."""

from typing import Any

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
from mien.cli.terminal.output import print_note
from mien.cli.terminal.progress import shown_progress
from mien.cli.terminal.prompts import yes_option
from mien.errors import ModelFileMissing


@click.command()
@click.argument("name")
@click.option(
    "--embed-again",
    is_flag=True,
    help="Compute the embeddings of all stored faces anew from their stored photos.",
)
@click.option(
    "--delete-missing",
    is_flag=True,
    help="With --embed-again: delete faces that cannot be embedded again, because their photo is "
    "not stored, missing or damaged, or the pack finds no face in it.",
)
@click.option(
    "--in-background",
    is_flag=True,
    help="With --embed-again: let a worker do it as a job. `mien jobs show` tells how far it is.",
)
@yes_option
@json_option
def use(
    *,
    name: str,
    embed_again: bool,
    delete_missing: bool,
    in_background: bool,
    yes: bool,
    as_json: bool,
) -> None:
    """Change the pack in use. `mien serve` and `mien run` take it up by themselves within seconds.

    Vectors of two networks cannot be compared. While galleries hold faces of another network, the
    pack is changed only with --embed-again: every stored photo is looked at with the new pack while
    servers go on with the former one, and then all galleries change at once. This takes about as
    long as adding the photos did. If it is interrupted, run it again; no photo is looked at twice.
    Galleries whose photos are not stored stay with their pack and cannot be searched until you go
    back; you are asked before. Held photos, faces of unknown people, the numbers of the last
    searches, and thresholds that were set by hand are deleted. The exit code is 1 if faces are in
    the way.
    """
    from mien.cli.models.embedding_again import embed_galleries
    from mien.cli.models.embedding_again import leave_to_worker
    from mien.cli.models.embedding_again import tell_change
    from mien.cli.models.embedding_again import told_change
    from mien.gallery.pack_in_use import use_pack
    from mien.serving.startup import make_home
    from mien.storage import migrate
    from mien.storage.binding import bring_up

    if not embed_again and (delete_missing or in_background or yes):
        raise click.UsageError("--delete-missing, --in-background and --yes are for --embed-again.")
    settings = load_settings()
    make_home(settings)
    done = None
    left: tuple[str, ...] = ()
    with opened(settings) as runtime:
        if not has_database(settings):
            bring_up(runtime.database, runtime.services.files)
        migrate.require_current(runtime.database)
        if embed_again:
            with shown_progress() as progress:
                manifest = runtime.services.packs.install(name, progress=progress).manifest
            # Before all photos are looked at, so that they are with the quicker library.
            have_measured(runtime, manifest)
            if in_background:
                leave_to_worker(
                    runtime, manifest, delete_missing=delete_missing, yes=yes, as_json=as_json
                )
                return
            done = embed_galleries(runtime, manifest, delete_missing=delete_missing, yes=yes)
        else:
            with shown_progress() as progress:
                used = use_pack(runtime.call(OPERATOR), name=name, progress=progress)
            manifest, left = used.manifest, used.left
            have_measured(runtime, manifest)
    if as_json:
        told: dict[str, Any] = {"name": manifest.name, "contract_id": manifest.contract_id}
        told |= {"left": left} if left else {}
        print_json(told if done is None else {**told, "embedded_again": told_change(done)})
        return
    tell_choice(manifest, ())
    if left:
        print_note(
            f"These galleries hold faces of another model and cannot be searched: {', '.join(left)}. "
            f"To change that, run `mien models use {manifest.name} --embed-again`."
        )
    if done is not None:
        tell_change(done, manifest)


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
