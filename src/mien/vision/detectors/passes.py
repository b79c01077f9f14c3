"""Looks at a picture: which part of it, how turned, at which size; and back to its pixels."""

from dataclasses import dataclass
from dataclasses import replace

import numpy as np

from mien.vision.detectors.detector import Detector
from mien.vision.detectors.families import Candidates
from mien.vision.geometry import scaled
from mien.vision.halvings import Halvings
from mien.vision.types import FloatArray
from mien.vision.types import ImageRGB

# A face that fills the frame is larger than what the networks were trained on. A look at 160 pixels
# with as much again around them brought CenterFace from 20 % to 95 % of the faces cropped by a
# fifth on every side, YuNet from 39 % to 100 %.
_CLOSE_UP_SIDE, _CLOSE_UP_PADDING = 320, 0.25
# Longer than this many times its width, a picture brought to the usual side has no height left.
MOST_ASPECT = 2.5
# Pieces of a long picture are twice as long as wide and share three quarters of the width, so that
# a face of that size lies in one of them as a whole.
_PIECE_ASPECT, _PIECE_OVERLAP = 2.0, 0.75
_MOST_PIECES = 12
# Memory grows with the input; larger passes are cut into tiles of this side.
_TILE_SIDE, _TILE_OVERLAP = 1280, 128


@dataclass(frozen=True, slots=True)
class Pass:
    """One search of a part of a picture.

    Attributes:
        region: left, top, right, bottom, in whole pixels of the picture.
        side: longest side at which the part is searched.
        quarter_turns: times the part is turned anticlockwise by 90 degrees before it is searched,
            which brings faces upright that are turned clockwise by as much.
        padding_share: share of the side left empty around, in [0, 0.5).
        enlarge: whether a part that is smaller than the side is scaled up.
    """

    region: tuple[int, int, int, int]
    side: int
    quarter_turns: int = 0
    padding_share: float = 0.0
    enlarge: bool = False


def usual(size_wh: tuple[int, int], side: int, quarter_turns: int = 0) -> list[Pass]:
    """The whole picture at the usual side, or a long one in pieces."""
    width, height = size_wh
    long, short = max(size_wh), min(size_wh)
    if long <= MOST_ASPECT * short:
        return [Pass((0, 0, width, height), side, quarter_turns)]
    piece, overlap = _PIECE_ASPECT * short, _PIECE_OVERLAP * short
    count = min(_count(long, piece, overlap), _MOST_PIECES)
    # Where there would be too many pieces they are longer.
    piece = max(piece, (long + (count - 1) * overlap) / count)
    spans = _spread(long, piece, count)
    regions = [(a, 0, b, height) if width > height else (0, a, width, b) for a, b in spans]
    return [Pass(region, side, quarter_turns) for region in regions]


def close_up(size_wh: tuple[int, int], quarter_turns: int = 0) -> Pass:
    """The whole picture small, with room around, for a face that fills it."""
    return Pass((0, 0, *size_wh), _CLOSE_UP_SIDE, quarter_turns, _CLOSE_UP_PADDING)


def finer(size_wh: tuple[int, int], side: int, quarter_turns: int = 0) -> list[Pass]:
    """The whole picture at a larger side, in tiles where that is more than one search should take.

    Args:
        size_wh: of the picture.
        side: longest side of the whole picture; a smaller picture is enlarged to it.
        quarter_turns: as in `Pass`.
    """
    scale = side / max(size_wh)
    spans = []
    for length in size_wh:
        count = _count(length * scale, _TILE_SIDE, _TILE_OVERLAP)
        tile = min(_TILE_SIDE / scale, float(length))
        spans.append(_spread(length, tile, count))
    passes = [
        Pass((left, top, right, bottom), side, quarter_turns, enlarge=True)
        for top, bottom in spans[1]
        for left, right in spans[0]
    ]
    return [replace(each, side=max(round(_longest(each) * scale), 1)) for each in passes]


def search(
    detector: Detector, picture: Halvings, window: Pass, *, least_score: float | None = None
) -> Candidates:
    """Search the part of the picture; boxes and landmarks come in pixels of the whole picture.

    Landmarks keep the order in which they are found: the first is the eye on the left once the
    face is brought upright.
    """
    left, top, right, bottom = window.region
    whole = window.region == (0, 0, *picture.size_wh)
    part = picture if whole else Halvings(picture.image_rgb[top:bottom, left:right])
    scale = 1.0
    if window.quarter_turns % 4:
        small, scale = _shrunk(part, window.side)
        part = Halvings(np.ascontiguousarray(np.rot90(small, window.quarter_turns)))
    found = detector.find_at(
        part,
        window.side,
        padding_share=window.padding_share,
        enlarge=window.enlarge,
        least_score=least_score,
    )
    turned_wh = part.size_wh
    corners = turn_back(found.boxes_xyxy.reshape(-1, 2, 2), turned_wh, window.quarter_turns)
    points = turn_back(found.landmarks, turned_wh, window.quarter_turns)
    shift = np.array([left, top], dtype=np.float32)
    corners = corners / np.float32(scale)
    boxes = np.concatenate([corners.min(axis=1), corners.max(axis=1)], axis=1).reshape(-1, 4)
    return Candidates(
        (boxes + np.tile(shift, 2)).astype(np.float32),
        (points / np.float32(scale) + shift).astype(np.float32),
        found.scores,
    )


def is_cut(box_xyxy: FloatArray, window: Pass, size_wh: tuple[int, int]) -> bool:
    """Whether a box reaches the border of the part, where that is not the picture's own."""
    left, top, right, bottom = window.region
    margin = _CUT_SHARE * float((box_xyxy[2:] - box_xyxy[:2]).max())
    return bool(
        (left > 0 and box_xyxy[0] < left + margin)
        or (top > 0 and box_xyxy[1] < top + margin)
        or (right < size_wh[0] and box_xyxy[2] > right - margin)
        or (bottom < size_wh[1] and box_xyxy[3] > bottom - margin)
    )


_CUT_SHARE = 0.05


def turn_back(points: FloatArray, turned_wh: tuple[int, int], quarter_turns: int) -> FloatArray:
    """Take points of a picture turned anticlockwise back to the picture as it was.

    Args:
        points: float32, shape (..., 2), (x, y) in the turned picture.
        turned_wh: size of the turned picture.
        quarter_turns: how often it was turned.
    """
    width, height = turned_wh
    for _ in range(quarter_turns % 4):
        points = np.stack([height - points[..., 1], points[..., 0]], axis=-1)
        width, height = height, width
    return points


def _shrunk(part: Halvings, side: int) -> tuple[ImageRGB, float]:
    """Turning is cheaper when it comes after scaling."""
    width, height = part.size_wh
    scale = side / max(width, height)
    if scale >= 1:
        return part.image_rgb, 1.0
    return scaled(part, (max(round(width * scale), 1), max(round(height * scale), 1))), scale


def _longest(window: Pass) -> int:
    left, top, right, bottom = window.region
    return max(right - left, bottom - top)


def _count(length: float, piece: float, overlap: float) -> int:
    return max(int(np.ceil((length - overlap) / (piece - overlap))), 1)


def _spread(length: int, piece: float, count: int) -> list[tuple[int, int]]:
    """Pieces of one length, spread evenly from end to end."""
    step = (length - piece) / (count - 1) if count > 1 else 0.0
    return [
        (int(number * step), min(int(np.ceil(number * step + piece)), length))
        for number in range(count)
    ]
