"""What an engine of a model pack will be, said from its manifest alone."""

from mien.options import RuntimeChoice
from mien.options import RuntimeName
from mien.packs.calibration import Calibration
from mien.packs.manifest import Manifest
from mien.vision.runtimes import NOT_MEASURED
from mien.vision.runtimes import MeasuredRuntimes
from mien.vision.runtimes import Network
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
    detector = runtime_of(manifest, "detector", runtime, measured)
    recognizer = runtime_of(manifest, "recognizer", runtime, measured)
    return EngineSummary(
        pack=manifest.name,
        contract_id=manifest.contract_id,
        dimension=manifest.recognizer.dimension,
        identify_threshold=manifest.thresholds.identify,
        verify_threshold=manifest.thresholds.verify,
        calibration=calibration,
        detector=f"{manifest.detector.family} ({detector})",
        recognizer=f"{manifest.recognizer.model} ({recognizer})",
    )


def runtime_of(
    manifest: Manifest, network: Network, choice: RuntimeChoice, measured: MeasuredRuntimes
) -> RuntimeName:
    """Settle which library runs a network of the pack.

    Raises:
        InferenceRuntimeMissing: the library it needs is not installed.
    """
    return choose_runtime(
        choice,
        needs_openvino=network == "recognizer" and manifest.recognizer.format == "openvino",
        quickest=measured.quickest(network),
    )
