from collections.abc import Callable
from collections.abc import Mapping
from functools import cache
from pathlib import Path

import pytest

from mien.errors import ModelError
from mien.packs.catalog import builtin
from mien.packs.install import install
from mien.packs.manifest import InstalledPack
from mien.packs.samples import fetch_samples
from mien.settings import Settings
from mien.vision.reader import ImageReader
from mien.vision.types import ImageRGB
from packs_for_tests import SHARED_MODELS
from packs_for_tests import compact_from_folder

READER = ImageReader(max_bytes=10**8, max_pixels=10**8)


@cache
def _install(name: str) -> InstalledPack | str:
    """A pack, or why it cannot be had here."""
    local = name == "compact" and SHARED_MODELS.is_dir()
    manifest = compact_from_folder() if local else builtin(name)
    try:
        return install(manifest, models_dir=Settings().models_dir, offline=False, timeout_seconds=5)
    except ModelError as error:
        return error.detail


@pytest.fixture(scope="session")
def installed_pack() -> Callable[[str], InstalledPack]:
    """Gives a built-in pack by its name, with its real files."""

    def get(name: str) -> InstalledPack:
        result = _install(name)
        if isinstance(result, str):
            pytest.skip(f"the pack {name} cannot be had here: {result}")
        return result

    return get


@cache
def _samples() -> Mapping[str, Path] | str:
    """The sample photos by name, or why they cannot be had here."""
    try:
        samples = fetch_samples(models_dir=Settings().models_dir, offline=False, timeout_seconds=5)
    except ModelError as error:
        return error.detail
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
