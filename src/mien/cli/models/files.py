"""The files of packs: fetched, saved for another machine, checked."""

from collections import Counter
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

import click

from mien.cli.models.choice import choose_pack
from mien.cli.models.state import have_measured
from mien.cli.models.state import pack_in_use
from mien.cli.runtime import has_database
from mien.cli.runtime import load_settings
from mien.cli.runtime import opened
from mien.cli.terminal.announce import tell_choice
from mien.cli.terminal.output import ExitCode
from mien.cli.terminal.output import json_option
from mien.cli.terminal.output import print_json
from mien.cli.terminal.output import print_note
from mien.cli.terminal.output import print_table
from mien.cli.terminal.progress import shown_progress
from mien.errors import ModelFileMissing
from mien.errors import StorageError
from mien.packs.choose import PassedOver
from mien.packs.manifest import Manifest
from mien.settings import Settings

if TYPE_CHECKING:
    from mien.packs.catalog import Catalog


@click.command()
@click.argument("name", required=False)
@click.option(
    "--from",
    "folder",
    type=click.Path(exists=True, file_okay=False, path_type=Path),
    metavar="FOLDER",
    help="Copy the files from this folder instead of downloading them. Default: MIEN_MODELS_FROM.",
)
@json_option
def pull(*, name: str | None, folder: Path | None, as_json: bool) -> None:
    """Fetch the files of a pack: the one named, the one in use, or the first available.

    In a folder, files are found by their checksum, whatever their names, also in subfolders. If one
    is missing nothing is copied, and the message says where to get it.
    """
    from mien.gallery.pack_in_use import current_pack

    settings = load_settings(models_from=folder)
    name = name or pack_in_use(settings)
    chosen: tuple[PassedOver, ...] | None = None
    with opened(settings) as runtime, shown_progress() as progress:
        if name is None:
            manifest, chosen = choose_pack(runtime, settings, progress)
            name = manifest.name
        installed = runtime.services.packs.install(name, progress=progress)
        if has_database(settings):
            with suppress(StorageError):
                if name == current_pack(runtime.database):
                    have_measured(runtime, installed.manifest)
    if as_json:
        paths = {file: str(path) for file, path in installed.paths.items()}
        print_json({"name": name, "paths": paths, "passed_over": chosen or ()})
        return
    if chosen is not None:
        tell_choice(installed.manifest, chosen)
    print_note(f'Model pack "{name}" is ready in {settings.models_dir}.')


@click.command()
@click.argument("folder", type=click.Path(file_okay=False, path_type=Path))
@click.argument("names", metavar="[NAME]...", nargs=-1)
@json_option
def pack(*, folder: Path, names: tuple[str, ...], as_json: bool) -> None:
    """Save the files of packs to a folder, for a machine without a network.

    Saves the packs that you name, or the one in use; missing files are fetched first. The folder
    also has the licences, the notices and a README.txt that explains how to use it.
    """
    from mien.packs.carry import write_folder
    from mien.packs.catalog import load_catalog
    from mien.packs.catalog import own_files

    settings = load_settings()
    catalog = load_catalog(settings.models_dir)
    chosen = names or [name for name in [pack_in_use(settings)] if name is not None]
    if not chosen:
        raise ModelFileMissing("no_pack")
    manifests = [catalog.find(name) for name in dict.fromkeys(chosen)]
    with opened(settings) as runtime, shown_progress() as progress:
        for manifest in manifests:
            runtime.services.packs.fetch(manifest, progress=progress)
    own = [
        path
        for manifest in manifests
        for path in own_files(manifest.name, models_dir=settings.models_dir)
    ]
    written = write_folder(manifests, folder, models_dir=settings.models_dir, own=own)
    if as_json:
        print_json({"packs": [each.name for each in manifests], "files": written})
        return
    said = ", ".join(each.name for each in manifests)
    print_note(f"Saved {said} in {folder}. The README.txt there explains how to use it.")


@click.command()
@click.argument("name", required=False)
@click.option("--repair", is_flag=True, help="Fetch damaged and missing files again.")
@json_option
def verify(*, name: str | None, repair: bool, as_json: bool) -> None:
    """Check the files of a pack against their checksums.

    Without a name, checks the pack in use and every other pack that is installed, even partly. The
    exit code is 1 if a file is damaged or missing.
    """
    from mien.packs.catalog import load_catalog
    from mien.packs.verify import remove_damaged
    from mien.packs.verify import verify as check

    settings = load_settings()
    catalog = load_catalog(settings.models_dir)
    manifests = [catalog.find(name)] if name is not None else _here(catalog, settings)
    results = {each.name: check(each, models_dir=settings.models_dir) for each in manifests}
    if repair:
        for manifest in manifests:
            if any(file.state != "good" for file in results[manifest.name]):
                remove_damaged(results[manifest.name])
                _fetch(settings, manifest.name)
                results[manifest.name] = check(manifest, models_dir=settings.models_dir)
    if as_json:
        print_json({"packs": results})
    else:
        print_table(
            ("Pack", "File", "State", "Path"),
            (
                (pack, file.file, file.state, file.path)
                for pack, files in results.items()
                for file in files
            ),
            empty="No packs are installed yet. Fetch one with `mien models pull`.",
            names=["File", "Path"],
            lesser=["Path"],
        )
    if any(file.state != "good" for files in results.values() for file in files):
        if not as_json:
            print_note("Run it again with --repair to fetch the damaged or missing files.")
        click.get_current_context().exit(ExitCode.FAILED)


def _fetch(settings: Settings, name: str) -> None:
    with opened(settings) as runtime, shown_progress() as progress:
        runtime.services.packs.install(name, progress=progress)


def _here(catalog: "Catalog", settings: Settings) -> list[Manifest]:
    """The packs that are installed at least partly, and the one in use in any case."""
    from mien.packs.install import is_begun
    from mien.packs.install import is_installed

    models_dir = settings.models_dir
    # Before the first start, the one that is going to be in use, if one is named.
    used = pack_in_use(settings) or settings.pack
    every = [entry.manifest for entry in catalog.entries.values()]
    count = Counter(file.sha256 for each in every for file in each.files)
    shared = {digest for digest, packs in count.items() if packs > 1}
    return [
        each
        for each in every
        if each.name == used
        or is_installed(each, models_dir=models_dir)
        or is_begun(each, models_dir=models_dir, shared=shared)
    ]
