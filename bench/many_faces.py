"""Photos of one face and of many, and what looking at one costs beside what it cannot do without.

What it cannot do without is decoding, one run of the detector and one embedding of each face: the
networks alone, on inputs that lie ready, in the batches that the runtime does best.
"""

import statistics
import time
from collections.abc import Callable
from collections.abc import Mapping
from collections.abc import Sequence
from dataclasses import asdict
from dataclasses import dataclass
from typing import Protocol

import cv2
import numpy as np
from numpy.typing import NDArray

from mien.packs.manifest import InstalledPack
from mien.packs.manifest import RecognizerSpec
from mien.vision.detectors.detector import FAMILIES
from mien.vision.geometry import letterbox
from mien.vision.geometry import plan_letterbox
from mien.vision.images import encode_jpeg
from mien.vision.pack_summary import runtime_of
from mien.vision.reader import ImageReader
from mien.vision.runtimes import NOT_MEASURED
from mien.vision.runtimes import recognizer_network
from mien.vision.sessions import choose_runtime
from mien.vision.sessions import open_session
from mien.vision.types import DetectedFace
from mien.vision.types import FloatArray
from mien.vision.types import ImageRGB

SIDE = 640
_BATCHES = (1, 4, 8, 16)
# Sides of a head in the picture, heads in a row, heads.
_SHEETS = {2: (560, 2, 2), 7: (150, 4, 7), 40: (160, 8, 40), 676: (24, 26, 676)}
# Shares of a face around it, and of the way to a head's border in which it fades into grey.
_ROOM, _FADING, _GREY = 0.35, 0.2, 128
READER = ImageReader(max_bytes=10**8, max_pixels=10**8)

Work = Callable[[], object]


class Namer(Protocol):
    """From the bytes of a photo to names."""

    def name_photo(self, data: bytes) -> list[str]:
        """Who is in the photo, one name a face."""


@dataclass(frozen=True, slots=True)
class Cost:
    """Milliseconds of processor time of one photo on one thread, medians of alternating rounds.

    Other work on the machine hardly changes them.

    Attributes:
        faces: found.
        whole: from the bytes of the file to names.
        decode: the file alone.
        search: one run of the detector.
        embeddings: of all faces found.
        over_floor: `whole` over the sum of the three.
    """

    faces: int
    whole: float
    decode: float
    search: float
    embeddings: float
    over_floor: float

    @property
    def floor(self) -> float:
        """What it cannot do without, in milliseconds."""
        return self.decode + self.search + self.embeddings


def sheets(
    photos: Sequence[ImageRGB], find: Callable[[ImageRGB], Sequence[DetectedFace]]
) -> dict[int, bytes]:
    """Pictures of 2, 7, 40 and 676 faces as JPEG, by that number: heads of these photos in rows.

    Args:
        photos: of one face each.
        find: finds the faces of a photo.
    """
    heads = [_head(photo, find(photo)[0]) for photo in photos]
    return {count: encode_jpeg(_sheet(heads, *how)) for count, how in _SHEETS.items()}


def _head(photo: ImageRGB, face: DetectedFace) -> ImageRGB:
    """A square with the face in its middle, as far as there is photo."""
    box = face.box
    half = (0.5 + _ROOM) * max(box.width, box.height)
    middle = ((box.left + box.right) / 2, (box.top + box.bottom) / 2)
    corner = [round(at - half) for at in middle]
    matrix = np.array([(1.0, 0.0, -corner[0]), (0.0, 1.0, -corner[1])])
    size_wh = (round(2 * half), round(2 * half))
    return np.asarray(
        cv2.warpAffine(photo, matrix, size_wh, borderMode=cv2.BORDER_REPLICATE), dtype=np.uint8
    )


