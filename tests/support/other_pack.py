"""Another pack of drawn faces: its embeddings are as long, and nothing like those of the first."""

from collections.abc import Callable
from dataclasses import dataclass
from dataclasses import replace
from typing import Any

from mien.options import Detail
from mien.packs.manifest import Manifest
from mien.vision.budget import Budget
from mien.vision.fake import FakeEngine
from mien.vision.types import Box
from mien.vision.types import Face
from mien.vision.types import Faces
from mien.vision.types import ImageRGB

NAME = "other"
CONTRACT = "other-64-1"


class OtherEngine(FakeEngine):
    """Finds the same faces, a little smaller, and embeds them otherwise.

    Args:
        calibrated: whether it comes with a calibration.

    Attributes:
        looks: how closely each photo was looked at, one after the other.
        blind: says of a face whether it is not seen at this look.
        before: called before each look.
    """

    def __init__(self, *, calibrated: bool = False) -> None:
        super().__init__(calibrated=calibrated)
        self.summary = replace(self.summary, pack=NAME, contract_id=CONTRACT)
        self.looks: list[Detail] = []
        self.blind: Callable[[Face, Detail], bool] = lambda _face, _detail: False
        self.before: Callable[[], None] = lambda: None

    def analyze(
        self, image_rgb: ImageRGB, *, detail: Detail = "normal", budget: Budget | None = None
    ) -> Faces[Face]:
        self.before()
        self.looks.append(detail)
        found = super().analyze(image_rgb, detail=detail, budget=budget)
        faces = tuple(_otherwise(face) for face in found if not self.blind(face, detail))
        return Faces(faces, found.left_out)


def _otherwise(face: Face) -> Face:
    box = face.box
    inset = 0.08 * box.width
    smaller = Box(box.left + inset, box.top + inset, box.right - inset, box.bottom - inset)
    return replace(face, box=smaller, embedding=face.embedding[::-1].copy())


@dataclass(frozen=True)
class _Drawn:
    name: str = NAME
    contract_id: str = CONTRACT
    replaces: tuple[str, ...] = ()
    summary: str = "Drawn faces, otherwise."
    files: tuple[Any, ...] = ()


def other_manifest(**changed: Any) -> Manifest:
    """What is asked of the pack's manifest."""
    return _Drawn(**changed)  # type: ignore[return-value]  # all that is asked
