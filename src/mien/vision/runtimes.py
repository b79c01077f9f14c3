"""Which library runs which network of a pack on this machine, and what that was decided by."""

from collections.abc import Mapping
from dataclasses import dataclass
from dataclasses import field
from typing import Final
from typing import TypeAlias

from mien.options import RuntimeName
from mien.packs.manifest import Manifest
from mien.packs.manifest import RecognizerSpec

Network: TypeAlias = str
"""`detector`, `aligner`, `recognizer`, or `recognizer` with the model of one of several."""

DETECTOR: Final[Network] = "detector"
ALIGNER: Final[Network] = "aligner"

Milliseconds: TypeAlias = Mapping[RuntimeName, float]

# OpenVINO was the choice before anything was measured; less than a tenth is within the noise.
_LEAST_GAIN: Final = 0.9
_USUAL: Final[RuntimeName] = "openvino"


@dataclass(frozen=True, slots=True)
class MeasuredRuntimes:
    """How long one inference takes with each library that can run it.

    Attributes:
        times: of each network, the quickest of several inferences with each library, in
            milliseconds. A library that failed is missing.
    """

    times: Mapping[Network, Milliseconds] = field(default_factory=dict)

    def quickest(self, network: Network) -> RuntimeName | None:
        """The library to run a network with; None when nothing was measured.

        OpenVINO, unless another one takes less than nine tenths of its time.
        """
        times = self.times.get(network) or {}
        if not times:
            return None
        best = min(times, key=lambda name: times[name])
        if _USUAL in times and times[best] > _LEAST_GAIN * times[_USUAL]:
            return _USUAL
        return best

    def without(self, runtime: RuntimeName) -> "MeasuredRuntimes":
        """The same, as if this library had not been tried."""
        return MeasuredRuntimes(
            {
                network: {name: spent for name, spent in times.items() if name != runtime}
                for network, times in self.times.items()
            }
        )


NOT_MEASURED: Final = MeasuredRuntimes()


def recognizer_network(manifest: Manifest, spec: RecognizerSpec) -> Network:
    """What a recogniser of a pack is called among its networks."""
    return "recognizer" if len(manifest.recognizers) == 1 else f"recognizer {spec.model}"


def networks_of(manifest: Manifest) -> tuple[Network, ...]:
    """Every network of a pack, in the order in which a face meets them."""
    aligner = [ALIGNER] if manifest.aligner else []
    recognizers = [recognizer_network(manifest, spec) for spec in manifest.recognizers]
    return (DETECTOR, *aligner, *recognizers)
