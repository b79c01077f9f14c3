"""What is known about packs here: in use, installed, measured."""

from typing import TYPE_CHECKING
from typing import Any

import click

from mien.cli.runtime import has_database
from mien.cli.runtime import opened
from mien.errors import StorageError
from mien.packs.manifest import Manifest
from mien.settings import Settings

if TYPE_CHECKING:
    from mien.runtime import Runtime
    from mien.vision.runtimes import MeasuredRuntimes


def pack_in_use(settings: Settings) -> str | None:
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


def measured_here(manifest: Manifest, settings: Settings) -> dict[str, Any]:
    """What was measured with a pack here; empty before that, and where a library is set."""
    if settings.inference_runtime != "auto" or not has_database(settings):
        return {}
    from mien.gallery.runtimes_in_use import measured_runtimes

    with opened(settings) as runtime:
        try:
            return told_runtimes(measured_runtimes(runtime.database, manifest))
        except StorageError:
            return {}


def summarised(manifest: Manifest, settings: Settings, used: str | None) -> dict[str, Any]:
    """What a list of packs says of one."""
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


def state_of(summary: dict[str, Any]) -> str:
    """In use or not, and whether its files are here, of a summary."""
    here = "installed" if summary["installed"] else "not installed"
    return f"in use, {here}" if summary["in_use"] else here


def megabytes(size_bytes: int) -> str:
    """A size in MB."""
    return f"{size_bytes / 1e6:.1f} MB"


def told_runtimes(measured: "MeasuredRuntimes") -> dict[str, Any]:
    """Of each network, the quickest library and the milliseconds of each, as JSON says it."""
    return {
        network: {"quickest": measured.quickest(network), "milliseconds": dict(times)}
        for network, times in measured.times.items()
    }


def print_runtimes(told: dict[str, Any]) -> None:
    """A line for each network."""
    for network, each in told.items():
        times = ", ".join(f"{name} {spent:.1f} ms" for name, spent in each["milliseconds"].items())
        click.echo(f"{network:<11} runs on {each['quickest']} (measured here: {times})")


def have_measured(runtime: "Runtime", manifest: Manifest) -> None:
    """Have the libraries measured for this pack, where none is set."""
    from mien.serving.startup import have_runtimes_measured

    have_runtimes_measured(runtime, manifest)
