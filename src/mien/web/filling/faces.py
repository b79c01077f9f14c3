"""Faces, boxes and quality as the pages show them."""

from flask import url_for

from mien.vision.types import Box
from mien.vision.types import DetectedFace
from mien.web.contexts.faces import BoxView
from mien.web.contexts.faces import QualityView


def box_view(box: Box) -> BoxView:
    """A rectangle by its left and top edges and its size."""
    return BoxView(x=box.left, y=box.top, width=box.width, height=box.height)


def quality_view(face: DetectedFace) -> QualityView:
    """Whether a face is good enough, and why not."""
    return QualityView(acceptable=face.quality.acceptable, reasons=face.quality.reasons)


def crop_url(gallery: str, person_id: str, face_id: str | None) -> str:
    """Where a stored portrait is; empty for none."""
    if face_id is None:
        return ""
    return url_for("faces.crop", gallery=gallery, person_id=person_id, face_id=face_id)


def probe_portrait_url(probe_id: str, number: int) -> str:
    """Where the portrait of a face of a held photo is."""
    return url_for("identify.portrait", probe_id=probe_id, number=number)
