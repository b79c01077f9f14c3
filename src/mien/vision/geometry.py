"""Boxes, points and the transforms between pictures and crops: pure functions."""

from dataclasses import dataclass
from typing import cast

import cv2
import numpy as np
from numpy.typing import NDArray

from mien.vision.halvings import Halvings
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


def letterbox(picture: ImageRGB | Halvings, plan: Letterbox) -> ImageRGB:
    """Scale the picture and lay it on black as planned; uint8, shape (input height, width, 3)."""
    wide, high = plan.input_wh
    content = scaled(picture, plan.content_wh)
    if content.shape[:2] == (high, wide):
        return content
    left, top = plan.offset_xy
    canvas = np.zeros((high, wide, 3), dtype=np.uint8)
    canvas[top : top + content.shape[0], left : left + content.shape[1]] = content
    return canvas


def scaled(picture: ImageRGB | Halvings, size_wh: tuple[int, int]) -> ImageRGB:
    """The picture at this size, without skipping pixels where it is less than half."""
    image_rgb = picture.image_rgb if isinstance(picture, Halvings) else picture
    width, height = image_rgb.shape[1], image_rgb.shape[0]
    if size_wh == (width, height):
        return image_rgb
    scale = max(size_wh) / max(width, height)
    if scale < _ALIAS_SCALE:
        halvings = picture if isinstance(picture, Halvings) else Halvings(picture)
        image_rgb = halvings.at(halvings.most(_halvings_for(scale)))
    return cast("ImageRGB", cv2.resize(image_rgb, size_wh, interpolation=cv2.INTER_LINEAR))


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
    # In the plane the closed form is one division of complex numbers. Python's own are quicker
    # for so few points than arrays, and this is asked several times a face.
    one = [complex(x, y) for x, y in source.tolist()]
    other = [complex(x, y) for x, y in target.tolist()]
    middle, other_middle = sum(one) / len(one), sum(other) / len(other)
    offs = [point - middle for point in one]
    variance = sum(abs(off) ** 2 for off in offs)
    # Landmarks that all fall on one point have no scale; one keeps the transform finite.
    turn = complex(1.0)
    if variance > 0:
        pairs = zip(offs, other, strict=True)
        turn = sum(off.conjugate() * (point - other_middle) for off, point in pairs) / variance
    shift = other_middle - turn * middle
    return np.array([(turn.real, -turn.imag, shift.real), (turn.imag, turn.real, shift.imag)])


def transform_points(matrix: NDArray[np.float64], points: FloatArray) -> FloatArray:
    """Apply a (2, 3) transform to points of shape (n, 2)."""
    return (points.astype(np.float64) @ matrix[:, :2].T + matrix[:, 2]).astype(np.float32)


def inverse_of(matrix: NDArray[np.float64]) -> NDArray[np.float64] | None:
    """The (2, 3) transform that leads back; None where the result is hardly more than a point."""
    (a, b, x), (c, d, y) = matrix.tolist()
    determinant = a * d - b * c
    if not abs(determinant) > _LEAST_AREA_RATIO:
        return None
    e, f, g, h = d / determinant, -b / determinant, -c / determinant, a / determinant
    return np.array([(e, f, -e * x - f * y), (g, h, -g * x - h * y)])


# A transform below this shrinks a whole picture to a point and has no usable inverse.
_LEAST_AREA_RATIO = 1e-12


def warp(
    picture: ImageRGB | Halvings,
    matrix: NDArray[np.float64],
    size_wh: tuple[int, int],
    *,
    border: int,
) -> ImageRGB:
    """Draw the picture through a (2, 3) transform; `border` is one of OpenCV's border modes.

    Where the result is smaller than half the source, it is drawn from a halving of it, because
    linear sampling alone would skip pixels and add false detail.
    """
    scale = float(np.hypot(matrix[0, 0], matrix[1, 0]))
    image_rgb = picture.image_rgb if isinstance(picture, Halvings) else picture
    if 0 < scale < _ALIAS_SCALE:
        halvings = picture if isinstance(picture, Halvings) else Halvings(picture)
        image_rgb, matrix = _halved_to_need(halvings, matrix, size_wh, scale)
    height, width = image_rgb.shape[:2]
    reach = _reach(matrix, size_wh)
    left, top = max(reach[0], 0), max(reach[1], 0)
    part = image_rgb[top : min(reach[3], height), left : min(reach[2], width)]
    if not part.size:
        part, left, top = image_rgb, 0, 0
    matrix = matrix.copy()
    matrix[:, 2] += matrix[:, 0] * left + matrix[:, 1] * top
    # With a fourth channel OpenCV takes less than half the time, and what it draws is the same.
    rgba = cv2.warpAffine(
        cv2.cvtColor(part, cv2.COLOR_RGB2RGBA),
        matrix,
        size_wh,
        flags=cv2.INTER_LINEAR,
        borderMode=border,
    )
    return cast("ImageRGB", cv2.cvtColor(rgba, cv2.COLOR_RGBA2RGB))


