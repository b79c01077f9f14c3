"""What an engine of a model pack will be, said from its manifest alone."""

from mien.options import RuntimeChoice
from mien.options import RuntimeName
from mien.packs.calibration import Calibration
from mien.packs.manifest import Manifest
from mien.vision.runtimes import ALIGNER
from mien.vision.runtimes import DETECTOR
from mien.vision.runtimes import NOT_MEASURED
from mien.vision.runtimes import MeasuredRuntimes
from mien.vision.runtimes import Network
from mien.vision.runtimes import recognizer_network
from mien.vision.sessions import choose_runtime
from mien.vision.types import EngineSummary


def summarise(
    manifest: Manifest,
    *,
    calibration: Calibration | None = None,
    runtime: RuntimeChoice = "auto",
    measured: MeasuredRuntimes = NOT_MEASURED,
) -> EngineSummary:
    """Say what an engine of this pack will be, without loading anything.

    Args:
        manifest: of the pack.
        calibration: of its embeddings; None when nothing has been measured.
        runtime: library that runs the networks.
        measured: how quick each is on this machine.

    Raises:
        InferenceRuntimeMissing: the library it needs is not installed.
    """
    detector = f"{manifest.detector.family} ({runtime_of(manifest, DETECTOR, runtime, measured)})"
    recognizers = [
        f"{spec.model} ({runtime_of(manifest, network, runtime, measured)})"
        for spec in manifest.recognizers
        for network in [recognizer_network(manifest, spec)]
    ]
    if manifest.aligner:
        aligner = runtime_of(manifest, ALIGNER, runtime, measured)
        detector += f" + {manifest.aligner.family} ({aligner})"
    return EngineSummary(
        pack=manifest.name,
        contract_id=manifest.contract_id,
        dimension=manifest.dimension,
        identify_threshold=manifest.thresholds.identify,
        verify_threshold=manifest.thresholds.verify,
        calibration=calibration,
        detector=detector,
        recognizer=" + ".join(recognizers),
    )


def runtime_of(
    manifest: Manifest, network: Network, choice: RuntimeChoice, measured: MeasuredRuntimes
) -> RuntimeName:
    """Settle which library runs a network of the pack.

    Raises:
        InferenceRuntimeMissing: the library it needs is not installed.
    """
    needs_openvino = any(
        spec.format == "openvino" and network == recognizer_network(manifest, spec)
        for spec in manifest.recognizers
    )
    any_size = network in {DETECTOR, ALIGNER}
    if any_size:
        measured = measured.without("cuda")
    return choose_runtime(
        choice,
        needs_openvino=needs_openvino,
        any_size=any_size,
        quickest=measured.quickest(network),
    )
