"""`mien models`: which model packs exist, which are installed, and which is in use."""

from collections import Counter
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING
from typing import Any

import click

from mien.access.actor import OPERATOR
from mien.cli.nouns import NounGroup
from mien.cli.runtime import has_database
from mien.cli.runtime import load_settings
from mien.cli.runtime import opened
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
from mien.progress import OnProgress
from mien.settings import Settings
from mien.words import say

if TYPE_CHECKING:
    from mien.packs.catalog import Catalog
    from mien.runtime import Runtime
    from mien.vision.runtimes import MeasuredRuntimes


@click.group(cls=NounGroup)
def models() -> None:
    """Model packs: the networks that find and recognise faces.

    A pack is a manifest: which files to fetch, from where, under which licence, and how to use
    them. To add your own, put TOML files into the folder `packs` in MIEN_MODELS_DIR.
    """


@models.command("list")
@json_option
def list_(*, as_json: bool) -> None:
    """List the packs, best first."""
    from mien.packs.catalog import load_catalog

    settings = load_settings()
    catalog = load_catalog(settings.models_dir)
    used = _pack_in_use(settings)
    packs = [
        {"origin": entry.origin, **_summary(entry.manifest, settings, used)}
        for entry in catalog.entries.values()
    ]
    if as_json:
        broken = [{"path": path, "reason": say.error(why)} for path, why in catalog.broken.items()]
        print_json({"packs": packs, "broken": broken})
        return
    print_table(
        ("Name", "State", "Size", "Licences", "Summary"),
        (
            (
                each["name"],
                _state(each),
                _megabytes(each["size_bytes"]),
                ", ".join(each["licences"]),
                each["summary"],
            )
            for each in packs
        ),
    )
    for path, why in catalog.broken.items():
        print_note(f"Cannot use {path}: {say.error(why)}")


@models.command()
@click.argument("name")
@json_option
def show(*, name: str, as_json: bool) -> None:
    """Show a pack: its files, their licences, authors and sources, and its thresholds."""
    from mien.packs.catalog import find_pack
    from mien.packs.sources import describe

    settings = load_settings()
    manifest = find_pack(name, models_dir=settings.models_dir)
    summary = _summary(manifest, settings, _pack_in_use(settings))
    runtimes = _measured(manifest, settings)
    if as_json:
        print_json({**manifest.model_dump(mode="json"), **summary, "runtimes": runtimes})
        return
    click.echo(f"{manifest.title} ({manifest.name}, version {manifest.version}): {_state(summary)}")
    click.echo(manifest.summary)
    for file in manifest.files:
        click.echo(f"\n{file.name}, {_megabytes(file.size_bytes)}, licence {file.licence}")
        click.echo(f"  made by   {file.origin}")
        if file.notice:
            click.echo(f"  notice    {file.notice}")
        click.echo(f"  SHA-256   {file.sha256}")
        for source in file.sources:
            click.echo(f"  source    {describe(source)}")
    thresholds = manifest.thresholds
    click.echo(f"\ndetector    {manifest.detector.family}")
    if manifest.aligner:
        click.echo(f"aligner     {manifest.aligner.family}")
    models = " and ".join(spec.model for spec in manifest.recognizers)
    click.echo(f"recognizer  {models}, {manifest.dimension} numbers per face")
    _print_runtimes(runtimes)
    click.echo(f"contract    {manifest.contract_id}")
    click.echo(f"identify    from a similarity of {thresholds.identify:g}")
    click.echo(f"verify      from a similarity of {thresholds.verify:g}")
    click.echo(f"measured    {thresholds.measured}")


@models.command()
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
    """Fetch the files of a pack: the one named, the one in use, or the best available.

    In a folder, files are found by their checksum, whatever their names, also in subfolders. If one
    is missing nothing is copied, and the message says where to get it.
    """
    from mien.gallery.pack_in_use import current_pack

    settings = load_settings(models_from=folder)
    name = name or _pack_in_use(settings)
    chosen: tuple[PassedOver, ...] | None = None
    with opened(settings) as runtime, shown_progress() as progress:
        if name is None:
            manifest, chosen = _choose(runtime, settings, progress)
            name = manifest.name
        installed = runtime.services.packs.install(name, progress=progress)
        if has_database(settings):
            with suppress(StorageError):
                if name == current_pack(runtime.database):
                    _have_measured(runtime, installed.manifest)
    if as_json:
        paths = {file: str(path) for file, path in installed.paths.items()}
        print_json({"name": name, "paths": paths, "passed_over": chosen or ()})
        return
    if chosen is not None:
        tell_choice(installed.manifest, chosen)
    print_note(f'Model pack "{name}" is ready in {settings.models_dir}.')


