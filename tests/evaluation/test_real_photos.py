"""A few dozen photos of real people, where they and the models are."""

from pathlib import Path

import pytest

from mien.errors import ModelError
from mien.evaluation.acquire import acquire
from mien.evaluation.pairs import score_pairs
from mien.evaluation.pairs_file import read_pairs
from mien.evaluation.photos import find_named
from mien.evaluation.photos import people_folder
from mien.packs.store import PackStore
from mien.settings import Settings
from mien.vision.pack_engine import PackEngine
from mien.vision.reader import ImageReader


@pytest.mark.models
def test_real_people_are_told_apart(shared_data: Path) -> None:
    if not (shared_data / "lfw-dev" / "pairs.txt").is_file():
        pytest.skip("the labelled photos lfw-dev are not there")
    try:
        installed = PackStore(models_dir=Settings().models_dir, offline=True).install("compact")
    except ModelError as error:
        pytest.skip(f"the pack compact is not here: {error.detail}")
    every = read_pairs(shared_data / "lfw-dev" / "pairs.txt")
    pairs = [*every[:12], *every[300:312]]
    folder = people_folder(shared_data / "lfw-dev")
    photos = find_named(folder, (name for pair in pairs for name in (pair.one, pair.other)))
    engine = PackEngine(installed)
    try:
        reader = ImageReader(max_bytes=10**7, max_pixels=10**7)
        acquired = acquire(engine, reader, folder, photos.values(), face="nearest-centre")
    finally:
        engine.close()
    assert acquired.refused == {}
    scored = score_pairs(pairs, photos, acquired.samples)
    assert scored.same.tolist() == [True] * 12 + [False] * 12
    right = (scored.scores >= installed.manifest.thresholds.verify) == scored.same
    assert right.sum() >= 23
