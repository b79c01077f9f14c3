"""Which library runs the networks of a pack on this machine: measured once, and kept as a row."""

import hashlib
import json
import math
import platform
import subprocess
import sys
from importlib import metadata
from pathlib import Path
from typing import Final

import structlog
from sqlalchemy.exc import IntegrityError

from mien.access import audit
from mien.access import permissions
from mien.gallery.services import Call
from mien.options import RUNTIMES
from mien.options import RuntimeName
from mien.packs.manifest import Manifest
from mien.storage.database import Database
from mien.storage.models import InstallationRow
from mien.vision.runtimes import NOT_MEASURED
from mien.vision.runtimes import MeasuredRuntimes
from mien.vision.runtimes import Network
from mien.vision.runtimes import networks_of

_log = structlog.get_logger(__name__)

_MOST_SECONDS: Final = 60
_CPUINFO: Final = Path("/proc/cpuinfo")


def measured_runtimes(database: Database, manifest: Manifest) -> MeasuredRuntimes:
    """What was measured with this pack on a machine like this one, and with these libraries."""
    with database.read() as session:
        row = session.get(InstallationRow, _key(manifest))
    try:
        return NOT_MEASURED if row is None else _read(row.value, manifest)
    except (ValueError, KeyError, TypeError, AttributeError):
        return NOT_MEASURED


def have_measured(call: Call, *, manifest: Manifest, threads: int) -> None:
    """Measure as `measure_runtimes` does, unless it was done before or there is no choice."""
    permissions.require(call.actor, "packs.measure")
    several = _version("openvino") or _version("onnxruntime-gpu")
    if several and not measured_runtimes(call.services.database, manifest).times:
        measure_runtimes(call, manifest=manifest, threads=threads)


def measure_runtimes(call: Call, *, manifest: Manifest, threads: int) -> MeasuredRuntimes:
    """Measure how quickly each library runs the networks of a pack, and keep it.

    Takes some seconds. Servers that run go on as they are; those started later follow. Where it
    fails nothing is kept, and the log says why.

    Args:
        call: who acts.
        manifest: of a pack whose files are on this machine.
        threads: processor threads of one inference.
    """
    permissions.require(call.actor, "packs.measure")
    packs = call.services.packs
    command = [
        # No module of the folder that somebody happens to be in.
        sys.executable, "-P", "-m", "mien.vision.measure_runtimes",
        str(packs.models_dir), manifest.name, str(threads),
    ]  # fmt: skip
    try:
        done = subprocess.run(
            command, capture_output=True, text=True, timeout=_MOST_SECONDS, check=True
        )
        found = _read(done.stdout, manifest)
    except (OSError, subprocess.SubprocessError, ValueError, KeyError, TypeError) as error:
        # A program that fails has said why on standard error.
        said = str(getattr(error, "stderr", None) or error)
        _log.warning("Inference libraries could not be measured", why=said.strip()[-500:])
        return NOT_MEASURED
    try:
        with call.services.database.write() as session:
            session.merge(InstallationRow(key=_key(manifest), value=json.dumps(found.times)))
            audit.record(session, call, "runtimes_measured", pack=[manifest.name])
    except IntegrityError:
        # Where writers do not wait for each other, another has measured the same meanwhile.
        return measured_runtimes(call.services.database, manifest)
    _log.info(
        "Inference libraries measured",
        pack=manifest.name,
        **{network.replace(" ", "_"): found.quickest(network) for network in networks_of(manifest)},
        milliseconds=found.times,
    )
    return found


def _read(text: str, manifest: Manifest) -> MeasuredRuntimes:
    told = json.loads(text)
    times: dict[Network, dict[RuntimeName, float]] = {}
    for network in networks_of(manifest):
        of_network = {name: float(told[network][name]) for name in told[network]}
        if not all(name in RUNTIMES and 0 < spent < math.inf for name, spent in of_network.items()):
            raise ValueError("not what a measurement says")
        times[network] = of_network
    return MeasuredRuntimes(times)


def _key(manifest: Manifest) -> str:
    """One for machines that are alike: several may share a database."""
    cpu = platform.machine()
    if _CPUINFO.exists():
        lines = _CPUINFO.read_text(encoding="utf-8", errors="replace").splitlines()
        kinds = ("model name", "flags", "CPU part", "Features")
        cpu += "".join(sorted({line for line in lines if line.startswith(kinds)}))
    libraries = [_version(name) for name in ("onnxruntime", "onnxruntime-gpu", "openvino")]
    told = "\0".join([cpu, *libraries, str(manifest.version)])
    machine = hashlib.sha256(told.encode()).hexdigest()[:16]
    return f"runtimes:{machine}:{manifest.name}"[:60]


def _version(distribution: str) -> str:
    try:
        return metadata.version(distribution)
    except metadata.PackageNotFoundError:
        return ""
