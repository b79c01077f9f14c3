"""A detected face as JSON columns, and back."""

from drawing import draw_picture
from mien.gallery.face_columns import from_columns
from mien.gallery.face_columns import to_columns
from mien.storage.models import FaceRow
from mien.vision.fake import FakeEngine

(FACE,) = FakeEngine().detect(draw_picture(["rex"], doubtful=True))


def test_a_face_comes_back_with_all_its_figures() -> None:
    back = from_columns(FaceRow(**to_columns(FACE)))
    assert back.quality == FACE.quality
    assert back.quality.confidence < 1


def test_a_face_stored_before_confidence_was_measured_is_not_doubted() -> None:
    columns = to_columns(FACE)
    del columns["quality"]["confidence"]
    assert from_columns(FaceRow(**columns)).quality.confidence == 1.0
