"""An engine without weights: it knows drawn faces, for tests and for work on everything else."""

import hashlib
import zlib
from statistics import NormalDist
from typing import cast

import cv2
import numpy as np
from numpy.typing import NDArray

from mien.errors import InvalidInput
from mien.options import MAX_FACES
from mien.options import Detail
from mien.packs.calibration import Calibration
from mien.packs.calibration import Measured
from mien.packs.calibration import Tail
from mien.packs.contract import contract_id
from mien.vision.budget import Budget
from mien.vision.engine import Choose
from mien.vision.pose import estimate_pose
from mien.vision.quality import assess
from mien.vision.types import Box
from mien.vision.types import DetectedFace
from mien.vision.types import EngineSummary
from mien.vision.types import Face
from mien.vision.types import Faces
from mien.vision.types import FloatArray
from mien.vision.types import ImageRGB

_CELLS = 5
# Magenta is rare in backgrounds and survives the coarse colour of JPEG.
_FRAME_RGB = (235, 20, 225)
# Cyan is for what is found like a face and may be none.
_DOUBTFUL_RGB = (20, 225, 235)
_DARK, _LIGHT = 70, 190
_BORDER_SHARE = 0.14
_LEAST_PIXELS = 24
# How far a frame's two colours stand above the third, after JPEG has had its way with it.
_FRAME_CONTRAST = 100
# The frame covers 48 % of its box, a solid patch of the same colour all of it.
_FRAME_SHARE = (0.3, 0.65)
_MOST_STRETCH = 1.2
_CROP_SIZE = 112
_SCORE = 0.99
_DOUBTFUL_CONFIDENCE = 0.2
_VARIATION = 0.35
# Shares of the box: the eyes, the nose, the mouth's corners.
_LANDMARKS = np.array(
    [(0.32, 0.40), (0.68, 0.40), (0.50, 0.60), (0.36, 0.78), (0.64, 0.78)], dtype=np.float32
)


def draw_face(person: str, size_px: int, *, doubtful: bool = False) -> ImageRGB:
    """Draw what `FakeEngine` takes for the face of this person.

    A magenta frame around five by five dark and light cells that are a digest of the word; a cyan
    one around what may be no face.

    Args:
        person: any word; the same word is the same person.
        size_px: side of the drawing; 40 and more survive JPEG.
        doubtful: whether the engine is to find it and doubt that it is a face.

    Returns:
        uint8, shape (size_px, size_px, 3).
    """
    if size_px < _LEAST_PIXELS:
        raise InvalidInput(
            "drawn_size", words={"least": _LEAST_PIXELS, "size_px": size_px}, field="size_px"
        )
    picture = np.empty((size_px, size_px, 3), dtype=np.uint8)
    picture[:] = _DOUBTFUL_RGB if doubtful else _FRAME_RGB
    edges = _cell_edges(size_px)
    bits = _identity_of(person)
    for row in range(_CELLS):
        for column in range(_CELLS):
            shade = _LIGHT if bits >> (row * _CELLS + column) & 1 else _DARK
            picture[edges[row] : edges[row + 1], edges[column] : edges[column + 1]] = shade
    return picture


class FakeEngine:
    """Finds the faces of `draw_face`; the same drawing always gives the same answer.

    Two photos of one person are about 0.9 similar, two people about 0. Quality is judged as for
    real faces, so that a small, blurred or dark drawing has its reasons.

    Args:
        dimension: length of the embeddings.
        calibrated: whether it comes with a calibration, as packs do.
        max_faces: most faces of one picture, the largest.
    """

    def __init__(
        self, dimension: int = 64, *, calibrated: bool = False, max_faces: int = MAX_FACES
    ) -> None:
        self._dimension = dimension
        self._max_faces = max_faces
        contract = contract_id(
            model="fake",
            version="1",
            digest="",
            dimension=dimension,
            preprocessing={"cells": _CELLS},
        )
        self.summary = EngineSummary(
            pack="fake",
            contract_id=contract,
            dimension=dimension,
            identify_threshold=0.5,
            verify_threshold=0.5,
            calibration=_calibration(contract, dimension) if calibrated else None,
            detector="drawn frames",
            recognizer="drawn cells",
        )

    def detect(
        self, image_rgb: ImageRGB, *, detail: Detail = "normal", budget: Budget | None = None
    ) -> Faces[DetectedFace]:
        """See `Engine.detect`."""
        return self.analyze(image_rgb, detail=detail, budget=budget)

    def analyze(
        self, image_rgb: ImageRGB, *, detail: Detail = "normal", budget: Budget | None = None
    ) -> Faces[Face]:
        """See `Engine.analyze`."""
        del detail  # drawings are found at any size
        places = [
            (place, confidence)
            for confidence, colours in _COLOURS.items()
            for place in _find_frames(image_rgb, colours)
        ]
        places.sort(key=lambda found: -found[0][2] * found[0][3])
        faces = []
        for place, confidence in places[: self._max_faces]:
            if budget is not None:
                budget.check()
            faces.append(self._face(image_rgb, place, confidence))
        return Faces(tuple(faces), max(len(places) - self._max_faces, 0))

    def analyze_some(
        self, image_rgb: ImageRGB, choose: Choose, *, budget: Budget | None = None
    ) -> Faces[DetectedFace]:
        """See `Engine.analyze_some`."""
        faces = self.analyze(image_rgb, budget=budget)
        chosen = choose(faces.found)
        found = [face if number in chosen else _found(face) for number, face in enumerate(faces)]
        return Faces(tuple(found), faces.left_out)

    def warm_up(self) -> None:
        """See `Engine.warm_up`."""

    def close(self) -> None:
        """See `Engine.close`."""

    def _face(
        self, image_rgb: ImageRGB, place: tuple[int, int, int, int], confidence: float
    ) -> Face:
        left, top, width, height = place
        pixels = image_rgb[top : top + height, left : left + width]
        crop = cast(
            "ImageRGB",
            cv2.resize(pixels, (_CROP_SIZE, _CROP_SIZE), interpolation=cv2.INTER_AREA),
        )
        size = np.array([width, height], dtype=np.float32)
        landmarks = np.array([left, top], dtype=np.float32) + _LANDMARKS * size
        box = Box(float(left), float(top), float(left + width), float(top + height))
        pose = estimate_pose(landmarks)
        return Face(
            box=box,
            landmarks=landmarks,
            score=_SCORE,
            pose=pose,
            quality=assess(image_rgb, box, landmarks, pose, score=_SCORE, confidence=confidence),
            crop_rgb=crop,
            embedding=self._embed(crop),
        )

    def _embed(self, crop_rgb: ImageRGB) -> FloatArray:
        person = np.random.default_rng(_read_identity(crop_rgb)).standard_normal(self._dimension)
        photo = np.random.default_rng(zlib.crc32(crop_rgb.tobytes()))
        noise = photo.standard_normal(self._dimension)
        mixed = _unit(person) + _VARIATION * _unit(noise)
        return _unit(mixed).astype(np.float32)


