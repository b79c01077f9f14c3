"""Which packs there are, and what is in one."""

import click

from mien.cli.models.figures import figure_cells
from mien.cli.models.figures import figure_lines
from mien.cli.models.figures import heading_of_several
from mien.cli.models.figures import told_figures
from mien.cli.models.figures import told_measurement
from mien.cli.models.figures import what_they_mean
from mien.cli.models.state import measured_here
from mien.cli.models.state import megabytes
from mien.cli.models.state import pack_in_use
from mien.cli.models.state import print_runtimes
from mien.cli.models.state import state_of
from mien.cli.models.state import summarised
from mien.cli.runtime import load_settings
from mien.cli.terminal.output import json_option
from mien.cli.terminal.output import print_json
from mien.cli.terminal.output import print_note
from mien.cli.terminal.output import print_table
from mien.words import say


@click.command("list")
@json_option
def list_(*, as_json: bool) -> None:
    """List the packs: what each misses and costs, and whether it is here.

    The figures were measured once, on press photos of adults. `mien evaluate compare` measures
    packs on your own photos.
    """
    from mien.packs.catalog import load_catalog

    settings = load_settings()
    catalog = load_catalog(settings.models_dir)
    used = pack_in_use(settings)
    packs = [
        {
            "origin": entry.origin,
            **summarised(entry.manifest, settings, used),
            "figures": told_figures(entry.manifest),
        }
        for entry in catalog.entries.values()
    ]
    if as_json:
        broken = [{"path": path, "reason": say.error(why)} for path, why in catalog.broken.items()]
        print_json({"packs": packs, "measurement": told_measurement(), "broken": broken})
        return
    print_table(
        (
            "Name",
            "State",
            "Misses",
            "Time",
            heading_of_several(),
            "Memory",
            "Size",
            "Licences",
            "Summary",
        ),
        (
            (
                each["name"],
                state_of(each),
                *figure_cells(catalog.find(each["name"])),
                megabytes(each["size_bytes"]),
                ", ".join(each["licences"]),
                each["summary"],
            )
            for each in packs
        ),
        # The name stays: it is what the other commands take.
        lesser=(
            "Summary",
            "Licences",
            "Size",
            heading_of_several(),
            "Memory",
            "Time",
            "Misses",
            "State",
        ),
    )
    print_note(what_they_mean())
    for path, why in catalog.broken.items():
        print_note(f"Cannot use {path}: {say.error(why)}")


@click.command()
@click.argument("name")
@json_option
def show(*, name: str, as_json: bool) -> None:
    """Show a pack: its files, their licences, authors and sources, what it misses and costs."""
    from mien.packs.catalog import find_pack
    from mien.packs.sources import describe

    settings = load_settings()
    manifest = find_pack(name, models_dir=settings.models_dir)
    summary = summarised(manifest, settings, pack_in_use(settings))
    runtimes = measured_here(manifest, settings)
    if as_json:
        print_json(
            {
                **manifest.model_dump(mode="json"),
                **summary,
                "runtimes": runtimes,
                "figures": told_figures(manifest),
                "measurement": told_measurement(),
            }
        )
        return
    click.echo(
        f"{manifest.title} ({manifest.name}, version {manifest.version}): {state_of(summary)}"
    )
    click.echo(manifest.summary)
    for file in manifest.files:
        click.echo(f"\n{file.name}, {megabytes(file.size_bytes)}, licence {file.licence}")
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
    print_runtimes(runtimes)
    click.echo(f"contract    {manifest.contract_id}")
    click.echo(f"identify    from a similarity of {thresholds.identify:g}")
    click.echo(f"verify      from a similarity of {thresholds.verify:g}")
    click.echo(f"measured    {thresholds.measured}")
    for what, text in figure_lines(manifest):
        click.echo(f"{what:<11} {text}")
