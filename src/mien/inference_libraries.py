"""The libraries that run networks, imported so that they tell nobody of it.

Both report their use to their makers unless they are kept from it before they are imported: they
ask for an address of theirs and leave an id of the machine in the home folder. Nothing else in
Mien may import them.
"""

import os
import sys
from contextlib import redirect_stdout
from typing import Any


def import_openvino() -> Any:
    """OpenVINO, without the package beside it that reports its use.

    Raises:
        ImportError: it is not installed.
    """
    sys.modules.setdefault("openvino_telemetry", None)  # type: ignore[arg-type]  # None blocks an import
    import openvino

    return openvino


def import_onnxruntime() -> Any:
    """ONNX Runtime, kept from reporting its use and from making an id of the machine."""
    # Read once when the library is initialised; its own function for it comes too late. The name
    # differs between versions.
    os.environ["ORT_DISABLE_TELEMETRY"] = "1"
    os.environ["ORT_TELEMETRY_DISABLED"] = "1"
    import onnxruntime

    onnxruntime.disable_telemetry_events()
    return onnxruntime


def load_cuda() -> None:
    """Load CUDA and cuDNN, which ONNX Runtime finds by itself only where the system looks.

    Installed as Python packages (`onnxruntime-gpu[cuda,cudnn]`), they lie where it does not. Does
    not touch the card, and raises nothing: who then opens a session is told what is missing.
    """
    onnxruntime = import_onnxruntime()
    # It prints what it does not find, and programs answer on standard output.
    with redirect_stdout(sys.stderr):
        onnxruntime.preload_dlls()
