"""Which library runs the networks of a pack on this machine: measured once, and kept as a row."""

import hashlib
import json
import platform
import subprocess
import sys
from collections.abc import Mapping
from importlib import metadata
from pathlib import Path
from typing import Any
from typing import Final

import structlog

from mien.access import audit
from mien.access import permissions
from mien.gallery.services import Call
from mien.packs.manifest import Manifest
from mien.storage.database import Database
from mien.storage.models import InstallationRow
from mien.vision.runtimes import NETWORKS
from mien.vision.runtimes import NOT_MEASURED
from mien.vision.runtimes import MeasuredRuntimes

_log = structlog.get_logger(__name__)

_MOST_SECONDS: Final = 60
_CPUINFO: Final = Path("/proc/cpuinfo")


def measured_runtimes(database: Database, manifest: Manifest) -> MeasuredRuntimes:
    """What was measured with this pack on a machine like this one, and with these libraries."""
    with database.read() as session:
        row = session.get(InstallationRow, _key(manifest))
    return NOT_MEASURED if row is None else _read(row.value)


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
        sys.executable, "-m", "mien.vision.measure_runtimes",
        str(packs.models_dir), manifest.name, str(threads),
    ]  # fmt: skip
    try:
        done = subprocess.run(
            command, capture_output=True, text=True, timeout=_MOST_SECONDS, check=True
        )
        found = _read(done.stdout)
    except (OSError, subprocess.SubprocessError, ValueError, KeyError) as error:
        # A program that fails has said why on standard error.
        said = str(getattr(error, "stderr", None) or error)
        _log.warning("Inference libraries could not be measured", why=said.strip()[-500:])
        return NOT_MEASURED
    text = json.dumps(found.times)
    with call.services.database.write() as session:
        session.merge(InstallationRow(key=_key(manifest), value=text))
        audit.record(session, call, "runtimes_measured", pack=[manifest.name])
    _log.info(
        "Inference libraries measured",
        pack=manifest.name,
        **{network: found.quickest(network) for network in NETWORKS},
        milliseconds=found.times,
    )
    return found


def _read(text: str) -> MeasuredRuntimes:
    times: Mapping[Any, Any] = json.loads(text)
    return MeasuredRuntimes({name: times[name] for name in NETWORKS})


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