@models.command()
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
    chosen = names or [name for name in [_pack_in_use(settings)] if name is not None]
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


@models.command()
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


@models.command()
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
        _have_measured(runtime, used.manifest)
    if as_json:
        print_json({"name": used.manifest.name, "contract_id": used.manifest.contract_id})
        return
    tell_choice(used.manifest, ())


@models.command()
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
    told = _runtimes(found)
    if as_json:
        print_json({"name": name, "runtimes": told})
        return
    _print_runtimes(told)


def _have_measured(runtime: "Runtime", manifest: Manifest) -> None:
    from mien.serving.startup import have_runtimes_measured

    have_runtimes_measured(runtime, manifest)


def _runtimes(measured: "MeasuredRuntimes") -> dict[str, Any]:
    return {
        network: {"quickest": measured.quickest(network), "milliseconds": dict(times)}
        for network, times in measured.times.items()
    }


def _print_runtimes(told: dict[str, Any]) -> None:
    for network, each in told.items():
        times = ", ".join(f"{name} {spent:.1f} ms" for name, spent in each["milliseconds"].items())
        click.echo(f"{network:<11} runs on {each['quickest']} (measured here: {times})")


def _choose(
    runtime: "Runtime", settings: Settings, progress: OnProgress
) -> tuple[Manifest, tuple[PassedOver, ...]]:
    """Store the choice if there is a database; otherwise only fetch the files."""
    from mien.gallery.pack_in_use import ensure_pack
    from mien.storage import migrate

    if has_database(settings):
        with suppress(StorageError):
            migrate.require_current(runtime.database)
            used = ensure_pack(runtime.call(OPERATOR), progress=progress)
            return used.manifest, used.passed_over
    choice = runtime.services.packs.choose_first(progress=progress)
    return choice.installed.manifest, choice.passed_over


def _fetch(settings: Settings, name: str) -> None:
    with opened(settings) as runtime, shown_progress() as progress:
        runtime.services.packs.install(name, progress=progress)


def _here(catalog: "Catalog", settings: Settings) -> list[Manifest]:
    """The packs that are installed at least partly, and the one in use in any case."""
    from mien.packs.install import is_begun
    from mien.packs.install import is_installed

    models_dir = settings.models_dir
    # Before the first start, the one that is going to be in use, if one is named.
    used = _pack_in_use(settings) or settings.pack
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


def _pack_in_use(settings: Settings) -> str | None:
    """The pack in use; None before the first start."""
    if not has_database(settings):
        return None
    from mien.gallery.pack_in_use import current_pack

    with opened(settings) as runtime:
        try:
            return current_pack(runtime.database)
        except StorageError:
            # Also where its tables are not made yet. Packs can be looked at and fetched without.
            return None


def _measured(manifest: Manifest, settings: Settings) -> dict[str, Any]:
    """What was measured with a pack here; empty before that, and where a library is set."""
    if settings.inference_runtime != "auto" or not has_database(settings):
        return {}
    from mien.gallery.runtimes_in_use import measured_runtimes

    with opened(settings) as runtime:
        try:
            return _runtimes(measured_runtimes(runtime.database, manifest))
        except StorageError:
            return {}


def _summary(manifest: Manifest, settings: Settings, used: str | None) -> dict[str, Any]:
    from mien.packs.install import is_installed

    return {
        "name": manifest.name,
        "title": manifest.title,
        "summary": manifest.summary,
        "in_use": manifest.name == used,
        "installed": is_installed(manifest, models_dir=settings.models_dir),
        "size_bytes": sum(file.size_bytes for file in manifest.files),
        "licences": sorted({file.licence for file in manifest.files}),
        "contract_id": manifest.contract_id,
    }


def _state(summary: dict[str, Any]) -> str:
    here = "installed" if summary["installed"] else "not installed"
    return f"in use, {here}" if summary["in_use"] else here


def _megabytes(size_bytes: int) -> str:
    return f"{size_bytes / 1e6:.1f} MB"


def tell_choice(manifest: Manifest, passed_over: Sequence[PassedOver]) -> None:
    """Report the chosen pack on standard error."""
    for each in passed_over:
        print_note(f'Skipped model pack "{each.pack}": {say.error(each.why)}')
    print_note(f'Using model pack "{manifest.name}". {manifest.summary}')
    for file in manifest.files:
        if file.notice:
            print_note(f"About {file.name}: {file.notice}")
