"""An engine that sees small drawn faces only when it looks closely."""

from mien.options import Detail
from mien.vision.budget import Budget
from mien.vision.fake import FakeEngine
from mien.vision.types import Face
from mien.vision.types import Faces
from mien.vision.types import ImageRGB

LEAST_PX = 100


class NearsightedEngine(FakeEngine):
    """Passes over faces below `LEAST_PX` pixels unless asked for high detail."""

    def analyze(
        self, image_rgb: ImageRGB, *, detail: Detail = "normal", budget: Budget | None = None
    ) -> Faces[Face]:
        """See `Engine.analyze`."""
        found = super().analyze(image_rgb, detail=detail, budget=budget)
        return Faces(
            tuple(face for face in found if detail == "high" or face.box.width >= LEAST_PX)
        )
