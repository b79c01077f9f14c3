"""An engine that sees small drawn faces only when it looks closely."""

from mien.options import Detail
from mien.vision.fake import FakeEngine
from mien.vision.types import Face
from mien.vision.types import ImageRGB

LEAST_PX = 100


class NearsightedEngine(FakeEngine):
    """Passes over faces below `LEAST_PX` pixels unless asked for high detail."""

    def analyze(self, image_rgb: ImageRGB, *, detail: Detail = "normal") -> list[Face]:
        """See `Engine.analyze`."""
        found = super().analyze(image_rgb, detail=detail)
        return [face for face in found if detail == "high" or face.box.width >= LEAST_PX]
