"""The command `mien` with drawn faces instead of a model pack; run as a program of its own.

MIEN_TEST_SECONDS is how long the engine ponders a photo. With MIEN_TEST_STUCK it never comes back
from one, inside a library that lets other threads run (`native`) or does not (`gil`).
"""

import os
import time

from mien.__main__ import main as run_mien
from mien.options import Detail
from mien.runtime import using_engine
from mien.vision.budget import Budget
from mien.vision.fake import FakeEngine
from mien.vision.types import Face
from mien.vision.types import Faces
from mien.vision.types import ImageRGB
from stuck import get_stuck

# About as long as one inference of a network.
_STEP_SECONDS = 0.05


class PonderingEngine(FakeEngine):
    """Takes as long as a network would.

    Args:
        seconds: for one photo.
    """

    def __init__(self, seconds: float) -> None:
        super().__init__()
        self._seconds = seconds

    def analyze(
        self, image_rgb: ImageRGB, *, detail: Detail = "normal", budget: Budget | None = None
    ) -> Faces[Face]:
        end = time.monotonic() + self._seconds
        while (left := end - time.monotonic()) > 0:
            if budget is not None:
                budget.check()
            time.sleep(min(left, _STEP_SECONDS))
        stuck = os.environ.get("MIEN_TEST_STUCK")
        if stuck:
            get_stuck(stuck)
        return super().analyze(image_rgb, detail=detail, budget=budget)


def main() -> None:
    with using_engine(PonderingEngine(float(os.environ.get("MIEN_TEST_SECONDS", "0")))):
        run_mien()


if __name__ == "__main__":
    main()