def _found(face: Face) -> DetectedFace:
    return DetectedFace(face.box, face.landmarks, face.score, face.pose, face.quality)


def _unit(vector: NDArray[np.float64]) -> NDArray[np.float64]:
    return vector / float(np.linalg.norm(vector))


def _identity_of(person: str) -> int:
    digest = hashlib.sha256(person.encode()).digest()
    return int.from_bytes(digest[:4], "big") % (1 << _CELLS * _CELLS)


def _cell_edges(size_px: int) -> list[int]:
    border = _BORDER_SHARE * size_px
    return [round(border + (size_px - 2 * border) * i / _CELLS) for i in range(_CELLS + 1)]


def _read_identity(crop_rgb: ImageRGB) -> int:
    grey = crop_rgb.mean(axis=2)
    edges = _cell_edges(crop_rgb.shape[0])
    bits = 0
    for row in range(_CELLS):
        for column in range(_CELLS):
            cell = grey[edges[row] : edges[row + 1], edges[column] : edges[column + 1]]
            inner = cell[cell.shape[0] // 4 : -(cell.shape[0] // 4), cell.shape[1] // 4 :]
            light = float(np.median(inner)) > (_DARK + _LIGHT) / 2
            bits |= int(light) << (row * _CELLS + column)
    return bits


# Confidence: the two strong channels of a frame, and its weak one.
_COLOURS = {1.0: (0, 2, 1), _DOUBTFUL_CONFIDENCE: (1, 2, 0)}


def _find_frames(
    image_rgb: ImageRGB, colours: tuple[int, int, int]
) -> list[tuple[int, int, int, int]]:
    one, other, weak = (image_rgb[..., channel].astype(np.int16) for channel in colours)
    framed_in = (one - weak > _FRAME_CONTRAST) & (other - weak > _FRAME_CONTRAST)
    count, _, stats, _ = cv2.connectedComponentsWithStats(framed_in.astype(np.uint8))
    places = []
    for left, top, width, height, area in stats[1:count].tolist():
        square = max(width, height) <= _MOST_STRETCH * min(width, height)
        framed = _FRAME_SHARE[0] < area / (width * height) < _FRAME_SHARE[1]
        if square and framed and min(width, height) >= _LEAST_PIXELS - 2:
            places.append((left, top, width, height))
    return places


def _calibration(contract: str, dimension: int) -> Calibration:
    """What drawn faces would show: impostors are normal around 0, as random directions are."""
    deviation = dimension**-0.5
    normal = NormalDist(0.0, deviation)
    knots = [
        (similarity, 1 - normal.cdf(similarity))
        for similarity in (-0.3, -0.1, 0.0, 0.1, 0.2, 0.3, 0.35)
    ]
    start, rate = knots[-1]
    # The slope at which a normal distribution falls there, which only gets steeper.
    scale = rate / normal.pdf(start)
    return Calibration(
        contract_id=contract,
        measured=Measured(
            data="drawn faces",
            protocol="none: as random directions are",
            people=1000,
            photos=2000,
            impostor_pairs=1_998_000,
            genuine_pairs=1000,
        ),
        impostor_mean=0.0,
        impostors=tuple(knots),
        tail=Tail(start=start, rate=rate, shape=0.0, scale=scale, least_rate=1e-6),
        spread=((0.1, 0.05), (1e-5, 0.5)),
        genuine_mean=0.9,
        genuine=((0.5, 0.001), (0.8, 0.1), (0.9, 0.5), (0.95, 0.9)),
        likeness_carried=0.8,
        examples_power=0.6,
    )
