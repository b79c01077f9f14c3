from collections.abc import Callable
from collections.abc import Mapping
from functools import cache
from pathlib import Path

import pytest

from mien.errors import ModelError
from mien.packs.manifest import InstalledPack
from mien.packs.samples import fetch_samples
from mien.settings import Settings
from mien.vision.reader import ImageReader
from mien.vision.types import ImageRGB
from mien.words import say
from packs_for_tests import real_pack

READER = ImageReader(max_bytes=10**8, max_pixels=10**8)


@pytest.fixture(scope="session")
def installed_pack() -> Callable[[str], InstalledPack]:
    """Gives a built-in pack by its name, with its real files."""
    return real_pack


@cache
def _samples() -> Mapping[str, Path] | str:
    """The sample photos by name, or why they cannot be had here."""
    try:
        samples = fetch_samples(models_dir=Settings().models_dir, offline=False, timeout_seconds=5)
    except ModelError as error:
        return say.error(error)
    return {sample.name: sample.path for sample in samples}


@pytest.fixture(scope="session")
def sample() -> Callable[[str], ImageRGB]:
    """Gives a sample photo by its name."""

    def get(name: str) -> ImageRGB:
        result = _samples()
        if isinstance(result, str):
            pytest.skip(f"the sample photos cannot be had here: {result}")
        return READER.decode(result[name].read_bytes()).image_rgb

    return get
