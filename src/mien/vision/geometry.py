"""Boxes, points and the transforms between pictures and crops: pure functions."""

from dataclasses import dataclass
from typing import cast

import cv2
import numpy as np
from numpy.typing import NDArray

from mien.vision.types import Box
from mien.vision.types import FloatArray
from mien.vision.types import ImageRGB


@dataclass(frozen=True, slots=True)
class Letterbox:
    """How a picture was scaled and padded to the size that a detector takes.

    Attributes:
        scale: pixels of the detector's input for one pixel of the picture.
        offset_xy: where the picture's corner lies in the input, in pixels of the input.
        content_wh: size of the scaled picture.
        input_wh: size of the input, multiples of the detector's stride.
    """

    scale: float
    offset_xy: tuple[int, int]
    content_wh: tuple[int, int]
    input_wh: tuple[int, int]

    def to_picture(self, points: FloatArray) -> FloatArray:
        """Take points from the input back to the picture; float32, shape (..., 2), (x, y)."""
        offset = np.asarray(self.offset_xy, dtype=np.float32)
        return ((points - offset) / np.float32(self.scale)).astype(np.float32)


def plan_letterbox(
    size_wh: tuple[int, int],
    longest_side: int,
    *,
    stride: int,
    padding_share: float = 0.0,
    enlarge: bool = False,
) -> Letterbox:
    """Choose scale and padding so that the longest side fits and both are multiples of the stride.

    Args:
        size_wh: of the picture.
        longest_side: longest side of the input in pixels, a multiple of the stride.
        stride: both sides of the input are multiples of it.
        padding_share: share of `longest_side` left empty on every side, in [0, 0.5).
        enlarge: whether a picture smaller than the input is scaled up.
    """
    width, height = size_wh
    margin = round(longest_side * padding_share)
    scale = (longest_side - 2 * margin) / max(width, height)
    if not enlarge:
        scale = min(scale, 1.0)
    content = (max(round(width * scale), 1), max(round(height * scale), 1))
    wide, high = (-(-(side + 2 * margin) // stride) * stride for side in content)
    return Letterbox(scale, (margin, margin), content, (wide, high))


def letterbox(image_rgb: ImageRGB, plan: Letterbox) -> ImageRGB:
    """Scale the picture and lay it on black as planned; uint8, shape (input height, width, 3)."""
    wide, high = plan.input_wh
    content: NDArray[np.uint8] = image_rgb
    if plan.content_wh != (image_rgb.shape[1], image_rgb.shape[0]):
        content = cast(
            "ImageRGB",
            cv2.resize(
                image_rgb,
                plan.content_wh,
                interpolation=cv2.INTER_AREA if plan.scale < _ALIAS_SCALE else cv2.INTER_LINEAR,
            ),
        )
    if content.shape[:2] == (high, wide):
        return content
    left, top = plan.offset_xy
    canvas = np.zeros((high, wide, 3), dtype=np.uint8)
    canvas[top : top + content.shape[0], left : left + content.shape[1]] = content
    return canvas


def similarity_transform(source: FloatArray, target: FloatArray) -> NDArray[np.float64]:
    """The rotation, uniform scale and shift that bring points closest to their targets.

    Least squares in closed form: S. Umeyama, "Least-squares estimation of transformation
    parameters between two point patterns", IEEE PAMI 13(4), 1991, equations 40 to 42.

    Args:
        source: shape (n, 2), (x, y), at least two different points.
        target: shape (n, 2), where they should land.

    Returns:
        float64, shape (2, 3), as `cv2.warpAffine` takes it.
    """
    one, other = source.astype(np.float64), target.astype(np.float64)
    center_one, center_other = one.mean(axis=0), other.mean(axis=0)
    spread = one - center_one
    covariance = (other - center_other).T @ spread / len(one)
    left, strengths, right = np.linalg.svd(covariance)
    signs = np.array([1.0, np.sign(np.linalg.det(left) * np.linalg.det(right)) or 1.0])
    rotation = (left * signs) @ right
    # Landmarks that all fall on one point have no scale; one keeps the transform finite.
    variance = float((spread**2).sum(axis=1).mean())
    scale = float((strengths * signs).sum()) / variance if variance > 0 else 1.0
    shift = center_other - scale * rotation @ center_one
    return np.column_stack([scale * rotation, shift])


def transform_points(matrix: NDArray[np.float64], points: FloatArray) -> FloatArray:
    """Apply a (2, 3) transform to points of shape (n, 2)."""
    return (points.astype(np.float64) @ matrix[:, :2].T + matrix[:, 2]).astype(np.float32)


def warp(
    image_rgb: ImageRGB, matrix: NDArray[np.float64], size_wh: tuple[int, int], *, border: int
) -> ImageRGB:
    """Draw the picture through a (2, 3) transform; `border` is one of OpenCV's border modes.

    Where the result is much smaller than the source, the source is first brought down to about
    twice the result, because linear sampling alone would skip pixels and add false detail.
    """
    scale = float(np.hypot(matrix[0, 0], matrix[1, 0]))
    matrix = matrix.copy()
    if 0 < scale < _ALIAS_SCALE:
        image_rgb, matrix = _shrunk_to_need(image_rgb, matrix, size_wh, 2 * scale)
    return cast(
        "ImageRGB",
        cv2.warpAffine(image_rgb, matrix, size_wh, flags=cv2.INTER_LINEAR, borderMode=border),
    )


def align(image_rgb: ImageRGB, landmarks: FloatArray, template: FloatArray, size: int) -> ImageRGB:
    """Cut a face out so that its landmarks lie where the template says; black outside the picture.

    Args:
        image_rgb: the whole picture.
        landmarks: float32, shape (5, 2), in pixels of the picture.
        template: float32, shape (5, 2), in pixels of the crop.
        size: side of the crop in pixels.

    Returns:
        uint8, shape (size, size, 3).
    """
    matrix = similarity_transform(landmarks, template)
    return warp(image_rgb, matrix, (size, size), border=cv2.BORDER_CONSTANT)


def clip(box: Box, size_wh: tuple[int, int]) -> Box:
    """The part of a box inside a picture; of no extent when there is none."""
    width, height = size_wh
    return Box(
        min(max(box.left, 0.0), float(width)),
        min(max(box.top, 0.0), float(height)),
        min(max(box.right, 0.0), float(width)),
        min(max(box.bottom, 0.0), float(height)),
    )


def visible_share(box: Box, size_wh: tuple[int, int]) -> float:
    """How much of a box lies inside a picture, in [0, 1]."""
    inside = clip(box, size_wh)
    area = box.width * box.height
    return inside.width * inside.height / area if area > 0 else 0.0


def iou(one: FloatArray, many: FloatArray) -> FloatArray:
    """Overlap of one box with each of many: intersection over union, in [0, 1].

    Args:
        one: float32, shape (4,), left, top, right, bottom.
        many: float32, shape (n, 4).
    """
    corner_low = np.maximum(one[:2], many[:, :2])
    corner_high = np.minimum(one[2:], many[:, 2:])
    shared = np.clip(corner_high - corner_low, 0, None).prod(axis=1)
    areas = np.clip(many[:, 2:] - many[:, :2], 0, None).prod(axis=1)
    area = np.clip(one[2:] - one[:2], 0, None).prod()
    union = areas + area - shared
    overlap: FloatArray = np.zeros_like(shared)
    np.divide(shared, union, out=overlap, where=union > 0)
    return overlap


def suppress(boxes_xyxy: FloatArray, scores: FloatArray, iou_limit: float) -> NDArray[np.intp]:
    """Non-maximum suppression: of boxes that overlap more than the limit, keep the best scored.

    Returns:
        Indices of the boxes kept, best score first.
    """
    order = np.argsort(-scores, kind="stable")
    kept: list[int] = []
    while order.size:
        best, rest = order[0], order[1:]
        kept.append(int(best))
        order = rest[iou(boxes_xyxy[best], boxes_xyxy[rest]) <= iou_limit]
    return np.array(kept, dtype=np.intp)


# Linear sampling reads four neighbours, so that below half size pixels are skipped; above it,
# averaging over areas takes eight times as long for nothing.
_ALIAS_SCALE = 0.5


def _shrunk_to_need(
    image_rgb: ImageRGB, matrix: NDArray[np.float64], size_wh: tuple[int, int], factor: float
) -> tuple[ImageRGB, NDArray[np.float64]]:
    """The part of the picture under the result, made smaller; and the transform that fits it."""
    inverse = np.linalg.inv(np.vstack([matrix, [0.0, 0.0, 1.0]]))[:2]
    width, height = size_wh
    corners = np.array([(0, 0), (width, 0), (0, height), (width, height)], dtype=np.float32)
    reach = transform_points(inverse, corners)
    margin = 2 / factor
    low = np.floor(reach.min(axis=0) - margin).clip(min=0).astype(int)
    high = np.ceil(reach.max(axis=0) + margin).astype(int)
    part = image_rgb[low[1] : max(high[1], 0), low[0] : max(high[0], 0)]
    if min(part.shape[:2]) < _LEAST_SHRINKABLE:
        return image_rgb, matrix
    small_wh = (
        max(round(part.shape[1] * factor), 1),
        max(round(part.shape[0] * factor), 1),
    )
    small = cast("ImageRGB", cv2.resize(part, small_wh, interpolation=cv2.INTER_AREA))
    ratio = np.array([small_wh[0] / part.shape[1], small_wh[1] / part.shape[0]])
    # A pixel's centre is at its half: source = (small + 0.5) / ratio - 0.5 + low.
    adapted = matrix.copy()
    adapted[:, :2] = matrix[:, :2] / ratio
    adapted[:, 2] = matrix[:, 2] + matrix[:, :2] @ (0.5 / ratio - 0.5 + low)
    return small, adapted


_LEAST_SHRINKABLE = 4


def shrink(image_rgb: ImageRGB, longest_side: int) -> ImageRGB:
    """The picture with its longest side at most so many pixels; smaller ones stay as they are.

    Args:
        image_rgb: uint8, shape (height, width, 3).
        longest_side: in pixels.
    """
    height, width = image_rgb.shape[:2]
    scale = longest_side / max(height, width)
    if scale >= 1:
        return image_rgb
    size_wh = (max(1, round(width * scale)), max(1, round(height * scale)))
    return cast("ImageRGB", cv2.resize(image_rgb, size_wh, interpolation=cv2.INTER_AREA))
