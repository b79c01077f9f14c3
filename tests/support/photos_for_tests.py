"""Real photos of people, from a distribution in the Python package index whose licence is MIT."""

from pathlib import Path

from mien.packs import cache
from mien.packs.manifest import ModelFile
from mien.packs.manifest import PypiSource
from mien.settings import Settings

_PHOTOS = {
    "obama.jpg": (279922, "0930e3aa8cae5920329c0c8cbc6a2ab70f47b0e67b432875beaa95cbf7e741f6"),
    "obama2.jpg": (184455, "a7efcc907375274796f39646510704aa86672d59f6d5469d69af3c85590976a6"),
    "biden.jpg": (353723, "3c17508bb91554c637a2eabddfae790e5bb1caba93130814fc2ac50be9760c4c"),
}


def sample_photo(name: str) -> Path:
    """The path of a photo, fetched once into the cache of model files."""
    size_bytes, sha256 = _PHOTOS[name]
    file = ModelFile(
        name=name,
        sha256=sha256,
        size_bytes=size_bytes,
        licence="MIT",
        origin="test images of face_recognition",
        sources=(
            PypiSource(
                kind="pypi",
                distribution="face_recognition==1.3.0",
                member=f"face_recognition-1.3.0/tests/test_images/{name}",
                sdist=True,
            ),
        ),
    )
    return cache.obtain(
        file,
        models_dir=Settings().models_dir,
        offline=False,
        timeout_seconds=5,
        progress=lambda _done, _total: None,
        waiting=lambda: None,
    )