def _sheet(heads: Sequence[ImageRGB], side: int, columns: int, count: int) -> ImageRGB:
    rows = -(-count // columns)
    sheet: ImageRGB = np.full((side * rows, side * columns, 3), _GREY, dtype=np.uint8)
    ovals = [
        _oval(np.asarray(cv2.resize(h, (side, side), interpolation=cv2.INTER_AREA))) for h in heads
    ]
    for number in range(count):
        top, left = side * (number // columns), side * (number % columns)
        sheet[top : top + side, left : left + side] = ovals[number % len(ovals)]
    return sheet


def _oval(head: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """The head fading into grey, so that nothing between two heads looks like a third."""
    across = np.linspace(-1, 1, head.shape[0])
    distance = np.hypot(across[:, None], across[None])[..., None]
    share = np.clip((1 - distance) / _FADING, 0, 1)
    return np.asarray(share * head + (1 - share) * _GREY, dtype=np.uint8)


class Floor:
    """The networks of a pack on one thread, each alone."""

    def __init__(self, installed: InstalledPack) -> None:
        detector = installed.manifest.detector
        self._family = FAMILIES[detector.family]
        self._detector = open_session(
            installed.paths[detector.file],
            runtime=choose_runtime("auto", needs_openvino=False),
            input_shape=(self._family.pictures_at_once, 3, None, None),
            threads=1,
        )
        self._recognizers = [
            _EmbeddingFloor(installed, spec) for spec in installed.manifest.recognizers
        ]

    def search(self, data: bytes) -> Work:
        """One run of the detector on this photo."""
        image_rgb = READER.decode(data).image_rgb
        stride = self._family.stride
        plan = plan_letterbox((image_rgb.shape[1], image_rgb.shape[0]), SIDE, stride=stride)
        pixels = letterbox(image_rgb, plan).astype(np.float32).transpose(2, 0, 1)[None]
        blob = np.ascontiguousarray((pixels - self._family.mean) / self._family.scale)
        return lambda: self._detector.run(blob)

    def embeddings(self, faces: int) -> Work:
        """The embeddings of so many faces, by every network."""

        def work() -> None:
            for recognizer in self._recognizers:
                recognizer.embed(faces)

        return work


class _EmbeddingFloor:
    """One network that embeds, alone."""

    def __init__(self, installed: InstalledPack, spec: RecognizerSpec) -> None:
        network = recognizer_network(installed.manifest, spec)
        self._session = open_session(
            installed.paths[spec.file],
            weights=installed.paths[spec.weights_file] if spec.weights_file else None,
            runtime=runtime_of(installed.manifest, network, "auto", NOT_MEASURED),
            input_shape=(None, 3, spec.input_size, spec.input_size),
            threads=1,
        )
        self._views = 2 if spec.averaging == "mirror" else 1
        noise = np.random.default_rng(0).uniform(0, 255, (16, 3, spec.input_size, spec.input_size))
        self._crops: FloatArray = ((noise - 127) / 128).astype(np.float32)
        self._batch = self._session.input_shape[0] or self._quickest_batch()

    def embed(self, faces: int) -> None:
        """The embeddings of so many faces."""
        left = faces * self._views
        while left > 0:
            self._session.run(self._crops[: min(self._batch, left)])
            left -= self._batch

    def _quickest_batch(self) -> int:
        times: dict[int, list[float]] = {count: [] for count in _BATCHES}
        for _ in range(4):
            for count in _BATCHES:
                started = time.perf_counter()
                self._session.run(self._crops[:count])
                times[count].append((time.perf_counter() - started) / count)
        return min(_BATCHES, key=lambda count: min(times[count]))


def measure_cost(namer: Namer, floor: Floor, data: bytes, *, rounds: int) -> Cost:
    """What a photo costs, and what it cannot do without, in alternating rounds."""
    faces = len(namer.name_photo(data))
    parts = {
        "whole": lambda: namer.name_photo(data),
        "decode": lambda: READER.decode(data),
        "search": floor.search(data),
        "embeddings": floor.embeddings(faces),
    }
    spent = alternate(parts, rounds=rounds, clock=time.process_time)
    rest = spent["decode"] + spent["search"] + spent["embeddings"]
    return Cost(faces=faces, over_floor=spent["whole"] / rest, **spent)


def alternate(
    works: Mapping[str, Work],
    *,
    rounds: int,
    clock: Callable[[], float] = time.perf_counter,
) -> dict[str, float]:
    """Median milliseconds of each; see `in_turns`."""
    times = in_turns(works, rounds=rounds, clock=clock)
    return {name: statistics.median(values) for name, values in times.items()}


def in_turns(
    works: Mapping[str, Work],
    *,
    rounds: int,
    clock: Callable[[], float] = time.perf_counter,
) -> dict[str, list[float]]:
    """Milliseconds of each round, run in turns so that the machine's moods meet all alike.

    Args:
        works: by name.
        rounds: that count; one more only warms up.
        clock: seconds; what reading it takes is taken off.
    """
    reading = _reading_seconds(clock)
    times: dict[str, list[float]] = {name: [] for name in works}
    order = list(works)
    for number in range(rounds + 1):
        for name in order if number % 2 else reversed(order):
            started = clock()
            works[name]()
            if number:  # the first round only warms up
                times[name].append(1000 * (clock() - started - reading))
    return times


def _reading_seconds(clock: Callable[[], float]) -> float:
    """How long reading a clock takes: that of the processor is slow on some virtual machines."""
    return statistics.median(-(clock() - clock()) for _ in range(9))


def found_of(
    boxes: NDArray[np.float64],
    known: NDArray[np.float64],
    is_on: Callable[[NDArray[np.float64], NDArray[np.float64]], bool],
) -> int:
    """How many of the known faces one of the boxes is on."""
    return sum(any(is_on(box, face) for box in boxes) for face in known)


def as_rows(costs: Mapping[str, Mapping[int, Cost]]) -> dict[str, dict[str, dict[str, float]]]:
    """The same for JSON."""
    return {
        pack: {str(count): asdict(cost) for count, cost in by_count.items()}
        for pack, by_count in costs.items()
    }
