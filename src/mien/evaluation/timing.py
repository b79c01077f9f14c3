"""How long engines take for a photo on this machine, one after another on the same photos."""

import statistics
import time
from collections.abc import Callable
from collections.abc import Mapping
from collections.abc import Sequence
from pathlib import Path

from mien.vision.engine import Engine
from mien.vision.reader import ImageReader


def time_photos(
    engines: Mapping[str, Engine],
    reader: ImageReader,
    folder: Path,
    photos: Sequence[str],
    *,
    on_photo: Callable[[], None] = lambda: None,
) -> dict[str, float]:
    """Milliseconds of a photo, from the bytes of its file to embeddings: the median, by engine.

    The engines look at each photo in turns and the next one first, so that what else the machine
    does meets all alike. One more look at the first photo, which does not count, warms each up.

    Args:
        engines: by name.
        reader: decodes the files.
        folder: the photos' names are paths below it.
        photos: their names; pictures that can be read.
        on_photo: called when all engines have looked at one.
    """
    order = list(engines)
    spent: dict[str, list[float]] = {name: [] for name in order}
    for name in order if photos else []:
        _look(engines[name], reader, (folder / photos[0]).read_bytes())
    for number, photo in enumerate(photos):
        data = (folder / photo).read_bytes()
        start = number % len(order)
        for name in order[start:] + order[:start]:
            started = time.perf_counter()
            _look(engines[name], reader, data)
            spent[name].append(1000 * (time.perf_counter() - started))
        on_photo()
    return {name: statistics.median(times) if times else 0.0 for name, times in spent.items()}


def some_of(photos: Sequence[str], most: int) -> list[str]:
    """So many photos at most, from all over the list."""
    step = max(len(photos) / most, 1)
    return [photos[int(place * step)] for place in range(min(len(photos), most))]


def _look(engine: Engine, reader: ImageReader, data: bytes) -> None:
    engine.analyze(reader.decode(data).image_rgb)
