"""Which library runs which network of a pack on this machine, and what that was decided by."""

from collections.abc import Mapping
from dataclasses import dataclass
from dataclasses import field
from typing import Final
from typing import Literal
from typing import TypeAlias

from mien.options import RuntimeName

Network: TypeAlias = Literal["detector", "recognizer"]
NETWORKS: Final[tuple[Network, ...]] = ("detector", "recognizer")

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


NOT_MEASURED: Final = MeasuredRuntimes()
