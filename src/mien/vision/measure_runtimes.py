"""A program that measures how quickly each library runs the networks of a pack.

    python -m mien.vision.measure_runtimes MODELS_DIR PACK THREADS

Writes a JSON object to standard output: for each network, milliseconds by library. A process of
its own, because the libraries start threads, and because one that cannot work on this processor may
end the process that tries it.
"""

import importlib.util
import json
import sys
import time
from pathlib import Path
from typing import Final

import numpy as np

from mien.errors import MienError
from mien.options import RuntimeName
from mien.packs.catalog import find_pack
from mien.packs.install import install
from mien.packs.manifest import AlignerSpec
from mien.packs.manifest import DetectorSpec
from mien.packs.manifest import InstalledPack
from mien.packs.manifest import RecognizerSpec
from mien.vision.detectors.aligner import ALIGNED_SIDE
from mien.vision.detectors.detector import FAMILIES
from mien.vision.runtimes import ALIGNER
from mien.vision.runtimes import DETECTOR
from mien.vision.runtimes import MeasuredRuntimes
from mien.vision.runtimes import Network
from mien.vision.runtimes import recognizer_network
from mien.vision.sessions import InputShape
from mien.vision.sessions import Session
from mien.vision.sessions import has_cuda
from mien.vision.sessions import open_session
from mien.vision.types import FloatArray

_ROUNDS: Final = 6
_SIDE: Final = 640


def measure(installed: InstalledPack, *, threads: int) -> MeasuredRuntimes:
    """Run each network with each library that can, by turns, and keep the quickest of each.

    Args:
        installed: the pack.
        threads: processor threads of one inference.
    """
    manifest = installed.manifest
    rng = np.random.default_rng(0)

    def pictures(side: int) -> FloatArray:
        return rng.uniform(0, 255, (1, 3, side, side)).astype(np.float32)

    def searching(
        spec: DetectorSpec | AlignerSpec, *, side: int | None = None
    ) -> dict[RuntimeName, Session | None]:
        shape: InputShape = (FAMILIES[spec.family].pictures_at_once, 3, side, side)
        file = installed.paths[spec.file]
        return {
            name: _opened(file, None, name, shape, threads)
            for name in _there()
            # Which looks quick only as long as one size is repeated.
            if name != "cuda"
        }

    def embedding(spec: RecognizerSpec) -> dict[RuntimeName, Session | None]:
        weights = installed.paths[spec.weights_file] if spec.weights_file else None
        shape = (None, 3, spec.input_size, spec.input_size)
        return {
            name: _opened(installed.paths[spec.file], weights, name, shape, threads)
            for name in _there()
            if spec.format != "openvino" or name == "openvino"
        }

    times: dict[Network, dict[RuntimeName, float]] = {
        DETECTOR: _timed(searching(manifest.detector), pictures(_SIDE))
    }
    if manifest.aligner:
        times[ALIGNER] = _timed(
            searching(manifest.aligner, side=ALIGNED_SIDE), pictures(ALIGNED_SIDE)
        )
    for spec in manifest.recognizers:
        network = recognizer_network(manifest, spec)
        times[network] = _timed(embedding(spec), pictures(spec.input_size))
    return MeasuredRuntimes(times)


def _there() -> list[RuntimeName]:
    there: list[RuntimeName] = ["onnxruntime"]
    there += ["openvino"] if importlib.util.find_spec("openvino") else []
    there += ["cuda"] if has_cuda() else []
    return there


def _opened(
    file: Path,
    weights: Path | None,
    runtime: RuntimeName,
    input_shape: InputShape,
    threads: int,
) -> Session | None:
    try:
        return open_session(
            file, weights=weights, runtime=runtime, input_shape=input_shape, threads=threads
        )
    except (MienError, RuntimeError, OSError) as error:
        sys.stderr.write(f"{runtime} cannot run {file.name}: {error}\n")
        return None


def _timed(
    sessions: dict[RuntimeName, Session | None], batch: FloatArray
) -> dict[RuntimeName, float]:
    seconds: dict[RuntimeName, list[float]] = {}
    # By turns, so that whatever else the machine does falls on all of them.
    for _ in range(1 + _ROUNDS):
        for name, session in sessions.items():
            if session is not None:
                start = time.perf_counter()
                session.run(batch)
                seconds.setdefault(name, []).append(time.perf_counter() - start)
    # The first one is slower: memory is taken, and kernels are made for the size.
    return {name: round(min(spent[1:]) * 1000, 3) for name, spent in seconds.items()}


def main(models_dir: str, pack: str, threads: str) -> None:
    """Measure one pack and write what was found."""
    manifest = find_pack(pack, models_dir=Path(models_dir))
    installed = install(manifest, models_dir=Path(models_dir), offline=True, timeout_seconds=1)
    found = measure(installed, threads=int(threads))
    sys.stdout.write(json.dumps(found.times))


if __name__ == "__main__":
    main(*sys.argv[1:])
