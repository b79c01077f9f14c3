"""Where a face lies in its portrait."""

from mien.vision import portraits
from mien.vision.geometry import transform_points
from mien.vision.types import FloatArray


def portrait_landmarks(
    landmarks: FloatArray,
    size_wh: tuple[int, int] = portraits.PORTRAIT_SIZE_WH,
    *,
    picture_wh: tuple[int, int] = (4000, 4000),
) -> FloatArray:
    """Where the five landmarks land in the portrait; float32, shape (5, 2), in its pixels."""
    matrix = portraits.portrait_transform(landmarks, picture_wh, size_wh)
    return transform_points(matrix, landmarks)
