"""The photo that servers are measured with."""

from mien.packs.samples import fetch_samples
from mien.settings import Settings

_NAME = "obama.jpg"


def sample_photo() -> bytes:
    """A photo of one face, out of the public samples."""
    samples = fetch_samples(models_dir=Settings().models_dir, offline=False, timeout_seconds=10)
    return next(each.path for each in samples if each.name == _NAME).read_bytes()