def align(
    picture: ImageRGB | Halvings, landmarks: FloatArray, template: FloatArray, size: int
) -> ImageRGB:
    """Cut a face out so that its landmarks lie where the template says; black outside the picture.

    Args:
        picture: the whole one.
        landmarks: float32, shape (5, 2), in pixels of the picture.
        template: float32, shape (5, 2), in pixels of the crop.
        size: side of the crop in pixels.

    Returns:
        uint8, shape (size, size, 3).
    """
    matrix = similarity_transform(landmarks, template)
    return warp(picture, matrix, (size, size), border=cv2.BORDER_CONSTANT)


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
        one: float32, shape (4,), left, top, right, bottom; or one for each, shape (n, 4).
        many: float32, shape (n, 4).
    """
    corner_low = np.maximum(one[..., :2], many[:, :2])
    corner_high = np.minimum(one[..., 2:], many[:, 2:])
    shared = _area(corner_low, corner_high)
    union = _area(many[:, :2], many[:, 2:]) + _area(one[..., :2], one[..., 2:]) - shared
    overlap: FloatArray = np.zeros_like(shared)
    np.divide(shared, union, out=overlap, where=union > 0)
    return overlap


def _area(low: FloatArray, high: FloatArray) -> FloatArray:
    extent = np.maximum(high - low, 0)
    area: FloatArray = extent[..., 0] * extent[..., 1]
    return area


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
        if not rest.size:
            break
        order = rest[iou(boxes_xyxy[best], boxes_xyxy[rest]) <= iou_limit]
    return np.array(kept, dtype=np.intp)


def suppress_each(
    boxes_xyxy: FloatArray, scores: FloatArray, picture: NDArray[np.intp], iou_limit: float
) -> NDArray[np.intp]:
    """The same for boxes of several pictures at once: none says anything of another picture's.

    Args:
        boxes_xyxy: float32, shape (n, 4), each in pixels of its own picture.
        scores: float32, shape (n,).
        picture: the number of the picture of each, ascending.
        iou_limit: overlap in [0, 1].

    Returns:
        Indices of the boxes kept, one picture after the other, best score first.
    """
    if not picture.size or picture[0] == picture[-1]:
        return suppress(boxes_xyxy, scores, iou_limit)
    order = np.lexsort((-scores, picture))
    kept: list[NDArray[np.intp]] = []
    while order.size:
        # In each round the best that is left of every picture is kept.
        leads = np.append(True, np.diff(picture[order]) > 0)
        best, rest = order[leads], order[~leads]
        kept.append(best)
        rivals = boxes_xyxy[best[np.cumsum(leads) - 1][~leads]]
        order = rest[iou(rivals, boxes_xyxy[rest]) <= iou_limit]
    found = np.concatenate(kept)
    return found[np.argsort(picture[found], kind="stable")]


# Linear sampling reads four neighbours, so that below half size pixels are skipped.
_ALIAS_SCALE = 0.5


def _halved_to_need(
    halvings: Halvings, matrix: NDArray[np.float64], size_wh: tuple[int, int], scale: float
) -> tuple[ImageRGB, NDArray[np.float64]]:
    """The picture halved to no less than the result needs; and the transform that fits it."""
    times = halvings.most(_halvings_for(scale))
    factor = 2.0**times
    # A pixel's centre is at its half: source = (halved + 0.5) * factor - 0.5.
    adapted = matrix.copy()
    adapted[:, :2] = matrix[:, :2] * factor
    adapted[:, 2] = matrix[:, 2] + matrix[:, :2].sum(axis=1) * (0.5 * factor - 0.5)
    return halvings.at(times, _reach(adapted, size_wh)), adapted


def _reach(matrix: NDArray[np.float64], size_wh: tuple[int, int]) -> tuple[int, int, int, int]:
    """What of a picture a transform draws from: left, top, right, bottom, with a margin."""
    inverse = inverse_of(matrix)
    if inverse is None:
        return 0, 0, *size_wh
    (a, b, x), (c, d, y) = inverse.tolist()
    wide, high = size_wh
    ends = [x, x + a * wide, x + b * high, x + a * wide + b * high]
    left, right = min(ends), max(ends)
    ends = [y, y + c * wide, y + d * high, y + c * wide + d * high]
    top, bottom = min(ends), max(ends)
    # What lies far outside is no number of pixels that anything could be cut at.
    reach = (
        left - _REACH_MARGIN,
        top - _REACH_MARGIN,
        right + _REACH_MARGIN,
        bottom + _REACH_MARGIN,
    )
    within = [int(min(max(at, -_FAR_OUTSIDE), _FAR_OUTSIDE)) for at in reach]
    return within[0], within[1], within[2], within[3]


# Linear sampling reads the neighbours, and coordinates are rounded; both are less than this.
_REACH_MARGIN = 3.0
_FAR_OUTSIDE = 1 << 24


def _halvings_for(scale: float) -> int:
    """How often a picture is halved before it is drawn at a scale below one half."""
    return max(int(-np.log2(scale)), 0)


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
