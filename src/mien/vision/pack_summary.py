"""What an engine of a model pack will be, said from its manifest alone."""

from mien.options import RuntimeChoice
from mien.options import RuntimeName
from mien.packs.calibration import Calibration
from mien.packs.manifest import Manifest
from mien.vision.sessions import choose_runtime
from mien.vision.types import EngineSummary


def summarise(
    manifest: Manifest,
    *,
    calibration: Calibration | None = None,
    runtime: RuntimeChoice = "auto",
) -> EngineSummary:
    """Say what an engine of this pack will be, without loading anything.

    Args:
        manifest: of the pack.
        calibration: of its embeddings; None when nothing has been measured.
        runtime: library that runs the networks.

    Raises:
        InferenceRuntimeMissing: the library it needs is not installed.
    """
    detector = choose_runtime(runtime, needs_openvino=False)
    recognizer = recognizer_runtime(manifest, runtime)
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


def recognizer_runtime(manifest: Manifest, choice: RuntimeChoice) -> RuntimeName:
    """Settle which library runs the pack's recognizer.

    Raises:
        InferenceRuntimeMissing: the library it needs is not installed.
    """
    return choose_runtime(choice, needs_openvino=manifest.recognizer.format == "openvino")
